const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** `12,345` */
export const count = (value: number): string => whole.format(value);

/** `512 B`, `1.5 MiB` */
export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, value)) / 10)));
  return `${short.format(value / 1024 ** step)} ${units[step]}`;
}

/** `0.4 s`, `12 min`, `3 h`, `2 d` */
export function duration(seconds: number): string {
  if (seconds < 90) return `${short.format(seconds)} s`;
  if (seconds < 5_400) return `${whole.format(seconds / 60)} min`;
  if (seconds < 172_800) return `${whole.format(seconds / 3_600)} h`;
  return `${whole.format(seconds / 86_400)} d`;
}

/** `2026-11-30 12:00:05 UTC` */
export const instant = (iso: string): string => `${iso.slice(0, 19).replace('T', ' ')} UTC`;

/** `3 records`, `1 record` */
export const many = (value: number, one: string, more = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : more}`;

/** As a POSIX shell takes it for one word. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/**
 * Text of others as it is, with what is not seen shown by its number: it can neither hide a part of itself nor turn what stands
 * beside it around.
 */
export const visible = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);

/** The same of a text of several lines. */
export const visibleLines = (text: string): string => text.split('\n').map(visible).join('\n');
