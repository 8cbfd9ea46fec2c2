import { ProblemError } from '@threadlog/events';
import type { Appender, EventLog } from '@threadlog/log';
import { MAX_LISTED, type ListedKey } from '@threadlog/sealing';
import type { AuxiliaryTopic } from '../auxiliaryTopic';
import { decodeErasure, encodeErasure, type ErasureEntry } from './record';

/**
 * Names every key that was ever destroyed. It stands in Kafka, outside of every database's backups, so that a key store
 * that comes back from a backup can be told which of its keys must not be there. One partition, kept for ever.
 */
export const ERASURES_TOPIC: AuxiliaryTopic = { name: 'chat.erasures.v1', partitions: 1, retentionMs: -1 };

/** How long an append may take before its outcome counts as unknown; milliseconds. */
const APPEND_MS = 10_000;

export interface ErasureList {
  /** Resolves when the broker has it. Rejects with problem `unavailable`; repeating it is harmless. */
  append(entry: ErasureEntry): Promise<void>;
  close(): Promise<void>;
}

export interface ErasureListOptions {
  /** Called when something is appended for the first time; the topic is closed by whoever opened it. */
  open(): Promise<EventLog>;
  appendMs?: number;
}

/** The appending half. Whoever destroys one key only needs it once, so nothing is opened before. */
export function createErasureList({ open, appendMs = APPEND_MS }: ErasureListOptions): ErasureList {
  let topic: Promise<EventLog> | undefined;
  let appender: Promise<Appender> | undefined;

  async function openAppender(): Promise<Appender> {
    topic ??= open();
    topic.catch(() => (topic = undefined));
    return (await topic).openAppender();
  }

  /** The appender that is open, or a new one in place of one that died or never came. */
  function current(): Promise<Appender> {
    if (appender) return appender;
    const mine = openAppender();
    const drop = () => {
      if (appender === mine) appender = undefined;
    };
    mine.then((made) => made.failed.then(drop), drop);
    return (appender = mine);
  }

  async function appendOnce(entry: ErasureEntry): Promise<void> {
    const mine = current();
    try {
      await within(
        mine.then((ready) => ready.append(0, [encodeErasure(entry)])),
        appendMs,
      );
    } catch (cause) {
      // A late ack would be welcome, but nobody waits for it any more; the next attempt takes another appender.
      if (appender === mine) appender = undefined;
      void mine.then(
        (late) => late.abandon(cause as Error),
        () => undefined,
      );
      throw new ProblemError(
        { code: 'unavailable', detail: 'The erasure list cannot be written.', retryAfter: 5 },
        { cause },
      );
    }
  }

  return {
    async append(entry) {
      for (let at = 0; at < entry.keys.length; at += MAX_LISTED)
        await appendOnce({ ...entry, keys: entry.keys.slice(at, at + MAX_LISTED) });
    },
    async close() {
      await (await appender?.catch(() => undefined))?.close();
    },
  };
}

/** The result, or a rejection when it is late. */
async function within<T>(result: Promise<T>, ms: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
  }
}

export interface Replayed {
  records: number;
  keys: number;
  /** Keys that were there although the list says that they are destroyed. */
  destroyed: number;
  /** Whether the list still begins where it began: false when somebody deleted records of it. */
  whole: boolean;
}

/**
 * Reads the list to its end and destroys what is in it, in chunks of about `MAX_LISTED` keys whatever the size of
 * its records. Throws `ErasureListError` on a record that cannot be read.
 */
export async function replayErasures(
  topic: EventLog,
  destroy: (keys: readonly ListedKey[]) => Promise<number>,
): Promise<Replayed> {
  const [tail, head] = await Promise.all([topic.tail(0), topic.head(0)]);
  const done = { records: 0, keys: 0, destroyed: 0, whole: tail === 0 };
  let waiting: ListedKey[] = [];
  const flush = async (): Promise<void> => {
    done.keys += waiting.length;
    done.destroyed += waiting.length > 0 ? await destroy(waiting) : 0;
    waiting = [];
  };
  for await (const { records } of topic.read(0, { offset: tail, maxEpoch: 0 }, head)) {
    for (const { value, offset } of records) {
      done.records += 1;
      waiting.push(...decodeErasure(value, offset).keys);
      if (waiting.length >= MAX_LISTED) await flush();
    }
  }
  await flush();
  return done;
}
