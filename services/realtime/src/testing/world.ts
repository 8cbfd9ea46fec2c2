import { randomUUID } from 'node:crypto';
import {
  encodeEvent,
  tenantId,
  type ChatEvent,
  type Draft,
  type Json,
  type Sealed,
  type StreamEventType,
  type TenantId,
} from '@threadlog/events';
import { createMemoryLog, type Appender, type EventLog } from '@threadlog/log';
import { createProfiles } from '@threadlog/read-models';
import { SealingError, type Opener } from '@threadlog/sealing';
import { threadPartition } from '../records';
import { createViews, type Views } from '../views';

export const TENANT: TenantId = tenantId('acme');

/** Seals nothing, but as a string that the catalogue takes. */
export function sealed(value: Json): Sealed {
  return { sealed: `v1.${Buffer.from(JSON.stringify(value)).toString('base64url')}` };
}

export function opened(blob: string): Json {
  return JSON.parse(Buffer.from(blob.slice(3), 'base64url').toString()) as Json;
}

const openOpener: Opener = {
  prepare: () => Promise.resolve(),
  whyNot: () => 'erased',
  open: (_tenant, blob) => opened(blob.sealed),
};

/** Views whose keys take as long as `pause` to come, and are missing all the same where `isLocked` says so of a blob. */
export function openViews(
  pause: () => Promise<void> = () => Promise.resolve(),
  isLocked: (blob: string) => boolean = () => false,
): Views {
  const open: Opener['open'] = (_tenant, { sealed: blob }) => {
    if (isLocked(blob)) throw new SealingError('key_missing', 'the key was not prepared');
    return opened(blob);
  };
  const opener = { ...openOpener, prepare: pause, open };
  return createViews({ opener, profiles: createProfiles({ opener: openOpener, loadUsers: async () => [] }) });
}

/** An event of a thread and where it stands. */
export interface Placed {
  event: ChatEvent;
  partition: number;
  offset: number;
}

/** A log with threads in it, and everything that was ever written there. */
export interface World {
  log: EventLog;
  /** Appends an event to a thread, numbered by itself. Data may hold `sealed(…)` values. */
  tell<T extends StreamEventType>(
    threadId: string,
    type: T,
    data: Extract<Draft, { type: T }>['data'] | object,
  ): Placed;
  /** Every event of a thread, oldest first. */
  of(threadId: string): readonly Placed[];
  threads(): string[];
  partitionOf(threadId: string): number;
  /** Offset after the last event, by partition. */
  heads(): number[];
}

export async function createWorld({ partitions = 3, batchRecords = 7 } = {}): Promise<World> {
  const log = createMemoryLog({ topic: 'events', partitions, batchRecords });
  const appender: Appender = await log.openAppender();
  const placeOf = threadPartition(partitions);
  const partitionOf = (threadId: string) => placeOf(TENANT, threadId);
  const threads = new Map<string, Placed[]>();
  const ends = Array.from({ length: partitions }, () => 0);
  let time = Date.UTC(2026, 10, 1);

  return {
    log,
    tell(threadId, type, data) {
      const told = threads.get(threadId) ?? [];
      threads.set(threadId, told);
      const event = {
        event_id: randomUUID(),
        event_type: type,
        schema_version: 1,
        tenant_id: TENANT,
        learner_id: null,
        stream_type: 'thread',
        stream_id: threadId,
        stream_version: told.length + 1,
        epoch: 1,
        timestamp: new Date(++time).toISOString().replace('Z', '000Z'),
        actor: { type: 'user', id: 'ada', role: 'user' },
        correlation_id: 'test',
        causation_id: null,
        idempotency: null,
        data: { thread_id: threadId, ...data },
      } as unknown as ChatEvent;
      const partition = partitionOf(threadId);
      const placed = { event, partition, offset: ends[partition]!++ };
      told.push(placed);
      void appender.append(partition, [encodeEvent(event)]);
      return placed;
    },
    of: (threadId) => threads.get(threadId) ?? [],
    threads: () => [...threads.keys()],
    partitionOf,
    heads: () => [...ends],
  };
}

/** The start of a thread with these people, the first of them its owner. */
export function creation(...people: string[]) {
  return {
    type: 'group',
    channel: 'chat',
    learner_id: null,
    title: sealed('A title'),
    metadata: null,
    parent_thread_id: null,
    root_message_id: null,
    participants: people.map((user_id, index) => ({ user_id, role: index === 0 ? 'owner' : 'member' })),
  };
}

export function message(index: number, content: string, sender = 'ada') {
  return {
    message_id: `m${index}`,
    message_index: index,
    sender_id: sender,
    sender_type: 'user',
    message_type: 'text',
    content: sealed(content),
    metadata: null,
    attachments: null,
    reply_to: null,
    mentions: [],
    client_message_id: null,
  };
}
