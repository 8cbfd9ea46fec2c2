import { rootThreadId, type ChatEvent, type TenantId } from '@threadlog/events';
import { foldThread } from '@threadlog/read-models';
import type { Ring } from '../log/ring';
import { threadOf } from '../presenters';
import type { SyncReader } from './reader';

/** Sub-threads remembered; of those beyond, the ones learned first are looked up again. */
const MAX_KNOWN = 50_000;

/** Where sub-threads begin in their roots: what decides whether somebody who came late sees them. It never changes. */
export interface Beginnings {
  /** Seq of the root; 0 where it was not prepared, or nobody knows: then only who sees everything sees the sub-thread. */
  at(tenantId: TenantId, threadId: string): number;
  /** Gets ready for these events, so that `at` knows when they are delivered. Rejects while the read model is away. */
  forEvents(events: readonly ChatEvent[]): Promise<void>;
  /** The same for these sub-threads. */
  prepare(tenantId: TenantId, threadIds: readonly string[]): Promise<void>;
}

export interface BeginningsDeps {
  reader: Pick<SyncReader, 'beginnings'>;
  ringOf(tenantId: TenantId, threadId: string): Pick<Ring, 'after'>;
}

/**
 * A sub-thread's first event says it. Whoever comes to an instance later finds it in the read model, or, while that is
 * behind, in the ring: it was read here before any other event of the sub-thread.
 */
export function createBeginnings({ reader, ringOf }: BeginningsDeps): Beginnings {
  const known = new Map<string, number>();
  const nameOf = (tenantId: TenantId, threadId: string) => `${tenantId}/${threadId}`;

  function learn(tenantId: TenantId, threadId: string, seq: number): void {
    if (known.size >= MAX_KNOWN) known.delete(known.keys().next().value!);
    known.set(nameOf(tenantId, threadId), seq);
  }

  async function prepare(tenantId: TenantId, threadIds: readonly string[]): Promise<void> {
    const missing = threadIds.filter((threadId) => !known.has(nameOf(tenantId, threadId)));
    if (missing.length === 0) return;
    const found = await reader.beginnings(tenantId, missing);
    for (const threadId of missing) {
      const seq = found.get(threadId) ?? firstOf(ringOf(tenantId, threadId).after(tenantId, threadId, 0));
      if (seq !== null) learn(tenantId, threadId, seq);
    }
  }

  return {
    at: (tenantId, threadId) => known.get(nameOf(tenantId, threadId)) ?? 0,
    prepare,
    async forEvents(events) {
      const wanted = new Map<TenantId, Set<string>>();
      for (const event of events) {
        const threadId = threadOf(event);
        if (rootThreadId(threadId) === threadId) continue;
        const seq = beginningOf(event);
        if (seq !== null) learn(event.tenant_id, threadId, seq);
        wanted.set(event.tenant_id, (wanted.get(event.tenant_id) ?? new Set()).add(threadId));
      }
      await Promise.all([...wanted].map(([tenantId, threadIds]) => prepare(tenantId, [...threadIds])));
    },
  };
}

function firstOf(events: readonly ChatEvent[] | null): number | null {
  return events?.[0] ? beginningOf(events[0]) : null;
}

/** Null for all events but a sub-thread's first; as the fold of a thread has it. */
function beginningOf(event: ChatEvent): number | null {
  return event.event_type === 'CHAT_THREAD_CREATED' ? (foldThread(null, event)?.root_version ?? null) : null;
}
