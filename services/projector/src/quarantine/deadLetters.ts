import type { Appender, EventLog } from '@threadlog/log';
import type { Quarantined } from '../folding/foldEntries';

/** Where quarantined records are shown to whoever watches the log. The table is what counts: this may lose some. */
export interface DeadLetters {
  /** Never rejects and never waits. */
  publish(quarantined: Quarantined): void;
  close(): Promise<void>;
}

/** Thirty days: for looking into, not for keeping. */
export const DEAD_LETTER_TOPIC = { name: 'chat.dlq.v1', partitions: 1, retentionMs: 30 * 86_400_000 };

export interface DeadLettersOptions {
  /** Opens the topic, which happens with the first record. */
  open(): Promise<Pick<EventLog, 'openAppender' | 'partitions'>>;
  onFailure(error: unknown): void;
}

/** Appends records as they came, with where they came from and why in the headers. */
export function createDeadLetters({ open, onFailure }: DeadLettersOptions): DeadLetters {
  let opening: Promise<{ appender: Appender; partitions: number }> | null = null;

  async function openAppender(): Promise<{ appender: Appender; partitions: number }> {
    const log = await open();
    return { appender: await log.openAppender(), partitions: log.partitions };
  }

  async function append({ entry: { record }, reason }: Quarantined): Promise<void> {
    const { appender, partitions } = await (opening ??= openAppender());
    const place = { dlq_partition: String(record.partition), dlq_offset: String(record.offset), dlq_reason: reason };
    await appender.append(record.partition % partitions, [
      { key: record.key, value: record.value, headers: { ...record.headers, ...place } },
    ]);
  }

  return {
    publish(quarantined) {
      append(quarantined).catch((error: unknown) => {
        // A failed appender is never used again.
        opening = null;
        onFailure(error);
      });
    },
    async close() {
      const opened = await opening?.catch(() => null);
      await opened?.appender.close().catch(onFailure);
    },
  };
}
