import type { MongoBulkWriteError, MongoServerError } from 'mongodb';

// By name: `instanceof` would need the driver's classes, and load it where nobody uses it.

/** What a server said to an operation, but for bulk writes. */
export function isServerError(error: unknown): error is MongoServerError {
  return error instanceof Error && error.name === 'MongoServerError';
}

export function isBulkWriteError(error: unknown): error is MongoBulkWriteError {
  return error instanceof Error && error.name === 'MongoBulkWriteError';
}
