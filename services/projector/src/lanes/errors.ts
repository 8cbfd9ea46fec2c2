/** Classes of SQLSTATE that the same statement would meet again: the data is at fault, not the moment. */
const PERMANENT_CLASSES = ['22', '23', '54'];
/** MongoDB: document too large, key too large, invalid BSON. */
const PERMANENT_MONGO_CODES = new Set([10_334, 17_280, 22]);

/**
 * Whether repeating a write of the same rows is useless. All else (connections, deadlocks, serialization, timeouts, a
 * full disk, a missing table) may pass, and is waited for, however long it takes.
 */
export function isPermanent(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code === 'number') return PERMANENT_MONGO_CODES.has(code);
  return typeof code === 'string' && code.length === 5 && PERMANENT_CLASSES.includes(code.slice(0, 2));
}

/** A lane met an event that must not be left out and cannot be applied. */
export class LaneHaltedError extends Error {
  override readonly name = 'LaneHaltedError';
}
