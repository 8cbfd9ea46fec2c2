import { decodeEvent, partitionOfKey, recordKey, type ChatEvent, type TenantId } from '@threadlog/events';
import type { EventLog, LogRecord } from '@threadlog/log';
import { createJudge } from './standing';

export interface ThreadName {
  tenantId: TenantId;
  threadId: string;
}

/** A record of a thread's stream; `event` is null where it cannot be decoded. */
export interface ThreadRecord {
  record: LogRecord;
  event: ChatEvent | null;
}

export interface ThreadStream {
  partition: number;
  /** In the order of the log. Records that a former owner wrote too late are not among them. */
  records: ThreadRecord[];
}

interface Reading {
  /** Ends with the event of that number. */
  to: number;
  onProgress(records: number): void;
}

/** More was asked for than is shown at once. */
export class InspectionError extends Error {
  override readonly name = 'InspectionError';
}

/** Of a thread, in memory. */
const MAX_RECORDS = 200_000;

/**
 * The stream of a thread, from the log itself: all records of its partition are looked at, since the log has no index.
 * The log may be opened as it stands on disk: what does not count is left out here.
 * @throws InspectionError where the thread has more records than are kept in memory.
 */
export async function readThread(
  log: Pick<EventLog, 'partitions' | 'tail' | 'head' | 'read'>,
  { tenantId, threadId }: ThreadName,
  { to, onProgress }: Reading,
): Promise<ThreadStream> {
  const key = recordKey({ tenantId, type: 'thread', id: threadId });
  const partition = partitionOfKey(key, log.partitions);
  const [offset, head] = await Promise.all([log.tail(partition), log.head(partition)]);
  const records: ThreadRecord[] = [];
  const standingOf = createJudge();
  let read = 0;
  for await (const batch of log.read(partition, { offset, maxEpoch: 0 }, head)) {
    read += batch.records.length;
    onProgress(read);
    for (const record of batch.records) {
      if (standingOf(record) !== 'counts' || record.key !== key) continue;
      const event = eventIn(record);
      // A sub-thread has the key of its root.
      if (event !== null && event.stream_id !== threadId) continue;
      if (event !== null && event.stream_version > to) return { partition, records };
      records.push({ record, event });
    }
    if (records.length > MAX_RECORDS) throw new InspectionError(TOO_MANY);
  }
  return { partition, records };
}

const TOO_MANY = `the thread has more than ${MAX_RECORDS} events: too many to be shown at once`;

function eventIn({ value }: LogRecord): ChatEvent | null {
  const decoded = decodeEvent(value);
  if (decoded.kind === 'event') return decoded.event;
  // Of a newer build: one of the stream's events all the same.
  return decoded.kind === 'unknown' ? (decoded.event as ChatEvent | null) : null;
}
