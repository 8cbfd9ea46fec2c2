import { z } from 'zod';
import { defineContract } from '../contract';
import { thread } from '../fields';

/** A question to the thread's owner, which alone knows what is the newest; leaves no event. */
export const threadNewest = defineContract('thread.newest', z.strictObject(thread), 200);
