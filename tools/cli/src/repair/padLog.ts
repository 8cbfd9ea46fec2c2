import { encodeControl } from '@threadlog/events';
import type { Appender, EventLog } from '@threadlog/log';
import { noteRepair, raiseLostLease, type Database, type LogRepair } from '@threadlog/read-models';
import { randomUUID } from 'node:crypto';

/**
 * So many offsets are left out beyond what is known: acks of the last moment before the loss, which an owner that died as
 * well had no time to note. At 5,000 records a second in one partition it is two seconds; a lease is renewed every 1.5 s.
 */
const MARGIN = 10_000;
const PER_APPEND = 500;

/**
 * Fills a partition up with markers beyond everything that was known of it, under an epoch of its own, and returns where
 * it goes on. Nobody owns the partition, so nobody else writes there; what a former owner still sends is fenced.
 */
export async function padLog(
  { database, log }: { database: Database; log: EventLog },
  { partition, known, resumesAt }: LogRepair,
): Promise<number> {
  if (resumesAt !== null) return resumesAt;
  const epoch = await raiseLostLease(database, partition);
  const appender = await log.openAppender();
  try {
    const target = known + MARGIN;
    let end = 0;
    while (end < target) end = await appendMarkers(appender, { partition, epoch, count: Math.min(PER_APPEND, target) });
    await noteRepair(database, { partition, resumesAt: end });
    return end;
  } finally {
    await appender.close();
  }
}

/** Returns the offset after them. */
async function appendMarkers(
  appender: Appender,
  { partition, epoch, count }: { partition: number; epoch: number; count: number },
): Promise<number> {
  const timestamp = new Date().toISOString().replace('Z', '000Z');
  const markers = Array.from({ length: count }, () =>
    encodeControl({
      event_id: randomUUID(),
      event_type: 'CHAT_PARTITION_OWNED',
      schema_version: 1,
      epoch,
      timestamp,
      data: { partition, epoch, owner_id: 'log-repair' },
    }),
  );
  const { baseOffset } = await appender.append(partition, markers);
  return baseOffset + count;
}
