import type { Outbox } from '../../appender';
import { MAX_REQUEST_BYTES, type Share } from '../../appendQueue';
import { timeOf } from '../../fence';
import type { ProducerIdentity } from './brokers';
import type { Compression } from './compression';
import { encodeBatch, nextSequence } from './recordBatch';

/** What is sent for a partition, the same bytes however often: the broker knows it again by its sequence number. */
export interface Batch {
  partition: number;
  share: Share;
  batch: Buffer;
}

/**
 * The batch of each partition that is not acked yet, one at most. A partition's next batch is made, and numbered, when
 * the one before it was acked; so a number is never given twice, and the broker finds no gap whatever is lost.
 */
export interface Batches {
  /** What a request to the leader of these partitions carries now: kept batches first, then what is queued. */
  take(partitions: readonly number[]): Batch[];
  /** The broker has answered for it, for good. */
  done(batch: Batch): void;
  /** To be sent again, unchanged, after the next `release`. */
  keep(batch: Batch): void;
  release(): void;
  /** Whether the partition has something that is not on its way, or will have once it is released. */
  isWaiting(partition: number): boolean;
}

type Place = 'away' | 'kept' | 'due';

export function createBatches(outbox: Outbox, identity: ProducerIdentity, compression: Compression = 'off'): Batches {
  const open = new Map<number, { batch: Batch; place: Place }>();
  const sequences = new Map<number, number>();

  function encode(share: Share): Batch {
    const { partition, records } = share;
    const now = Date.now();
    const sequence = sequences.get(partition) ?? 0;
    sequences.set(partition, nextSequence(sequence, records.length));
    const times = records.map((record) => timeOf(record, now));
    return { partition, share, batch: encodeBatch(records, times, { ...identity, sequence, compression }) };
  }

  /** Those that were sent before and may be sent again, up to what a request holds. */
  function takeDue(partitions: readonly number[]): { due: Batch[]; room: number } {
    const due: Batch[] = [];
    let room = MAX_REQUEST_BYTES;
    for (const partition of partitions) {
      const entry = open.get(partition);
      if (entry?.place !== 'due' || room <= 0) continue;
      entry.place = 'away';
      due.push(entry.batch);
      room -= entry.batch.share.bytes;
    }
    return { due, room };
  }

  return {
    take(partitions) {
      const idle = partitions.filter((partition) => !open.has(partition));
      const { due, room } = open.size === 0 ? { due: [], room: MAX_REQUEST_BYTES } : takeDue(partitions);
      const fresh = outbox.take(idle, room).map(encode);
      for (const batch of fresh) open.set(batch.partition, { batch, place: 'away' });
      return due.concat(fresh);
    },
    done: ({ partition }) => void open.delete(partition),
    keep: (batch) => void open.set(batch.partition, { batch, place: 'kept' }),
    release() {
      for (const entry of open.values()) if (entry.place === 'kept') entry.place = 'due';
    },
    isWaiting: (partition) => (open.get(partition)?.place ?? 'away') !== 'away' || outbox.isWaiting(partition),
  };
}
