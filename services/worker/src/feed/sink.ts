import { partitionOfKey, type OutgoingRecord, type TenantId } from '@threadlog/events';
import type { Appender, EventLog } from '@threadlog/log';
import type { Runtime } from '@threadlog/runtime';
import { feedTopic } from './topicName';

/** Partitions of every feed; fixed, so that a thread stays in its partition. */
const FEED_PARTITIONS = 4;
const DAY_MS = 86_400_000;

/** The topics of the feeds. */
export interface FeedSink {
  /** Resolves when all records are acknowledged; in order per key. Rejects where that is not known: send them again. */
  send(tenantId: TenantId, records: readonly OutgoingRecord[]): Promise<void>;
  /** Ends sending; what is not acknowledged by then is not known. */
  abandon(): void;
  close(): Promise<void>;
}

interface Outlet {
  topic: EventLog;
  appender: Appender;
}

/** Opens a tenant's topic when there is something for it, and a new appender whenever one dies. */
export function createFeedSink(openTopic: Runtime['openTopic'], retentionDays: number): FeedSink {
  const topics = new Map<TenantId, Promise<EventLog>>();
  const outlets = new Map<TenantId, Promise<Outlet>>();

  function topicOf(tenantId: TenantId): Promise<EventLog> {
    let topic = topics.get(tenantId);
    if (!topic) {
      const retentionMs = retentionDays * DAY_MS;
      // A segment goes as a whole, when its newest record is old enough: a day's bounds what stays longer.
      topic = openTopic({ name: feedTopic(tenantId), partitions: FEED_PARTITIONS, retentionMs, segmentMs: DAY_MS });
      topics.set(tenantId, topic);
      topic.catch(() => topics.delete(tenantId));
    }
    return topic;
  }

  function outletOf(tenantId: TenantId): Promise<Outlet> {
    let outlet = outlets.get(tenantId);
    if (!outlet) {
      outlet = open(tenantId);
      outlets.set(tenantId, outlet);
      const forget = () => void (outlets.get(tenantId) === outlet && outlets.delete(tenantId));
      outlet.then(({ appender }) => appender.failed.then(forget), forget);
    }
    return outlet;
  }

  async function open(tenantId: TenantId): Promise<Outlet> {
    const topic = await topicOf(tenantId);
    return { topic, appender: await topic.openAppender() };
  }

  const opened = async () =>
    (await Promise.allSettled(outlets.values())).flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));

  return {
    async send(tenantId, records) {
      if (records.length === 0) return;
      const { topic, appender } = await outletOf(tenantId);
      // Handed over in one turn they keep their order; one by one, because a batch has a limit.
      const sent = records.map((record) => appender.append(partitionOfKey(record.key, topic.partitions), [record]));
      await Promise.all(sent);
    },
    abandon() {
      void opened().then((all) => all.forEach(({ appender }) => appender.abandon(new Error('the feed stops'))));
    },
    async close() {
      await Promise.all((await opened()).map(({ appender }) => appender.close().catch(() => undefined)));
    },
  };
}
