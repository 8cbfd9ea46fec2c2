import { Router } from 'express';

/** A router whose paths are met exactly: in their own case, and without a slash at the end. */
export function strictRouter(): Router {
  return Router({ strict: true, caseSensitive: true });
}
