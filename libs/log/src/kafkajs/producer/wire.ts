/** Kafka's variable-length numbers and texts, written in place: each function returns the position behind what it wrote. */

/** Longer texts are faster with the native encoder, shorter ones without the call. */
const SHORT_TEXT = 40;
const INT_31 = 2 ** 30;

/** An unsigned number below 2^32, seven bits a byte, least significant first. */
export function putUVarint(into: Buffer, at: number, value: number): number {
  let rest = value >>> 0;
  for (; rest > 0x7f; rest >>>= 7) into[at++] = (rest & 0x7f) | 0x80;
  into[at++] = rest;
  return at;
}

/** A signed 32-bit number in zigzag order (0, -1, 1, -2 …), so that small ones are short whatever their sign. */
export function putVarint(into: Buffer, at: number, value: number): number {
  return putUVarint(into, at, (value << 1) ^ (value >> 31));
}

/** The same for any safe integer. */
export function putVarlong(into: Buffer, at: number, value: number): number {
  if (value >= -INT_31 && value < INT_31) return putVarint(into, at, value);
  const wide = BigInt(value);
  let rest = BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n));
  for (; rest > 0x7fn; rest >>= 7n) into[at++] = Number(rest & 0x7fn) | 0x80;
  into[at++] = Number(rest);
  return at;
}

export function sizeOfUVarint(value: number): number {
  let size = 1;
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) size += 1;
  return size;
}

/** A text as UTF-8, its length in bytes in front as a varint; -1 stands for null. */
export function putVarText(into: Buffer, at: number, text: string | null): number {
  if (text === null) return putVarint(into, at, -1);
  return putBehindLength(into, at, text.length, (begin) => putText(into, begin, text));
}

/** Bytes behind their length as a varint; -1 stands for null. */
export function putVarBytes(into: Buffer, at: number, bytes: Uint8Array | null): number {
  if (bytes === null) return putVarint(into, at, -1);
  const begin = putVarint(into, at, bytes.length);
  into.set(bytes, begin);
  return begin + bytes.length;
}

/**
 * What `put` writes, behind its length as a varint. The length is guessed to know where to begin: a guess of another
 * size costs a move, nothing else.
 */
export function putBehindLength(into: Buffer, at: number, guess: number, put: (begin: number) => number): number {
  const reserved = at + sizeOfUVarint(guess << 1);
  const end = put(reserved);
  const length = end - reserved;
  const begin = at + sizeOfUVarint(length << 1);
  if (begin !== reserved) into.copyWithin(begin, reserved, end);
  putVarint(into, at, length);
  return begin + length;
}

/** UTF-8, nothing in front. */
export function putText(into: Buffer, at: number, text: string): number {
  if (text.length > SHORT_TEXT) return at + into.write(text, at);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return at + into.write(text, at);
    into[at + index] = code;
  }
  return at + text.length;
}
