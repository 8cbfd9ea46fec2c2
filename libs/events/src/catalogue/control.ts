import { z } from 'zod';
import { defineEvent } from './define';

export const controlEvents = {
  /** A new owner's marker: everything of a lower epoch behind it on the partition is void. */
  CHAT_PARTITION_OWNED: defineEvent('control', [], {
    partition: z.int().min(0),
    epoch: z.int().min(1),
    owner_id: z.string().min(1).max(128),
  }),
};
