import type { TenantId } from '@threadlog/events';
import type { EventLog, LogBatch, ReadPosition } from '@threadlog/log';
import type { Database } from '@threadlog/read-models';
import type { Runtime } from '@threadlog/runtime';
import { aborted, until, type Logger, type Metrics } from '@threadlog/service';
import { Counter } from 'prom-client';
import { createProjected } from '../erasure/projected';
import { LOCK_SPACES } from '../lockSession';
import { createOutbox, type Outbox } from '../outbox';
import type { SharedPart } from '../sharing';
import { createDeletedAmong } from './deleted';
import type { FeedSealing } from './openEvents';
import { beginFeedPositions, type FeedPositions } from './positions';
import { createPublisher } from './publisher';
import { createFeedSink, type FeedSink } from './sink';

export interface FeedDeps {
  database: Database;
  log: EventLog;
  openTopic: Runtime['openTopic'];
  sealing: FeedSealing;
  /** The tenants that asked for a feed. */
  tenants: readonly TenantId[];
  retentionDays: number;
  logger: Logger;
  metrics: Metrics;
}

const RETRY_MS = 1_000;
/** Records come in larger pieces: consumers of a feed are not in a hurry, and each piece is a statement. */
const MIN_INTERVAL_MS = 50;
/** Time to bring a batch to its end when stopping; beyond it, it is sent again at the next start. */
const STOP_MS = 3_000;

/** Publishes the events of tenants that asked for it, in the clear, each to a topic of its own. */
export function createFeed(deps: FeedDeps): SharedPart {
  const counters = createCounters(deps.metrics);
  const outbox = createOutbox(deps.metrics, 'feed');
  return {
    name: 'feed',
    lockSpace: LOCK_SPACES.feed,
    async run(signal, share) {
      const sink = createFeedSink(deps.openTopic, deps.retentionDays);
      const onFault = (err: unknown) => deps.logger.warn({ err }, 'the feed is not followed, trying again');
      await until(signal, () => follow(deps, { sink, counters, outbox, share }, signal), {
        everyMs: RETRY_MS,
        onFault,
      });
      await sink.close();
    },
  };
}

interface Following {
  share: ReadonlySet<number>;
  sink: FeedSink;
  counters: Counters;
  outbox: Outbox;
}

async function follow(deps: FeedDeps, following: Following, signal: AbortSignal): Promise<void> {
  const { share, sink, counters, outbox } = following;
  const { database, log, logger, tenants } = deps;
  const positions = await beginFeedPositions(database, log, tenants);
  // What was deleted by now must be known as deleted before any of it is read: batches may end between the two.
  await createProjected({ database, log }).active(signal);
  if (signal.aborted) return;
  const publisher = createPublisher({
    ...deps,
    sink,
    positions,
    deletedAmong: createDeletedAmong(database),
    onPublished: (count) => counters.published.inc(count),
    onWithheld({ event_id, event_type, tenant_id }, reason) {
      counters.withheld.inc({ reason });
      if (reason === 'unreadable') logger.warn({ event_id, event_type, tenant_id }, 'an event cannot be opened');
    },
  });
  const publish = counting(outbox, publisher);
  const subscription = await log.follow({
    name: 'feed',
    minIntervalMs: MIN_INTERVAL_MS,
    start: earliest(positions, share),
    stopMs: STOP_MS,
    onBatch(batch, stopping) {
      stopping.addEventListener('abort', sink.abandon, { once: true });
      return publish(batch).finally(() => stopping.removeEventListener('abort', sink.abandon));
    },
  });
  await aborted(signal);
  await subscription.stop();
  outbox.left();
}

/** Tells what waits before and after each batch: of one that fails again and again all that is behind it, too. */
function counting(outbox: Outbox, publish: (batch: LogBatch) => Promise<void>): (batch: LogBatch) => Promise<void> {
  const waiting = new Map<number, number>();
  function tell(partition: number, records: number): void {
    waiting.set(partition, Math.max(0, records));
    outbox.pending({ due: [...waiting.values()].reduce((sum, each) => sum + each, 0), retrying: 0 });
  }
  return async (batch) => {
    tell(batch.partition, batch.head - batch.from);
    try {
      await publish(batch);
    } catch (error) {
      outbox.failed();
      throw error;
    }
    outbox.processed(batch.records.length);
    tell(batch.partition, batch.head - batch.next.offset);
  };
}

/** One reader serves all tenants: it starts where the last of them stands, and the others skip what they have. */
function earliest(positions: FeedPositions, share: ReadonlySet<number>): Map<number, ReadPosition> {
  const start = new Map<number, ReadPosition>();
  for (const own of positions.values()) {
    for (const [partition, at] of own) {
      if (!share.has(partition)) continue;
      const known = start.get(partition);
      if (!known || at.offset < known.offset) start.set(partition, at);
    }
  }
  return start;
}

type Counters = ReturnType<typeof createCounters>;

/** Registers what feeds count. */
export function createCounters({ registry }: Pick<Metrics, 'registry'>) {
  const registers = [registry];
  const published = new Counter({
    name: 'threadlog_feed_published_total',
    help: 'Events published to feeds, repetitions included.',
    registers,
  });
  const withheld = new Counter({
    name: 'threadlog_feed_withheld_total',
    help: 'Events kept out of feeds: about erased people, with texts deleted meanwhile, or with texts that do not open.',
    labelNames: ['reason'],
    registers,
  });
  return { published, withheld };
}
