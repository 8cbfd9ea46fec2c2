import { problem, type MessageResource } from '@threadlog/events';
import { threadAt, threadEvents, type ThreadStream } from '@threadlog/projector';
import { defineRoute } from '@threadlog/service';
import type { ConsoleDeps } from '../deps';
import { refuse } from '../refuse';
import { threadAnswer, threadQuery } from './schemas';

/** Events listed at once. */
const EVENTS = 100;
/** Newest messages that are shown. */
const MESSAGES = 200;

export const showThread = defineRoute<{ query: typeof threadQuery }, ConsoleDeps>({
  method: 'get',
  path: '/ops/threads',
  summary: 'A thread as it was after one of its events, and those around it; never what people wrote',
  tags: ['Operations'],
  auth: 'user',
  query: threadQuery,
  responses: { 200: { description: 'The thread, or how far the log is read', schema: threadAnswer } },
  problems: ['conflict'],
  async handler({ query: { tenant: tenantId, thread: threadId, seq } }, { events, readThread }) {
    const { stream, progress } = await readThread(await events(), { tenantId, threadId }).catch(refuse);
    if (!stream) return { status: 200, body: { reading: progress, found: null } };
    return { status: 200, body: { reading: null, found: await foundAt(stream, threadId, seq) } };
  },
});

async function foundAt({ partition, records }: ThreadStream, threadId: string, wanted: number | undefined) {
  const newest = records.findLast(({ event }) => event !== null)?.event?.stream_version ?? 0;
  if (newest === 0) throw problem('not_found', 'There is no such thread of this tenant.');
  const seq = wanted ?? newest;
  if (seq > newest) throw problem('not_found', `The thread has ${newest} events only.`);
  const first = seq - ((seq - 1) % EVENTS);
  const upTo = (last: number) => records.filter(({ event }) => (event?.stream_version ?? 0) <= last);
  const around = upTo(first + EVENTS - 1).filter(({ event }) => (event?.stream_version ?? first) >= first);
  const at = await threadAt({ partition, records: upTo(seq) }, threadId);
  if (!at) throw problem('not_found', 'The thread was not there yet.');
  const { type, status, title, createdBy, createdAt, messageCount, participants } = at.thread;
  return {
    ...{ partition, newest, seq },
    events: threadEvents(around).map(({ data, ...event }) => ({ ...event, data: JSON.stringify(data, null, 2) })),
    thread: {
      ...{ type, status, title, createdBy, createdAt, messageCount },
      participants: participants.map(({ userId, role }) => ({ userId, role })),
    },
    messages: at.messages.slice(-MESSAGES).map(shown),
    passedOver: at.passedOver.slice(0, EVENTS),
  };
}

function shown(message: MessageResource) {
  const { id, messageIndex, senderId, senderType, content, createdAt, deletedAt, edit, pinned, replyTo } = message;
  const reactions = message.reactions.map(({ emoji, count }) => ({ emoji, count }));
  return {
    ...{ id, messageIndex, senderId, senderType, content, createdAt, deletedAt },
    ...{ edit, pinned, replyTo, reactions },
  };
}
