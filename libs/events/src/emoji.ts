/**
 * One identity per emoji, whatever way it is written: with or without variation selectors, as `:name:`, in capitals.
 * What identifies a reaction is the canonical form; every reader of an event applies `emojiIdentity` to what it finds.
 */

/** Longest spelling that is looked at, in UTF-16 units: a short code between colons with a skin tone. */
export const MAX_EMOJI_LENGTH = 96;

/** A character with its skin tone, or shown as an emoji: what emoji of several are joined of. */
const JOINED = String.raw`(?:\p{Emoji_Modifier_Base}\p{Emoji_Modifier}|[\p{Emoji}--[0-9#*]--\p{Regional_Indicator}--\p{Emoji_Modifier}]\uFE0F?)`;
/**
 * One emoji as Unicode recommends them for interchange (flags, keycaps, skin tones count as one), or several joined to
 * one, recommended or not: families have a skin tone for each of them.
 */
const ONE_EMOJI = new RegExp(`^(?:\\p{RGI_Emoji}|${JOINED}(?:\\u200D${JOINED}){1,9})$`, 'v');
const SELECTORS = /[\uFE0E\uFE0F]/gu;
/** A character that is an emoji or can become one; digits, `#` and `*` only do before the sign of a keycap. */
const PART = /(?:[0-9#*](?=\u20E3)|(?![0-9#*])\p{Emoji})\p{Emoji_Modifier}?/gu;
const SHOWN_AS_EMOJI = /^\p{Emoji_Presentation}/u;
const TEXT_FIRST = '\uFE0F';

/** `thumbs_up`, `:+1:`, `+1::skin-tone-2`; the last form is also how logs write a skin tone. */
const SHORT_CODE = /^:?([a-z0-9_+-]{1,64}?)(?:(?:::|_)(skin-tone-[2-6]))?:?$/;
const MAX_LOGGED = 64;

/** Emoji that are letters to Unicode: readers of former builds refuse letters, so logs have their short codes. */
const LETTERS: ReadonlyMap<string, string> = new Map([['\u2139\uFE0F', 'information_source']]);
const LETTER_CODES: ReadonlyMap<string, string> = new Map([...LETTERS].map(([emoji, code]) => [code, emoji]));

/** The canonical form of one emoji or short code; null for everything else. Idempotent. */
export function canonicalEmoji(text: string): string | null {
  if (text.length > MAX_EMOJI_LENGTH) return null;
  return shortCodeIn(text.toLowerCase()) ?? emojiIn(text);
}

function shortCodeIn(text: string): string | null {
  const [, name, tone] = SHORT_CODE.exec(text) ?? [];
  // `+` and `--` are punctuation; half a pair of colons is no name.
  if (!name || !/[a-z0-9]/.test(name) || text.startsWith(':') !== text.endsWith(':')) return null;
  const code = tone ? `${name}::${tone}` : name;
  return loggedCode(code).length > MAX_LOGGED ? null : (LETTER_CODES.get(code) ?? code);
}

/** Unicode's fully-qualified form: a selector after each part that would be shown as text, unless a skin tone follows. */
function emojiIn(text: string): string | null {
  const bare = text.replace(SELECTORS, '');
  const whole = bare.replace(PART, (part) => (isShown(part) ? part : part + TEXT_FIRST));
  return ONE_EMOJI.test(whole) ? whole : null;
}

function isShown(part: string): boolean {
  return SHOWN_AS_EMOJI.test(part) || part.length > String.fromCodePoint(part.codePointAt(0)!).length;
}

/** What a reaction in an event is told apart by; logs of former builds hold what is no emoji, which stays as it is. */
export function emojiIdentity(logged: string): string {
  return canonicalEmoji(logged) ?? logged;
}

/** A canonical form as events hold it: within what readers of every build take. `emojiIdentity` gives it back. */
export function loggedEmoji(canonical: string): string {
  return LETTERS.get(canonical) ?? loggedCode(canonical);
}

function loggedCode(code: string): string {
  return code.replace('::', '_');
}
