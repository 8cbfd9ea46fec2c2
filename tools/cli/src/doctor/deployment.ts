import type { EventLog } from '@threadlog/log';
import {
  activeGeneration,
  countPassedOver,
  describeLoss,
  lagsOf,
  lossesOf,
  readCheckpoints,
  readKnownLengths,
  readLeases,
  readLogIdentity,
  readLogLosses,
  type Database,
} from '@threadlog/read-models';
import { fault, ok, unless, warning, type Finding } from './finding';

/** What of the processes shows in what they keep: who owns, how far the read model is, what waits for an operator. */
export async function examineDeployment(database: Database, log: EventLog): Promise<Finding[]> {
  const identity = await examineIdentity(database, log);
  // Offsets of another log say nothing.
  if (identity.state !== 'ok') return [identity];
  // In this order: the log only grows, so a sound one is never found short.
  const known = await readKnownLengths(database);
  const heads = await Promise.all(Array.from({ length: log.partitions }, (_, partition) => log.head(partition)));
  const losses = [...(await readLogLosses(database)), ...lossesOf(known, heads)];
  const generation = await activeGeneration(database);
  return [
    identity,
    unless(
      losses[0] &&
        fault('end of the log', describeLoss(losses[0]), 'docs/operations.md, A log that lost its last records'),
      ok('end of the log', 'nothing that was there is gone'),
    ),
    await examineLeases(database, log.partitions),
    await examineLag(database, generation, heads),
    await examineQuarantine(database, generation),
  ];
}

async function examineIdentity(database: Database, { logId, topic, partitions }: EventLog): Promise<Finding> {
  const recorded = await readLogIdentity(database);
  if (recorded === null) return ok('identity of the log', 'the database knows none yet');
  const isSame = recorded.logId === logId && recorded.topic === topic && recorded.partitions === partitions;
  return unless(
    !isSame &&
      fault(
        'identity of the log',
        `the database was built from log ${recorded.logId} (${recorded.topic}, ${recorded.partitions} partitions), and the brokers have ${logId} (${topic}, ${partitions})`,
        'point DATABASE_URL and KAFKA_BROKERS at the same pair, or start with an empty database',
      ),
    ok('identity of the log', 'the one that the database was built from'),
  );
}

async function examineLeases(database: Database, partitions: number): Promise<Finding> {
  const leases = await readLeases(database);
  const free = Array.from({ length: partitions }, (_, partition) => partition).filter(
    (partition) => !leases.get(partition)?.held,
  );
  return unless(
    free.length > 0 &&
      fault(
        'leases',
        `partitions ${free.join(', ')} have no owner: commands on them are answered 503`,
        'start a command API; where one runs, its /readyz (operations port) says what it lacks',
      ),
    ok('leases', 'every partition has an owner'),
  );
}

/** Records of a partition; beyond 100,000 commands are refused. */
const BEHIND = { warning: 1_000, fault: 90_000 };

async function examineLag(database: Database, generation: number, heads: readonly number[]): Promise<Finding> {
  const lags = lagsOf(heads, await readCheckpoints(database, generation));
  const most = Math.max(0, ...lags);
  const says = `generation ${generation} is ${most} records behind in partition ${lags.indexOf(most)}`;
  const cure =
    'start a projector; where one runs, its /readyz says why it makes no progress (docs/operations.md, ProjectionLagging)';
  if (most > BEHIND.fault) return fault('lag', says, cure);
  return unless(most > BEHIND.warning && warning('lag', says, cure), ok('lag', most > 0 ? says : 'none'));
}

async function examineQuarantine(database: Database, generation: number): Promise<Finding> {
  const { parked, quarantined, closed } = await countPassedOver(database, generation);
  return unless(
    parked + quarantined > 0 &&
      warning(
        'quarantine',
        `${parked} threads are parked (${closed} closed), ${quarantined} records are in quarantine`,
        'npm run cli -- quarantine list',
      ),
    ok('quarantine', 'empty'),
  );
}
