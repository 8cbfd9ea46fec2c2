import { rootThreadId } from '@threadlog/events';
import type { SocketCommand } from './define';

/** Joining waits for the start: before it the socket's rooms are not decided. */
export const conversationJoin: SocketCommand<'conversation:join'> = async (payload, context, { joins }) => {
  const { conversationId, since } = payload;
  await context.started;
  const known = new Map(since === undefined ? [] : [[conversationId, since]]);
  const { seq } = await joins.join(context.connection, rootThreadId(conversationId), known);
  return { conversationId, seq };
};
