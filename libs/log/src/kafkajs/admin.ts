import type { Admin } from 'kafkajs';
import type { LogLine } from '../observer';
import { askAgain } from './askAgain';
import { BOUNDED, createClient, type KafkaAccess } from './client';

/** Questions to the cluster over one shared connection. */
export interface KafkaAdmin {
  /** Asks anything; where a broker is away, or a partition without a leader, it is asked again for about 3 s. */
  ask<Answer>(question: (admin: Admin) => Promise<Answer>): Promise<Answer>;
  close(): Promise<void>;
}

const PATIENCE = { forMs: 3_000, pauseMs: 200, passes };

export function createAdmin(access: KafkaAccess, log: LogLine): KafkaAdmin {
  const admin = createClient(access, BOUNDED, log).kafka.admin({ retry: BOUNDED.retry });
  let connecting: Promise<void> | null = null;

  function connect(): Promise<void> {
    connecting ??= admin.connect().catch((error: unknown) => {
      connecting = null;
      throw error;
    });
    return connecting;
  }

  return {
    ask(question) {
      return askAgain(() => connect().then(() => question(admin)), PATIENCE);
    },
    async close() {
      if (connecting) await admin.disconnect();
    },
  };
}

/**
 * Whether asking again may help. kafkajs's admin gives up at the first lost connection, but connects again when asked
 * again; and it gives up where a partition has no leader, as those of a topic that was made a moment ago on a busy broker.
 */
export function passes(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (/^KafkaJS(Connection|RequestTimeout|BrokerNotFound|NumberOfRetriesExceeded)/.test(cause.name)) return true;
    if (LEADERLESS.has((cause as { type?: unknown }).type)) return true;
  }
  return false;
}

const LEADERLESS = new Set<unknown>(['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE']);

/** The ends of a partition: offsets of the first record and after the last one. */
export interface Bounds {
  tail: number;
  head: number;
}

/** Asks for the ends of all partitions of a topic, as of now. Callers of one turn share one request. */
export function createBounds(admin: KafkaAdmin, topic: string): () => Promise<ReadonlyMap<number, Bounds>> {
  let next: Promise<ReadonlyMap<number, Bounds>> | null = null;

  async function fetchBounds(): Promise<ReadonlyMap<number, Bounds>> {
    // A turn later, so that everybody who asks in this turn is answered together, and nobody with what was before.
    await new Promise((resolve) => setImmediate(resolve));
    next = null;
    const offsets = await admin.ask((connected) => connected.fetchTopicOffsets(topic));
    return new Map(offsets.map(({ partition, low, high }) => [partition, { tail: Number(low), head: Number(high) }]));
  }

  return () => (next ??= fetchBounds());
}
