import { rootThreadId, type ChatEvent, type TenantId } from '@threadlog/events';
import { NOTHING_HIDDEN } from '@threadlog/read-models';
import { threadRoom } from '../records';
import type { SyncReader } from './reader';

/** Messages remembered; of those beyond, the ones learned first are looked up again. */
const MAX_KNOWN = 50_000;

/**
 * The indexes of messages that others reply to: what decides whether somebody who came late is told of them. An index never
 * changes. Only rooms with somebody in them who came late are looked at.
 */
export interface References {
  /** 0 where it was not prepared, or nobody knows: then only who sees everything is told. */
  indexOf(tenantId: TenantId, messageId: string): number;
  /** Gets ready for these events, so that `indexOf` knows when they are delivered. Rejects while the read model is away. */
  forEvents(events: readonly ChatEvent[]): Promise<void>;
  /** The same for these messages. */
  prepare(tenantId: TenantId, messageIds: readonly string[]): Promise<void>;
  /** Ids of what these reply to that does not exist for who sees the thread from `visibleFrom` on. */
  hiddenOf(
    tenantId: TenantId,
    rows: readonly { reply_to: string | null }[],
    visibleFrom: number,
  ): Promise<ReadonlySet<string>>;
}

export interface ReferencesDeps {
  reader: Pick<SyncReader, 'indexesOf'>;
  /** Whether somebody in the room does not see all of it. */
  hasLate(room: string): boolean;
}

/**
 * What somebody late may be told of was written while it was here, or long ago: the first is learned from the events
 * themselves, the second is in the read model.
 */
export function createReferences({ reader, hasLate }: ReferencesDeps): References {
  const known = new Map<string, number>();
  const nameOf = (tenantId: TenantId, messageId: string) => `${tenantId}/${messageId}`;
  const indexOf: References['indexOf'] = (tenantId, messageId) => known.get(nameOf(tenantId, messageId)) ?? 0;

  function learn(tenantId: TenantId, messageId: string, index: number): void {
    if (known.size >= MAX_KNOWN) known.delete(known.keys().next().value!);
    known.set(nameOf(tenantId, messageId), index);
  }

  async function prepare(tenantId: TenantId, messageIds: readonly string[]): Promise<void> {
    const missing = messageIds.filter((messageId) => !known.has(nameOf(tenantId, messageId)));
    if (missing.length === 0) return;
    for (const [messageId, index] of await reader.indexesOf(tenantId, missing)) learn(tenantId, messageId, index);
  }

  return {
    indexOf,
    prepare,
    async forEvents(events) {
      const wanted = new Map<TenantId, Set<string>>();
      for (const event of events) {
        // A sub-thread is seen whole, or not at all.
        if (event.event_type !== 'CHAT_MESSAGE_CREATED' || rootThreadId(event.stream_id) !== event.stream_id) continue;
        if (!hasLate(threadRoom(event.tenant_id, event.stream_id))) continue;
        learn(event.tenant_id, event.data.message_id, event.data.message_index);
        const { reply_to: replyTo } = event.data;
        if (replyTo !== null) wanted.set(event.tenant_id, (wanted.get(event.tenant_id) ?? new Set()).add(replyTo));
      }
      await Promise.all([...wanted].map(([tenantId, ids]) => prepare(tenantId, [...ids])));
    },
    async hiddenOf(tenantId, rows, visibleFrom) {
      const ids = visibleFrom > 1 ? rows.flatMap(({ reply_to }) => reply_to ?? []) : [];
      if (ids.length === 0) return NOTHING_HIDDEN;
      await prepare(tenantId, ids);
      return new Set(ids.filter((id) => indexOf(tenantId, id) < visibleFrom));
    },
  };
}
