import { z } from 'zod';
import { defineContract } from '../contract';
import { message } from '../fields';

/** The reader's own position. Where the message stands was looked up before: the thread is another stream's business. */
export const threadRead = defineContract(
  'thread.read',
  z.strictObject({ ...message, messageIndex: z.int().min(1) }),
  200,
);
