import { z } from 'zod';
import { defineContract } from '../contract';
import { thread } from '../fields';

export const threadDelete = defineContract('thread.delete', z.strictObject(thread), 204);
