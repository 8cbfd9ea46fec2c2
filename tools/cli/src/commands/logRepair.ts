import { createGeneration, dropGeneration, flipGeneration, GenerationError } from '@threadlog/projector';
import {
  activeGeneration,
  describeLoss,
  forgetLoss,
  freeRepaired,
  generationsOfOtherBuilds,
  keepRepair,
  liveGenerations,
  lostBetween,
  noteRepair,
  readCheckpoints,
  readRepairs,
  type LogRepair,
  type LostEvents,
} from '@threadlog/read-models';
import type { Operator } from '@threadlog/runtime';
import { setTimeout as delay } from 'node:timers/promises';
import { onDeployment, openEvents, type CommandContext } from '../context';
import { CommandError, EXIT, table, type Outcome } from '../outcome';
import { padLog } from '../repair/padLog';

export interface RepairOptions {
  /** Goes on without what was lost, for this reason; without it nothing is changed. */
  acceptLoss?: string | undefined;
  /** Says that the lost records were brought back. */
  restored?: boolean | undefined;
  /** Seconds. */
  wait: number;
}

const POLL_MS = 500;

/**
 * What goes on after the log lost the last records of a partition. Every step may be repeated, so a run that was killed
 * is gone on with by the next one:
 * 1. The partition is filled up with markers beyond everything that was known of it, so that no offset is given to two
 *    events, and every position and consistency token that somebody holds stays behind what is written from now on.
 * 2. A new generation is folded from what is left, by the projectors.
 * 3. What the old one has and the new one has not is what was lost: it is listed and kept.
 * 4. The new generation is served, the old ones, which hold what is gone, are dropped, and the partitions are free again.
 */
export async function logRepair(context: CommandContext, options: RepairOptions): Promise<Outcome> {
  return onDeployment(context, async (operator) => {
    const repairs = await readRepairs(operator.database);
    if (repairs.length === 0)
      return { ok: true, text: 'the log is as long as it is known to be', json: { losses: [] } };
    if (options.restored) return restore(operator, repairs);
    if (options.acceptLoss === undefined) return describe(operator, repairs);
    const generation = await rebuild(context, operator, { ...options, repairs });
    const lost = await lostBetween(operator.database, {
      from: await activeGeneration(operator.database),
      to: generation,
      partitions: repairs.map(({ partition }) => partition),
    });
    await keepRepair(operator.database, { generation, reason: options.acceptLoss, lost });
    await delay(READERS_FOLLOW_MS);
    await serve(operator, generation);
    await freeRepaired(operator.database);
    return report(repairs, { generation, lost });
  });
}

/** Before anything is decided: what is missing, and what was folded after the place where the log ends now. */
async function describe({ database }: Operator, repairs: readonly LogRepair[]): Promise<Outcome> {
  const losses = await Promise.all(
    repairs.map(async (repair) => ({ ...repair, folded: await foldedBehind(database, repair) })),
  );
  const lines = losses.map((loss) => `${describeLoss(loss)}\n  ${loss.folded} of its records are in the read model`);
  const advice =
    'If you can bring the lost records back, do: stop the broker, restore its directory, start it, then\n' +
    '  npm run cli -- log repair --restored\n' +
    'If they are gone for good:\n' +
    '  npm run cli -- log repair --accept-loss "REASON"';
  return { ok: false, text: [...lines, advice].join('\n'), json: { losses } };
}

/** Frees the partitions that are as long again as they were known to be. */
async function restore(operator: Operator, repairs: readonly LogRepair[]): Promise<Outcome> {
  const log = await openEvents(operator);
  const short: LogRepair[] = [];
  for (const repair of repairs) {
    const isWhole = repair.resumesAt === null && (await log.head(repair.partition)) >= repair.known;
    if (isWhole) await forgetLoss(operator.database, repair.partition);
    else short.push(repair);
  }
  const text = short.length === 0 ? 'all partitions are whole again' : short.map(describeLoss).join('\n');
  return { ok: short.length === 0, text, json: { losses: short } };
}

async function foldedBehind(database: Operator['database'], { partition, head }: LogRepair): Promise<number> {
  const checkpoints = await readCheckpoints(database, await activeGeneration(database));
  return Math.max(0, (checkpoints.get(partition)?.nextOffset ?? 0) - head);
}

interface Rebuilding extends RepairOptions {
  repairs: readonly LogRepair[];
}

/** Fills the partitions up and waits until projectors have folded all that is left. Returns the new generation. */
async function rebuild(context: CommandContext, operator: Operator, { repairs, wait }: Rebuilding): Promise<number> {
  const { database, config } = operator;
  const log = await openEvents(operator);
  for (const repair of repairs) {
    const resumesAt = await padLog({ database, log }, repair);
    context.report(`partition ${repair.partition} goes on at ${resumesAt}`);
  }
  const known = repairs.map(({ generation }) => generation).find((each) => each !== null);
  const generation = known ?? (await createGeneration(database, config.MONGO_URL === undefined ? 'postgres' : 'mongo'));
  await noteRepair(database, { generation });
  context.report(`generation ${generation} is being folded from what is left, by the projectors`);
  const deadline = performance.now() + wait * 1_000;
  while (!(await hasCaughtUp(operator, generation))) {
    if (performance.now() > deadline)
      throw new CommandError(
        'the new generation is not there yet: is a projector running? Run this again',
        EXIT.unavailable,
      );
    await delay(POLL_MS);
  }
  return generation;
}

async function hasCaughtUp({ database }: Operator, generation: number): Promise<boolean> {
  const active = await readCheckpoints(database, await activeGeneration(database));
  const built = await readCheckpoints(database, generation);
  return [...active].every(([partition, { nextOffset }]) => (built.get(partition)?.nextOffset ?? 0) >= nextOffset);
}

const FLIP_ATTEMPTS = 100;
/** Readers look once a second for what was lost, and for the generation that is served. */
const READERS_FOLLOW_MS = 3_000;

/** Others are written to meanwhile: the new generation is ahead in one moment and a little behind in the next. */
async function serve({ database, messageStore }: Operator, generation: number): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await flipGeneration(database, generation);
      break;
    } catch (error) {
      if (!(error instanceof GenerationError) || attempt === FLIP_ATTEMPTS) throw error;
      await delay(POLL_MS / 10);
    }
  }
  await delay(READERS_FOLLOW_MS);
  const kept = [...(await liveGenerations(database)), ...(await generationsOfOtherBuilds(database))];
  for (const { generation: old } of kept)
    if (old !== generation) await dropGeneration(database, messageStore(old), old);
}

function report(
  repairs: readonly LogRepair[],
  { generation, lost }: { generation: number; lost: readonly LostEvents[] },
): Outcome {
  const rows = lost.map(({ tenant_id, stream_type, stream_id, left, had, message_ids }) => [
    ...[tenant_id, stream_type, stream_id, `${left + 1} to ${had}`],
    message_ids.join(' ') || null,
  ]);
  const text = [
    `repaired: partitions ${repairs.map(({ partition }) => partition).join(', ')}; generation ${generation} is served`,
    rows.length === 0
      ? 'nothing that was folded is lost'
      : table(['tenant', 'stream', 'id', 'lost versions', 'messages written or changed by them'], rows),
    'Restart the realtime processes: their sockets have been shown what is gone.',
  ].join('\n');
  return { ok: true, text, json: { generation, partitions: repairs, lost } };
}
