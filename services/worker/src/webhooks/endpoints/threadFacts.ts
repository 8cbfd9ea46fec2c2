import type { ChatEvent, TenantId } from '@threadlog/events';
import { activeGeneration, createThreadQueries, type Database } from '@threadlog/read-models';
import type { ThreadFacts } from './endpoint';

/** What threads are: of new ones from the log, of older ones from the read model, which is ahead at the start. */
export interface KnownThreads {
  /** To be called with what is read of the log. */
  heard(event: ChatEvent): void;
  /** By id; those that nobody knows are not there. */
  of(tenantId: TenantId, threadIds: ReadonlySet<string>): Promise<ReadonlyMap<string, ThreadFacts>>;
}

/** Beyond so many the oldest are forgotten, and asked for again. */
const MAX_KNOWN_THREADS = 20_000;

export function createKnownThreads(database: Database): KnownThreads {
  const known = new Map<string, ThreadFacts>();
  const keyOf = (tenantId: TenantId, threadId: string): string => `${tenantId}/${threadId}`;

  function learn(key: string, facts: ThreadFacts): void {
    known.delete(key);
    known.set(key, facts);
    if (known.size > MAX_KNOWN_THREADS) known.delete(known.keys().next().value!);
  }

  return {
    heard({ event_type, tenant_id, data }) {
      if (event_type !== 'CHAT_THREAD_CREATED') return;
      const { thread_id, learner_id, type } = data as Extract<ChatEvent, { event_type: 'CHAT_THREAD_CREATED' }>['data'];
      learn(keyOf(tenant_id, thread_id), { learnerId: learner_id ?? null, type });
    },
    async of(tenantId, threadIds) {
      const found = new Map<string, ThreadFacts>();
      const asked: string[] = [];
      for (const id of threadIds) {
        const facts = known.get(keyOf(tenantId, id));
        if (facts) found.set(id, facts);
        else asked.push(id);
      }
      if (asked.length === 0) return found;
      const generation = await activeGeneration(database);
      const rows = await createThreadQueries({ database, generation: () => generation }).threadsByIds(tenantId, asked);
      for (const { thread_id, learner_id, type } of rows) {
        const facts = { learnerId: learner_id, type };
        found.set(thread_id, facts);
        learn(keyOf(tenantId, thread_id), facts);
      }
      return found;
    },
  };
}
