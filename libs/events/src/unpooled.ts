/**
 * A copy in memory of its own, for small things that are kept for long. `Buffer.from`, `Buffer.concat` and
 * `Buffer.allocUnsafe` cut small buffers from a pool that all of the process shares, 64 KiB in Node 24: one that is kept
 * keeps all of its piece of the pool.
 */
export function unpooledCopy(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}
