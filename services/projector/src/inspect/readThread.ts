import { decodeEvent, partitionOfKey, recordKey, type ChatEvent, type TenantId } from '@threadlog/events';
import type { LogRecord } from '@threadlog/log';
import { createJudge } from './standing';
import type { InspectedLog } from './stretch';

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

/** A thread's stream that is read from the log, as far as it was read. */
export interface ThreadReading extends ThreadStream {
  /** Reads on to where the log ends now; after a failure it goes on from where it was. */
  readOn(options: ReadOn): Promise<void>;
}

interface ReadOn {
  /** Ends with the event of that number. */
  to?: number;
  /** Hears how many records were looked at of how many, over and over. */
  onProgress(looked: number, of: number): void;
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
 */
export function openThread(
  log: InspectedLog,
  { tenantId, threadId }: ThreadName,
  { most = MAX_RECORDS } = {},
): ThreadReading {
  const key = recordKey({ tenantId, type: 'thread', id: threadId });
  const partition = partitionOfKey(key, log.partitions);
  const records: ThreadRecord[] = [];
  const standingOf = createJudge();
  let offset = 0;

  /** Whether the reading is at its end. */
  function take(record: LogRecord, to: number): boolean {
    if (standingOf(record) !== 'counts' || record.key !== key) return false;
    const event = eventIn(record);
    // A sub-thread has the key of its root.
    if (event !== null && event.stream_id !== threadId) return false;
    if (event !== null && event.stream_version > to) return true;
    if (records.length >= most)
      throw new InspectionError(`the thread has more than ${most} events: too many to be shown at once`);
    // Of its own: as it came it holds all that was fetched with it.
    records.push({ record: { ...record, value: Buffer.from(record.value) }, event });
    return false;
  }

  return {
    partition,
    records,
    async readOn({ to = Infinity, onProgress }) {
      const [tail, head] = await Promise.all([log.tail(partition), log.head(partition)]);
      offset = Math.max(offset, tail);
      for await (const batch of log.read(partition, { offset, maxEpoch: 0 }, head)) {
        for (const record of batch.records) {
          if (take(record, to)) return;
          offset = record.offset + 1;
        }
        offset = batch.next.offset;
        onProgress(offset - tail, head - tail);
      }
    },
  };
}

/**
 * The stream of a thread up to one of its events, or as it is now.
 * @throws InspectionError where the thread has more records than are kept in memory.
 */
export async function readThread(log: InspectedLog, name: ThreadName, options: ReadOn): Promise<ThreadStream> {
  const reading = openThread(log, name);
  await reading.readOn(options);
  return reading;
}

function eventIn({ value }: LogRecord): ChatEvent | null {
  const decoded = decodeEvent(value);
  if (decoded.kind === 'event') return decoded.event;
  // Of a newer build: one of the stream's events all the same.
  return decoded.kind === 'unknown' ? (decoded.event as ChatEvent | null) : null;
}
