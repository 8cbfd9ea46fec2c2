import {
  createMemoryLog,
  type Appender,
  type EventLog,
  type LogRecord,
  type MemoryLog,
  type MemorySend,
  type Scheduler,
} from '@threadlog/log';
import type { AcquireDeps } from '../ownership/acquirePartition';
import type { LeaseStore, LogLengths } from '../ownership/ports';
import type { ReadModel } from '../streams/ports';
import { createDatabase, type Database } from './database';
import { createHandingOn, type HandingOnFault } from './handingOn';
import type { Process, World } from './world';

/** What the processes of a simulation share: the log, the database. */
export interface Cluster {
  world: World;
  log: MemoryLog;
  database: Database;
  /** The log as one process reaches it: over a network, through its pauses, gone with it. */
  logFor(process: Process): EventLog;
  /** Ends the faults of the log. */
  heal(): void;
  /** The log loses a partition's records from this offset on, and with them what it knew of who was writing there. */
  loseTail(partition: number, head: number): LogRecord[];
}

/** What a process works with; a mutant replaces a part of it. */
export interface Parts {
  log: EventLog;
  leases: LeaseStore;
  readModel: ReadModel;
  lengths: LogLengths;
  steps: NonNullable<AcquireDeps['steps']>;
}

export function createCluster(world: World, partitions: number, fault: HandingOnFault = {}): Cluster {
  const handingOn = createHandingOn(world, () => log, fault);
  const owners = new Map<number, Process>();
  const faults = { on: true };
  /** By partition: the last appender whose sequence the log has lost. It refuses what such a one still sends. */
  const broken = new Map<number, number>();
  const log: MemoryLog = createMemoryLog({
    topic: 'simulated',
    partitions,
    scheduler: schedulerOf(world),
    batchRecords: 7,
    now: world.now,
    ...handingOn.options,
    interceptAppend: (sent) => {
      const isBroken = (): boolean => (broken.get(sent.partition) ?? 0) >= sent.appender;
      deliver(world, refusing(handingOn.watch(sent), isBroken), {
        process: owners.get(sent.appender) ?? null,
        faults: faults.on,
      });
    },
  });

  let opening = Promise.resolve();
  let opened = 0;
  async function openFor(process: Process): Promise<Appender> {
    // One at a time, so that the log's own numbering tells whose appender it is.
    const before = opening;
    const own = Promise.withResolvers<void>();
    opening = own.promise;
    await before;
    const appender = await log.openAppender();
    opened += 1;
    owners.set(opened, process);
    own.resolve();
    return appender;
  }

  return {
    world,
    log,
    database: createDatabase(world, partitions),
    heal: () => void (faults.on = false),
    loseTail(partition, head) {
      broken.set(partition, opened);
      return log.loseTail(partition, head);
    },
    logFor: (process) => ({
      ...log,
      openAppender: () => world.call(process, () => openFor(process)),
      head: (partition) => world.call(process, () => log.head(partition)),
      async *read(partition, from, to) {
        const batches = log.read(partition, from, to)[Symbol.asyncIterator]();
        for (;;) {
          const next = await world.call(process, () => batches.next());
          if (next.done) return;
          yield next.value;
        }
      },
    }),
  };
}

/** The log's turns and waits, as steps of the world that belong to no process. */
function schedulerOf(world: World): Scheduler {
  return {
    soon: (step) => world.after(0, null, step),
    after(ms, step) {
      let cancelled = false;
      world.after(ms, null, () => cancelled || step());
      return () => void (cancelled = true);
    },
  };
}

/** A log that lost what it knew of a producer refuses what it sends then. */
function refusing(sent: MemorySend, isBroken: () => boolean): MemorySend {
  return {
    ...sent,
    land: () => (isBroken() ? -1 : sent.land()),
    ack: () => (isBroken() ? sent.fail(new Error('OUT_OF_ORDER_SEQUENCE_NUMBER')) : sent.ack()),
  };
}

/** What may become of a produce request: it lands late, its answer is late, lost or repeated, or the client gives up. */
function deliver(
  world: World,
  send: MemorySend,
  { process, faults }: { process: Process | null; faults: boolean },
): void {
  const { random, after } = world;
  const land = (ms: number): void => after(ms, null, () => void send.land());
  const ack = (ms: number): void => after(ms, process, () => send.ack());
  const fail = (ms: number): void => after(ms, process, () => send.fail(new Error('the send was given up')));
  const quick = (): number => 1 + random.next() * 9;
  const long = (): number => 200 + random.next() * 5_000;
  const dice = faults ? random.next() : 1;

  if (dice < 0.04) {
    land(quick());
    ack(long());
  } else if (dice < 0.07) {
    const landing = long();
    land(landing);
    ack(landing + quick());
  } else if (dice < 0.1) {
    land(quick());
    fail(quick() + 200);
  } else if (dice < 0.13) {
    fail(quick());
    land(long());
  } else if (dice < 0.14) {
    fail(quick());
  } else {
    const landing = quick();
    land(landing);
    land(landing + quick());
    ack(landing + quick());
    ack(landing + 20);
  }
}
