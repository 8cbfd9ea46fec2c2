import { idSchema } from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';
import { thread } from '../fields';

/** Takes away title and metadata of a thread as far as this erased person wrote them last: the worker's own way, too. */
export const threadScrubSettings = defineContract(
  'thread.scrubSettings',
  z.strictObject({ ...thread, authorId: idSchema }),
  204,
);
