import { z } from 'zod';
import { defineContract } from '../contract';
import { anyThread, scrubReasonSchema } from '../fields';

/** Deletes a thread in the name of retention or privacy: the worker's own way, with nobody's rights. */
export const threadErase = defineContract(
  'thread.erase',
  z.strictObject({ ...anyThread, reason: scrubReasonSchema }),
  204,
);
