/** Shortest needle; what is shorter occurs by chance in gigabytes of base64. */
const MIN_NEEDLE_BYTES = 6;

/** One way in which stores write a text. */
export interface Spelling {
  name: string;
  bytes: Buffer;
}

/**
 * The ways in which a text stands in files: as it is, as UTF-16, escaped in JSON, and in base64 (both alphabets, all
 * three alignments) and hexadecimal of its UTF-8. Two that come to the same bytes are one. Throws RangeError on a needle
 * that is too short to mean anything.
 */
export function spellingsOf(text: string): Spelling[] {
  const utf8 = Buffer.from(text, 'utf8');
  if (utf8.every((byte) => byte === 0)) throw new RangeError('a needle is a text');
  if (utf8.length < MIN_NEEDLE_BYTES) throw new RangeError(`a needle has at least ${MIN_NEEDLE_BYTES} bytes`);
  const spellings: [string, string | Buffer][] = [
    ['UTF-8', utf8],
    ['UTF-16LE', Buffer.from(text, 'utf16le')],
    ['JSON', JSON.stringify(text).slice(1, -1)],
    ['JSON, ASCII', escaped(text, (digits) => digits)],
    ['JSON, ASCII', escaped(text, (digits) => digits.toUpperCase())],
    ['hexadecimal', utf8.toString('hex')],
    ['hexadecimal', utf8.toString('hex').toUpperCase()],
    ...[0, 1, 2].flatMap((shift): [string, string][] => [
      [`base64, shifted by ${shift}`, base64Within(utf8, shift, 'base64')],
      [`base64url, shifted by ${shift}`, base64Within(utf8, shift, 'base64url')],
    ]),
  ];
  const distinct = new Map<string, Spelling>();
  for (const [name, spelling] of spellings) {
    const bytes = Buffer.from(spelling as string);
    const key = bytes.toString('latin1');
    if (!distinct.has(key)) distinct.set(key, { name, bytes });
  }
  return [...distinct.values()];
}

/** JSON that holds ASCII only, as some writers make it. */
function escaped(text: string, digitsAs: (digits: string) => string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(/[\u0080-\uffff]/g, (unit) => `\\u${digitsAs(unit.charCodeAt(0).toString(16).padStart(4, '0'))}`);
}

/**
 * The part of a base64 text that depends on the needle alone, when `shift` bytes stand before it in its group of three.
 */
function base64Within(needle: Buffer, shift: number, alphabet: 'base64' | 'base64url'): string {
  const text = Buffer.concat([Buffer.alloc(shift), needle]).toString(alphabet);
  // 6 bits a character: the first that holds bits of the needle only, and the last.
  const begin = Math.ceil((shift * 8) / 6);
  const end = Math.floor(((shift + needle.length) * 8) / 6);
  return text.slice(begin, end);
}
