import { compareGenerations, createGeneration, dropGeneration, flipGeneration } from '@threadlog/projector';
import {
  generationSchema,
  generationsOfOtherBuilds,
  liveGenerations,
  READ_MODEL_REVISION,
  type Database,
} from '@threadlog/read-models';
import type { Operator } from '@threadlog/runtime';
import { onDeployment, type CommandContext } from '../context';
import { table, type Outcome } from '../outcome';

/** Every generation that there is, and how far each has read, in records of the log; those of other builds too. */
export async function generationsList(context: CommandContext): Promise<Outcome> {
  const generations = await onDeployment(context, async ({ database }) => {
    const own = (await liveGenerations(database)).map((one) => ({ ...one, revision: READ_MODEL_REVISION }));
    const all = [...own, ...(await generationsOfOtherBuilds(database))].sort((a, b) => a.generation - b.generation);
    return Promise.all(all.map(async (one) => ({ ...one, read: await readBy(database, one.generation) })));
  });
  const rows = generations.map(({ generation, state, revision, read }) => [generation, state, revision, read]);
  return { ok: true, text: table(['generation', 'state', 'revision', 'records read'], rows), json: { generations } };
}

async function readBy(database: Database, generation: number): Promise<number> {
  const { rows } = await database.query<{ read: string }>(
    `select coalesce(sum(next_offset), 0) as read from ${generationSchema(generation)}.checkpoints`,
  );
  return Number(rows[0]!.read);
}

export async function generationsCreate(context: CommandContext): Promise<Outcome> {
  const generation = await onDeployment(context, ({ database, config }) =>
    createGeneration(database, config.MONGO_URL === undefined ? 'postgres' : 'mongo'),
  );
  return { ok: true, text: `generation ${generation} is being built by the projectors`, json: { generation } };
}

/** Not ok unless they are equal. */
export async function generationsCompare(context: CommandContext, one: number, other: number): Promise<Outcome> {
  const comparison = await onDeployment(context, (operator) => {
    const side = (generation: number) => ({ generation, store: operator.messageStore(generation) });
    return compareGenerations(operator.database, side(one), side(other));
  });
  return { ok: comparison === 'equal', text: comparison.replace('_', ' '), json: { comparison } };
}

export async function generationsFlip(context: CommandContext, generation: number): Promise<Outcome> {
  await onDeployment(context, ({ database }) => flipGeneration(database, generation));
  return { ok: true, text: `generation ${generation} is served`, json: { active: generation } };
}

export async function generationsDrop(context: CommandContext, generation: number): Promise<Outcome> {
  await onDeployment(context, ({ database, messageStore }: Operator) =>
    dropGeneration(database, messageStore(generation), generation),
  );
  return { ok: true, text: `generation ${generation} is dropped`, json: { dropped: generation } };
}
