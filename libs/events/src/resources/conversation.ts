import { rootThreadId } from '../ids';
import { z } from 'zod';
import { threadExample, threadSchema, type ThreadResource } from './thread';

/** A thread under the name that older clients know it by. A sub-thread belongs to its root's conversation. */
export const conversationSchema = threadSchema
  .extend({ conversationId: z.string() })
  .meta({ id: 'Conversation', example: { ...threadExample, conversationId: threadExample.id } });
export type ConversationResource = z.infer<typeof conversationSchema>;

export function conversationOf(thread: ThreadResource): ConversationResource {
  return { ...thread, conversationId: rootThreadId(thread.id) };
}
