import { randomUUID } from 'node:crypto';
import {
  definitionOf,
  streamName,
  type ChatEvent,
  type ClearData,
  type Json,
  type StreamRef,
  type TenantId,
} from '@threadlog/events';
import type { Sealing, SealScope } from '@threadlog/sealing';
import { textOf } from './words';

/** A thread of the stock: everything about it follows from its number. */
export interface StockThread {
  tenantId: TenantId;
  threadId: string;
  number: number;
  /** The first is the owner. */
  members: readonly string[];
  /** Who write, by turns. */
  authors: readonly string[];
  /** Milliseconds since 1970 of its first event. */
  startedAt: number;
  /** Milliseconds from one message to the next. */
  everyMs: number;
}

/** Messages of a thread, by index from 1. */
export interface Span {
  first: number;
  last: number;
}

const TITLE_WORDS = 5;

/** What the write side would append: creation where the span begins with the first message, then the messages. */
export async function threadEvents(
  sealing: Pick<Sealing, 'sealer'>,
  { thread, span }: { thread: StockThread; span: Span },
): Promise<ChatEvent[]> {
  const events: ChatEvent[] = [];
  if (span.first === 1) events.push(await created(sealing, thread));
  for (let index = span.first; index <= span.last; index++) {
    events.push(await posted(sealing, thread, index));
  }
  return events;
}

function created(sealing: Pick<Sealing, 'sealer'>, thread: StockThread): Promise<ChatEvent> {
  const [owner = ''] = thread.members;
  const data: ClearData<'CHAT_THREAD_CREATED'> = {
    thread_id: thread.threadId,
    type: 'group',
    channel: 'chat',
    learner_id: null,
    title: textOf(thread.number).split(' ').slice(0, TITLE_WORDS).join(' '),
    metadata: null,
    parent_thread_id: null,
    root_message_id: null,
    participants: thread.members.map((user_id) => ({ user_id, role: user_id === owner ? 'owner' : 'member' })),
  };
  const step = { type: 'CHAT_THREAD_CREATED', data, version: 1, actorId: owner, authorId: null } as const;
  return sealed(sealing, thread, step);
}

function posted(sealing: Pick<Sealing, 'sealer'>, thread: StockThread, index: number): Promise<ChatEvent> {
  const sender_id = thread.authors[index % thread.authors.length]!;
  const data: ClearData<'CHAT_MESSAGE_CREATED'> = {
    thread_id: thread.threadId,
    message_id: messageIdOf(thread, index),
    message_index: index,
    sender_id,
    sender_type: 'user',
    message_type: 'text',
    content: textOf(thread.number * 10_007 + index),
    metadata: null,
    attachments: null,
    reply_to: null,
    mentions: [],
    client_message_id: null,
  };
  const version = index + 1;
  const step = { type: 'CHAT_MESSAGE_CREATED', data, version, actorId: sender_id, authorId: sender_id } as const;
  return sealed(sealing, thread, step);
}

function messageIdOf({ threadId }: Pick<StockThread, 'threadId'>, index: number): string {
  return `${threadId}-m${index}`;
}

interface Step {
  type: 'CHAT_THREAD_CREATED' | 'CHAT_MESSAGE_CREATED';
  data: object;
  version: number;
  actorId: string;
  /** Whose text it is; null for a thread's own. */
  authorId: string | null;
}

async function sealed(sealing: Pick<Sealing, 'sealer'>, thread: StockThread, step: Step): Promise<ChatEvent> {
  const { tenantId, threadId, startedAt, everyMs } = thread;
  const definition = definitionOf(step.type)!;
  const eventId = randomUUID();
  const timestamp = new Date(startedAt + (step.version - 1) * everyMs).toISOString().replace('Z', '000Z');
  const month = step.authorId === null ? null : timestamp.slice(0, 7);
  const scope: SealScope = { tenantId, threadId, authorId: step.authorId, month, learnerId: null };
  const stream: StreamRef = { tenantId, type: 'thread', id: threadId };
  const sealer = await sealing.sealer(scope);
  const data: Record<string, unknown> = { ...step.data };
  for (const field of definition.sealed) {
    if (data[field] === null || data[field] === undefined) continue;
    data[field] = sealer.seal(data[field] as Json, { stream: streamName(stream), eventId, field });
  }
  return {
    event_id: eventId,
    event_type: step.type,
    schema_version: definition.version,
    tenant_id: tenantId,
    learner_id: null,
    stream_type: 'thread',
    stream_id: threadId,
    stream_version: step.version,
    epoch: 1,
    timestamp,
    actor: { type: 'user', id: step.actorId, role: 'user' },
    correlation_id: 'bench',
    causation_id: null,
    idempotency: null,
    data,
  } as unknown as ChatEvent;
}
