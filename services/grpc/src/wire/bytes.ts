/** Bytes that grow at their end. */
export interface Bytes {
  buffer: Buffer;
  length: number;
}

/** A varint of 64 bits has so many. */
const VARINT_BYTES = 10;
/** A character of a text is at most so many bytes of UTF-8. */
const CHARACTER_BYTES = 3;

/** How values are written. */
export const WIRE = { varint: 0, fixed64: 1, delimited: 2 } as const;

export function newBytes(capacity: number): Bytes {
  return { buffer: Buffer.allocUnsafe(capacity), length: 0 };
}

/** Makes room for so many bytes more. */
function reserve(bytes: Bytes, more: number): void {
  const { buffer, length } = bytes;
  if (length + more <= buffer.length) return;
  bytes.buffer = Buffer.allocUnsafe(Math.max(buffer.length * 2, length + more));
  buffer.copy(bytes.buffer, 0, 0, length);
}

/** A whole number; below zero as two's complement of 64 bits. */
export function putVarint(bytes: Bytes, value: number): void {
  reserve(bytes, VARINT_BYTES);
  if (value < 0) putBigVarint(bytes, BigInt.asUintN(64, BigInt(value)));
  else bytes.length = varintAt(bytes.buffer, bytes.length, value);
}

function putBigVarint(bytes: Bytes, value: bigint): void {
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) bytes.buffer[bytes.length++] = Number(rest & 0x7fn) | 0x80;
  bytes.buffer[bytes.length++] = Number(rest);
}

export function putDouble(bytes: Bytes, value: number): void {
  reserve(bytes, 8);
  bytes.length = bytes.buffer.writeDoubleLE(value, bytes.length);
}

/** A text behind its length. What is half a surrogate pair becomes U+FFFD, as everywhere in UTF-8. */
export function putText(bytes: Bytes, text: string): void {
  reserve(bytes, VARINT_BYTES + text.length * CHARACTER_BYTES);
  const head = varintBytes(text.length);
  const start = bytes.length;
  const size = bytes.buffer.write(text, start + head);
  bytes.length = start + head + size;
  putLength(bytes, start, head);
}

/** What stands before a field: its number and how its value is written. */
export function putTag(bytes: Bytes, number: number, wireType: number): void {
  putVarint(bytes, number * 8 + wireType);
}

/** Writes with the same, behind the length of what was written. */
export function putNested<Value>(put: (bytes: Bytes, value: Value) => void): (bytes: Bytes, value: Value) => void {
  // Messages of a type are mostly about as long, so that its length has its place before it is known.
  let head = 1;
  return (bytes, value) => {
    reserve(bytes, VARINT_BYTES);
    const start = bytes.length;
    const guessed = head;
    bytes.length += guessed;
    put(bytes, value);
    head = putLength(bytes, start, guessed);
  };
}

/**
 * Writes the length of what stands `head` bytes behind `start`, and moves that where the length takes more or less.
 * Returns how many it takes.
 */
function putLength(bytes: Bytes, start: number, head: number): number {
  const size = bytes.length - start - head;
  const needed = varintBytes(size);
  if (needed !== head) {
    reserve(bytes, VARINT_BYTES);
    bytes.buffer.copyWithin(start + needed, start + head, bytes.length);
    bytes.length += needed - head;
  }
  varintAt(bytes.buffer, start, size);
  return needed;
}

/** Returns where it ends. */
function varintAt(buffer: Buffer, at: number, value: number): number {
  let rest = value;
  let end = at;
  // Beyond 32 bits there are no operators of bits.
  for (; rest > 0x7fffffff; rest = Math.floor(rest / 128)) buffer[end++] = (rest % 128) | 0x80;
  for (; rest > 0x7f; rest >>>= 7) buffer[end++] = (rest & 0x7f) | 0x80;
  buffer[end++] = rest;
  return end;
}

/** Bytes of a length. */
function varintBytes(size: number): number {
  if (size < 0x80) return 1;
  if (size < 0x4000) return 2;
  if (size < 0x200000) return 3;
  return size < 0x10000000 ? 4 : 5;
}
