import { z } from 'zod';

const MAX_KEY = 255;

/** A client's own name of a request, by which it may be repeated. */
export const idempotencyKeySchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, `must be 1 to ${MAX_KEY} visible ASCII characters`);
