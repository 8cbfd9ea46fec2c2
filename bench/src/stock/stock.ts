import type { TenantId } from '@threadlog/events';
import type { ThreadRow } from '@threadlog/read-models';
import type { Internals } from '../system/system';
import type { Tenant } from '../system/tokens';
import { foldEvents } from './rows';
import { openStockStore, type StockStore } from './store';
import { threadEvents, type Span, type StockThread } from './threadEvents';

/**
 * A tenant that has been in use for a while, for rows that read. Its rows are folded here and written to the read model
 * directly, a hundred times as fast as through the API; the log knows nothing of it, so nobody may write to its threads.
 */
export interface Stock {
  tenant: Tenant;
  threads: readonly StockThread[];
  /** Messages that each thread has. */
  messagesEach(): number;
  /** Sees to it that each thread has so many messages, all of which can be read and found. */
  grow(messagesEach: number): Promise<void>;
}

/** Takes part in every thread. */
export const BUSY_USER = 'busy';
/** Takes part in every twentieth. */
export const PLAIN_USER = 'plain';
const PLAIN_SHARE = 20;
const WRITERS = 200;

const DAY_MS = 24 * 3_600_000;
/** Threads began over so many days before yesterday, and the messages of each came over one. */
const DAYS = 60;
const MESSAGES_A_DAY = 200;
const THREADS_AT_ONCE = 4;
/** Written together; keys are made for all of them at once. */
const THREADS_A_BATCH = 10;

export interface StockOptions {
  threads: number;
  /** Writes everything; by default the first two of each thread do, by turns. */
  author?: string;
}

export function createStock(internals: Internals, tenant: Tenant, { threads: count, author }: StockOptions): Stock {
  const threads = Array.from({ length: count }, (_none, number) =>
    threadOf(tenant.tenantId, { number, count, author }),
  );
  const folded = new Map<string, ThreadRow>();
  let each = 0;
  return {
    tenant,
    threads,
    messagesEach: () => each,
    async grow(messagesEach) {
      if (messagesEach <= each) return;
      const store = await openStockStore(internals);
      try {
        await store.sealing.prepareTenant(tenant.tenantId as TenantId);
        await writeAll(store, { threads, folded, span: { first: each + 1, last: messagesEach } });
        await store.tidy();
        each = messagesEach;
      } finally {
        await store.close();
      }
    },
  };
}

interface Numbered {
  number: number;
  count: number;
  author: string | undefined;
}

function threadOf(tenantId: string, { number, count, author }: Numbered): StockThread {
  const writers = [`writer-${number % WRITERS}`, `writer-${(number + 1) % WRITERS}`];
  const authors = author === undefined ? writers : [author];
  const members = [...authors, BUSY_USER];
  if (number % PLAIN_SHARE === 0) members.push(PLAIN_USER);
  const startedAt = Date.now() - DAY_MS * (1 + ((count - number) * DAYS) / count);
  const everyMs = DAY_MS / MESSAGES_A_DAY;
  return { tenantId: tenantId as TenantId, threadId: `stock-${number}`, number, members, authors, startedAt, everyMs };
}

interface Growth {
  threads: readonly StockThread[];
  /** Each thread's row as it stands. */
  folded: Map<string, ThreadRow>;
  span: Span;
}

async function writeAll(store: StockStore, { threads, ...growth }: Growth): Promise<void> {
  const batches = Array.from({ length: Math.ceil(threads.length / THREADS_A_BATCH) }, (_none, at) =>
    threads.slice(at * THREADS_A_BATCH, (at + 1) * THREADS_A_BATCH),
  )[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const batch of batches) await writeBatch(store, { threads: batch, ...growth });
  };
  await Promise.all(Array.from({ length: THREADS_AT_ONCE }, worker));
}

async function writeBatch({ sealing, tokens, write }: StockStore, { threads, folded, span }: Growth): Promise<void> {
  const parts = await Promise.all(
    threads.map(async (thread) => {
      const events = await threadEvents(sealing, { thread, span });
      const before = folded.get(thread.threadId) ?? null;
      return foldEvents({ thread, before, events, opener: sealing, tokens });
    }),
  );
  for (const row of parts.flatMap((part) => part.threads)) folded.set(row.thread_id, row);
  await write({
    threads: parts.flatMap((part) => part.threads),
    participants: parts.flatMap((part) => part.participants),
    threadMembers: parts.flatMap((part) => part.threadMembers),
    messages: parts.flatMap((part) => part.messages),
    userThreads: parts.flatMap((part) => part.userThreads),
    index: parts.flatMap((part) => part.index),
  });
}
