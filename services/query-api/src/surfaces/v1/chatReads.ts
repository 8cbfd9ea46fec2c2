import type { Actor } from '@threadlog/auth';
import type { V1Conversations, V1Messages } from '@threadlog/events';
import type { QueryContext } from '../../context';
import { consistently } from '../../readRoute';
import { getConversations, getMessages } from './calls';
import { conversationsQuery, messagesRequest } from './schemas';

/**
 * The reads of `/v1` without HTTP. Requests are in camel case and are checked here; a read with a consistency token waits
 * for that write, one without for its reader's last ones. Throws problems, or an error of zod.
 */
export interface ChatReads {
  getMessages(actor: Actor, request: object, token: string | undefined): Promise<V1Messages>;
  getConversations(actor: Actor, request: object, token: string | undefined): Promise<V1Conversations>;
}

export function createChatReads(context: QueryContext): ChatReads {
  return {
    getMessages(actor, given, token) {
      const request = messagesRequest.parse(given);
      const thread = { tenantId: actor.tenantId, type: 'thread' as const, id: request.conversationId };
      return consistently(context, { token, thread }, async () => {
        await context.ownWrites(actor);
        return getMessages(context, actor, request);
      });
    },
    getConversations(actor, given, token) {
      const request = conversationsQuery.parse(given);
      return consistently(context, { token, thread: null }, async () => {
        await context.ownWrites(actor);
        return getConversations(context, actor, request);
      });
    },
  };
}
