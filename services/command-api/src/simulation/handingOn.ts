import type { AckedRecords, HandOnRule, MemoryLog, MemoryLogOptions, MemorySend } from '@threadlog/log';
import { createRandom, type World } from './world';

/** How owners hand on what they were acked, with one sentence left out. */
export interface HandingOnFault {
  rule?: HandOnRule;
  /** What is handed on in place of what was acked, where the partition's highest epoch is this. */
  change?(acked: AckedRecords, highestEpoch: number): AckedRecords;
  /** Whether what was given up is handed on too. */
  givenUp?: boolean;
}

/** The part of the log that followers of an owner's process are fed by: its acks, and fetches of the rest. */
export interface HandingOn {
  options: Pick<MemoryLogOptions, 'fetchAfterMs' | 'handOnRule' | 'interceptAcked'>;
  /** What becomes of a send, watched. */
  watch(sent: MemorySend): MemorySend;
}

export function createHandingOn(world: World, log: () => MemoryLog, fault: HandingOnFault): HandingOn {
  const lags = createRandom(world.random.seed + 3_000_000);
  /** The highest epoch that has landed, by partition. */
  const epochs = new Map<number, number>();
  return {
    options: {
      // Sooner than an ack, or slow beside it.
      fetchAfterMs: () => (lags.chance(0.5) ? lags.next() * 10 : lags.next() * 300),
      ...(fault.rule ? { handOnRule: fault.rule } : {}),
      interceptAcked(acked) {
        const handed = fault.change?.(acked, epochs.get(acked.partition) ?? 0) ?? acked;
        world.after(0, null, () => log().handOn(handed));
      },
    },
    watch(sent) {
      const { partition, records } = sent;
      return {
        ...sent,
        land() {
          const highest = Math.max(...records.map(({ headers }) => Number(headers.epoch)), epochs.get(partition) ?? 0);
          epochs.set(partition, highest);
          return sent.land();
        },
        fail(cause) {
          if (fault.givenUp)
            void log()
              .head(partition)
              .then((baseOffset) => log().handOn({ partition, baseOffset, records }));
          sent.fail(cause);
        },
      };
    },
  };
}
