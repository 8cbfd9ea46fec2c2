import { tenantIdSchema, threadIdSchema } from '@threadlog/events';
import { z } from 'zod';
import { count } from '../words';

const seqInput = z.coerce.number().int().min(1).max(200_000);

export const threadQuery = z.object({ tenant: tenantIdSchema, thread: threadIdSchema, seq: seqInput.optional() });

const event = z.object({
  offset: count,
  seq: count.nullable(),
  time: z.string().nullable(),
  type: z.string().nullable(),
  actor: z.object({ type: z.string(), id: z.string(), role: z.string().nullable() }).nullable(),
  /** As JSON, what people wrote as `(sealed)`. */
  data: z.string(),
});

const message = z.object({
  id: z.string(),
  messageIndex: count,
  senderId: z.string(),
  senderType: z.string(),
  content: z.string().nullable(),
  createdAt: z.string(),
  deletedAt: z.string().nullable(),
  edit: count,
  pinned: z.boolean(),
  replyTo: z.string().nullable(),
  reactions: z.array(z.object({ emoji: z.string(), count })),
});

export const threadAnswer = z.object({
  /** Where the log is still read: how far that is. Ask again; nothing else is told until then. */
  reading: z.object({ looked: count, of: count }).nullable(),
  found: z
    .object({
      partition: count,
      /** Number of its newest event. */
      newest: count,
      /** The one that it is shown after. */
      seq: count,
      /** About a hundred events around it, the oldest first. */
      events: z.array(event),
      thread: z.object({
        type: z.string(),
        status: z.string(),
        title: z.string().nullable(),
        createdBy: z.string(),
        createdAt: z.string(),
        messageCount: count,
        participants: z.array(z.object({ userId: z.string(), role: z.string() })),
      }),
      /** The newest of them, the oldest first. */
      messages: z.array(message),
      /** Records that could not be folded, and why. */
      passedOver: z.array(z.object({ offset: count, reason: z.string() })),
    })
    .nullable(),
});
