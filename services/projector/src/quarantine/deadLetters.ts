import type { Appender, EventLog } from '@threadlog/log';
import type { Quarantined } from '../folding/foldEntries';

/** Where quarantined records are shown to whoever watches the log. The table is what counts: this may lose some. */
export interface DeadLetters {
  /** Never rejects and never waits. */
  publish(quarantined: Quarantined): void;
  close(): Promise<void>;
}

export const NO_DEAD_LETTERS: DeadLetters = { publish: () => undefined, close: () => Promise.resolve() };

/** Appends records as they came to the topic of `log`, with where they came from and why in the headers. */
export function createDeadLetters(log: EventLog, onFailure: (error: unknown) => void): DeadLetters {
  let opening: Promise<Appender> | null = null;

  async function append({ entry: { record }, reason }: Quarantined): Promise<void> {
    const appender = await (opening ??= log.openAppender());
    await appender.append(record.partition % log.partitions, [
      {
        key: record.key,
        value: record.value,
        headers: {
          ...record.headers,
          dlq_partition: String(record.partition),
          dlq_offset: String(record.offset),
          dlq_reason: reason,
        },
      },
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
      await (await opening?.catch(() => null))?.close();
    },
  };
}
