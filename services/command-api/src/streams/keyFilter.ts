const BITS = 1 << 21;

/** A set that answers "certainly not" or "perhaps": a Bloom filter of 256 KiB, 1 % false alarms at 200,000 keys. */
export interface KeyFilter {
  add(keyHash: string): void;
  mayHave(keyHash: string): boolean;
}

/** Keys are HMACs already, so slices of them serve as the four independent hashes. */
function slots(keyHash: string): number[] {
  const bytes = Buffer.from(keyHash, 'base64url');
  return [0, 4, 8, 12].map((at) => bytes.readUInt32LE(at % Math.max(bytes.length - 3, 1)) % BITS);
}

export function createKeyFilter(): KeyFilter {
  const bits = new Uint8Array(BITS / 8);
  return {
    add(keyHash) {
      for (const slot of slots(keyHash)) bits[slot >> 3]! |= 1 << (slot & 7);
    },
    mayHave(keyHash) {
      return slots(keyHash).every((slot) => (bits[slot >> 3]! & (1 << (slot & 7))) !== 0);
    },
  };
}
