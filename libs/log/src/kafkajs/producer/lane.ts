import { setTimeout as delay } from 'node:timers/promises';
import type { Outbox } from '../../appender';
import type { Batch, Batches } from './batches';
import { isRetriable } from './brokers';
import type { ProduceConnection } from './connection';
import { sortOutcomes } from './outcomes';
import type { PartitionOutcome, ProduceResponse } from './produceRequest';

/**
 * A request costs the broker and us far more than a record in it. When one carried several records, more are on their
 * way: waiting a moment for them halves the requests of a busy process. One writer alone never waits.
 */
const BUSY_RECORDS = 3;
const GATHER_MS = 1;

export interface LaneDeps {
  /** The partitions that the broker leads, as far as we know. */
  led(): readonly number[];
  connect(): Promise<ProduceConnection>;
  batches: Batches;
  outbox: Outbox;
  /** Something is kept to be sent again: finds out who leads, and wakes the lanes. */
  onKept(cause: Error): void;
  onAcked(): void;
}

/** The way to one broker: one request in flight, carrying what all its partitions have. */
export interface Lane {
  /** Sends what there is, unless it does so already; not in this turn. */
  wake(): void;
  /** Ends it, also with a request in flight. */
  stop(): void;
}

export function createLane(deps: LaneDeps): Lane {
  const { led, batches, outbox, onKept, onAcked } = deps;
  const link = createLink(deps.connect);
  let busy = false;
  let stopped = false;

  /** Sends the batches and waits; true where another request may follow at once. */
  async function send(taken: readonly Batch[]): Promise<boolean> {
    const begun = performance.now();
    let response: ProduceResponse;
    try {
      response = await (await link.usable()).produce(taken);
    } catch (error) {
      for (const batch of taken) batches.keep(batch);
      lose(error instanceof Error ? error : new Error(String(error)));
      return false;
    }
    settle(taken, response.outcomes, performance.now() - begun);
    if (response.throttleMs > 0) await delay(response.throttleMs);
    return true;
  }

  function lose(error: Error): void {
    if (stopped) return;
    if (isRetriable(error)) onKept(error);
    else outbox.fail(error);
  }

  function settle(taken: readonly Batch[], answered: readonly PartitionOutcome[], durationMs: number): void {
    const { acked, offsets, refused, cause } = sortOutcomes(taken, answered);
    for (const batch of acked) batches.done(batch);
    for (const batch of refused) batches.keep(batch);
    if (acked.length > 0) {
      const shares = acked.map(({ share }) => share);
      outbox.acked(shares, offsets, durationMs);
      onAcked();
    }
    if (cause) lose(cause);
  }

  async function run(): Promise<void> {
    try {
      for (let taken = batches.take(led()); taken.length > 0 && !stopped; taken = batches.take(led())) {
        if (!(await send(taken))) break;
        if (recordsOf(taken) >= BUSY_RECORDS) await delay(GATHER_MS);
      }
    } catch (error) {
      outbox.fail(error instanceof Error ? error : new Error(String(error)));
    }
    busy = false;
  }

  return {
    wake() {
      if (busy || stopped) return;
      busy = true;
      queueMicrotask(() => void run());
    },
    stop() {
      stopped = true;
      link.close();
    },
  };
}

const recordsOf = (taken: readonly Batch[]): number => taken.reduce((sum, { share }) => sum + share.records.length, 0);

/** A connection that is opened when it is needed, and again when it has ended. */
function createLink(connect: () => Promise<ProduceConnection>) {
  let connection: ProduceConnection | null = null;
  let closed = false;
  return {
    async usable(): Promise<ProduceConnection> {
      if (connection?.isUsable()) return connection;
      connection?.close();
      connection = await connect();
      if (closed) connection.close();
      return connection;
    },
    close(): void {
      closed = true;
      connection?.close();
    },
  };
}
