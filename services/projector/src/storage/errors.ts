/** Classes of SQLSTATE that the same statement would meet again: the data is at fault, not the moment. */
const PERMANENT_CLASSES = ['22', '23', '54'];
/** MongoDB: bad value, failed to parse, type mismatch, invalid BSON; document too large, before and after an update; key too large. */
const PERMANENT_MONGO_CODES = new Set([2, 9, 14, 22, 10_334, 17_280, 17_419, 17_420]);
/** What drivers throw before anything is sent: what cannot be encoded, and what is too long for a string. */
const PERMANENT_NAMES = new Set(['BSONError', 'BSONOffsetError', 'BSONVersionError', 'RangeError']);

/**
 * Whether repeating a write of the same rows is useless. All else (connections, deadlocks, serialization, timeouts, a
 * full disk, a missing table) may pass, and is waited for, however long it takes.
 */
export function isPermanent(error: unknown): boolean {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  if (code === undefined) return typeof name === 'string' && PERMANENT_NAMES.has(name);
  if (typeof code === 'number') return PERMANENT_MONGO_CODES.has(code);
  return typeof code === 'string' && code.length === 5 && PERMANENT_CLASSES.includes(code.slice(0, 2));
}
