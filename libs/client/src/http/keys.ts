/**
 * A new idempotency key. Not `crypto.randomUUID`: browsers have that on secure origins alone, and a page on a laptop's
 * address in the local network is none.
 */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
