import { idSchema } from '@threadlog/events';
import { z } from 'zod';
import { defineContract } from '../contract';
import { anyThread } from '../fields';

/** Takes away title and metadata of a thread as far as this erased person wrote them last: the worker's own way, too. */
export const threadScrubSettings = defineContract(
  'thread.scrubSettings',
  z.strictObject({ ...anyThread, authorId: idSchema }),
  204,
);
