import type { EventLog, ReadPosition } from '@threadlog/log';
import {
  activeGeneration,
  countPassedOver,
  describeLoss,
  lagsOf,
  liveGenerations,
  readCheckpoints,
  readLeases,
  readLogLosses,
  type Database,
  type Generation,
  type PassedOver,
} from '@threadlog/read-models';
import { readProcesses, type KnownProcess } from './processRegister';

/** A partition of the log: who writes to it, and how far the served generation has read it. */
export interface PartitionStatus {
  partition: number;
  epoch: number | null;
  /** Where the owner is reached; null where there is none now: commands on the partition are answered 503. */
  owner: string | null;
  /** The offset after its last record. */
  head: number;
  /** Records that the served generation has still to apply. */
  lagRecords: number;
  /** Age of the oldest of them; 0 where there is none, null where it could not be read in time. */
  lagSeconds: number | null;
}

/** How a deployment is, from what its processes keep in the stores. */
export interface DeploymentStatus {
  at: string;
  processes: KnownProcess[];
  partitions: PartitionStatus[];
  /** The generation that is served. */
  generation: number;
  generations: Generation[];
  quarantine: PassedOver;
  /** Partitions that lost records, in words; nobody writes to them. */
  losses: string[];
}

export interface StatusDeps {
  database: Database;
  log: Pick<EventLog, 'partitions' | 'head' | 'read'>;
}

/** How long the log may take to give a record; milliseconds. */
const PATIENCE_MS = 1_000;

/** Looks at what there is now; changes nothing. Rejects where Postgres or Kafka does not answer. */
export async function deploymentStatus({ database, log }: StatusDeps): Promise<DeploymentStatus> {
  const generation = await activeGeneration(database);
  // In this order: the log only grows, so nothing is found to be behind by less than nothing.
  const checkpoints = await readCheckpoints(database, generation);
  const heads = await Promise.all(Array.from({ length: log.partitions }, (_, partition) => log.head(partition)));
  const leases = await readLeases(database);
  const partitions = lagsOf(heads, checkpoints).map(async (lag, partition): Promise<PartitionStatus> => {
    const lease = leases.get(partition);
    const { nextOffset: offset = 0, maxEpoch = 0 } = checkpoints.get(partition) ?? {};
    return {
      partition,
      epoch: lease?.epoch ?? null,
      owner: lease?.held ? lease.owner : null,
      head: heads[partition]!,
      lagRecords: Math.max(0, lag),
      lagSeconds: lag > 0 ? await ageOf(log, partition, { offset, maxEpoch }) : 0,
    };
  });
  return {
    at: new Date().toISOString(),
    processes: await readProcesses(database),
    partitions: await Promise.all(partitions),
    generation,
    generations: await liveGenerations(database),
    quarantine: await countPassedOver(database, generation),
    losses: (await readLogLosses(database)).map(describeLoss),
  };
}

/** Seconds since a record was appended. */
async function ageOf(log: StatusDeps['log'], partition: number, from: ReadPosition): Promise<number | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), PATIENCE_MS);
  try {
    const timestamp = await Promise.race([timeAt(log, partition, from).catch(() => null), late]);
    return timestamp === null ? null : Math.max(0, Math.round((Date.now() - timestamp) / 100) / 10);
  } finally {
    clearTimeout(timer);
  }
}

async function timeAt(log: StatusDeps['log'], partition: number, from: ReadPosition): Promise<number | null> {
  for await (const { records, malformed } of log.read(partition, from, from.offset + 1)) {
    const [record] = [...records, ...malformed];
    if (record) return record.timestamp ?? null;
  }
  return null;
}
