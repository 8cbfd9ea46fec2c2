import { decodeEvent, streamName, type ChatEvent, type StreamRef } from '@threadlog/events';
import type { EventLog } from '@threadlog/log';
import type { KnownLength, LogLoss } from '@threadlog/read-models';
import { nameOf } from '../streams/overlay';
import type { LeaseStore, LogLengths } from '../ownership/ports';
import type { Checkpoint, ReadModel, StreamSnapshot } from '../streams/ports';
import { createLeaseRows, type LeaseRow } from './leaseRows';
import { createParking } from './parking';
import { emptyStream, foldRows, type StreamRows } from './streamRows';
import type { Process, World } from './world';

/** The database of the simulation: leases, and the read model that a lagging projector fills. It outlives processes. */
export interface Database {
  leasesFor(process: Process): LeaseStore;
  readModelFor(process: Process): ReadModel;
  lengthsFor(process: Process): LogLengths;
  /** Partitions of which the log lost something. */
  losses: ReadonlyMap<number, LogLoss>;
  knownOf(partition: number): KnownLength;
  checkpoint(partition: number): Checkpoint;
  /** Folds events into the rows and moves the checkpoint: one transaction. */
  project(partition: number, events: readonly { event: ChatEvent; offset: number }[], next: Checkpoint): void;
  /** From its next event on, nothing of the stream is projected until it is replayed. */
  park(partition: number, name: string): void;
  replay(partition: number, name: string): void;
  parkedStreams(): number;
  /** Whether it was parked at any time. */
  hasWaited(name: string): boolean;
  streams: ReadonlyMap<string, StreamRows>;
}

export function createDatabase(world: World, partitions: number): Database {
  const streams = new Map<string, StreamRows>();
  const checkpoints = new Map<number, Checkpoint>();
  const parking = createParking(streams, (rows, placed, partition) =>
    foldRows(rows, placed.event, { partition, offset: placed.offset }),
  );
  const checkpoint = (partition: number): Checkpoint => checkpoints.get(partition) ?? { nextOffset: 0, maxEpoch: 0 };
  const rowsOf = (stream: StreamRef): StreamRows => streams.get(streamName(stream)) ?? emptyStream();
  const losses = new Map<number, LogLoss>();
  const rows = new Map<number, LeaseRow>();
  const leases = createLeaseRows(world, partitions, { rows, losses });
  const knownOf = (partition: number): KnownLength => {
    const offset = Math.max(checkpoint(partition).nextOffset, rows.get(partition)?.known ?? 0);
    return { offset, by: 'the database' };
  };

  return {
    streams,
    losses,
    knownOf,
    lengthsFor: (process) =>
      overNetwork(world, process, {
        known: () => Promise.resolve(new Map([...rows.keys()].map((partition) => [partition, knownOf(partition)]))),
        note: (loss) => Promise.resolve(void losses.set(loss.partition, loss)),
      } satisfies LogLengths),
    checkpoint,
    leasesFor: (process) => overNetwork(world, process, leases),
    readModelFor: (process) =>
      overNetwork(world, process, {
        checkpoints: () =>
          Promise.resolve(new Map([...checkpoints].map(([at, one]) => [at, { ...one, parkings: parking.word(at) }]))),
        parkedKeys: (partition) => Promise.resolve(parking.keys(partition)),
        discarded: () => Promise.resolve(new Set<number>()),
        loadStream: (stream, partition) => Promise.resolve(snapshotOf(rowsOf(stream), checkpoint(partition))),
        loadParts: (stream, partition, names) => {
          const messages = names.map((id) => rowsOf(stream).state.messages.get(id)).filter((row) => row !== undefined);
          return Promise.resolve({ checkpoint: checkpoint(partition), messages, userThreads: [] });
        },
        findReceipt: (stream, partition, keyHash) => {
          const row = rowsOf(stream).receipts.get(keyHash) ?? null;
          return Promise.resolve({ checkpoint: checkpoint(partition), row });
        },
      } satisfies ReadModel),
    project(partition, events, next) {
      for (const { event, offset } of events) {
        const name = nameOf(event);
        const rows = streams.get(name) ?? emptyStream();
        streams.set(name, rows);
        if (rows.waiting) rows.waiting.push({ event, offset });
        else foldRows(rows, event, { partition, offset });
      }
      checkpoints.set(partition, next);
    },
    park: parking.park,
    replay: parking.replay,
    parkedStreams: parking.size,
    hasWaited: parking.hasWaited,
  };
}

/** Every call takes time on the way there and back. */
function overNetwork<T extends object>(world: World, process: Process, target: T): T {
  return new Proxy(target, {
    get: (object, method) => {
      const implementation = object[method as keyof T] as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => world.call(process, () => implementation(...args));
    },
  });
}

function snapshotOf(rows: StreamRows, checkpoint: Checkpoint): StreamSnapshot {
  return {
    checkpoint,
    // As a database would: rows of their own, and no messages until they are asked for.
    state: { ...rows.state, participants: new Map(rows.state.participants), messages: new Map() },
    lastTimestamp: rows.lastTimestamp,
    gap: 0,
    parked: rows.waiting !== null,
    receipts: [...rows.receipts.values()].reverse(),
    receiptsComplete: true,
  };
}

/** Every event of a partition that counts, as a reader from the beginning sees it. */
export async function truthOf(log: EventLog, partition: number): Promise<{ event: ChatEvent; offset: number }[]> {
  const events: { event: ChatEvent; offset: number }[] = [];
  const head = await log.head(partition);
  if (head === 0) return events;
  for await (const batch of log.read(partition, { offset: 0, maxEpoch: 0 }, head)) {
    for (const record of batch.records) {
      const decoded = decodeEvent(record.value);
      if (decoded.kind === 'event') events.push({ event: decoded.event, offset: record.offset });
    }
  }
  return events;
}
