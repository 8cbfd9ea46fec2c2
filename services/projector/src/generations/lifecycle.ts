import {
  canonicalDump,
  differencesOf,
  generationSchema,
  generationTables,
  inTransaction,
  READ_MODEL_REVISION,
  receiptHorizon,
  SERVED_GENERATION_SQL,
  type Database,
  type Difference,
  type Generation,
  type MessageStore,
  type MessageStoreKind,
  type Queryable,
  type Side,
} from '@threadlog/read-models';

/** A change of generations that would lose or hide something. Nothing was changed. */
export class GenerationError extends Error {
  override readonly name = 'GenerationError';
}

/** Taken by everybody who changes which generations there are. */
export const LOCK_READ_MODEL = 'select active from threadlog.read_model for update';

/** The number of the generation that `createGeneration` would make now. */
export async function nextGeneration(database: Queryable): Promise<number> {
  const { rows } = await database.query<{ next: number }>(
    'select coalesce(max(generation), 0) + 1 as next from threadlog.generations',
  );
  return rows[0]!.next;
}

/**
 * Makes the next generation, empty. Projectors find it within their poll and fold the log into it from the beginning,
 * while the active one serves. Numbers are never used again. Throws `GenerationError` where `expected` is another number
 * than the next: somebody else has made one meanwhile.
 */
export async function createGeneration(
  database: Database,
  messages: MessageStoreKind,
  expected?: number,
): Promise<number> {
  return inTransaction(database, async (client) => {
    await client.query(LOCK_READ_MODEL);
    const generation = await nextGeneration(client);
    if (expected !== undefined && expected !== generation)
      throw new GenerationError(`the next generation is ${generation}, not ${expected}: look again`);
    await client.query(generationTables(generation, messages));
    // All checkpoints of the active one, from the start: a flip compares them one by one.
    await client.query(
      `insert into ${generationSchema(generation)}.checkpoints (partition, next_offset, max_epoch)
       select partition, 0, 0 from ${generationSchema(await activeOf(client))}.checkpoints`,
    );
    await client.query(`insert into threadlog.generations (generation, state, revision) values ($1, 'building', $2)`, [
      generation,
      READ_MODEL_REVISION,
    ]);
    return generation;
  });
}

/**
 * Makes a generation the one that is served. In one transaction it stops both generations' lanes, proves that the new
 * one has read at least as far on every partition, and switches; so no reader ever sees less than before. Going back is
 * the same call: a retired generation is kept up until it is dropped. Throws `GenerationError` where the proof fails.
 */
export async function flipGeneration(database: Database, to: number): Promise<void> {
  await inTransaction(database, async (client) => {
    await client.query(LOCK_READ_MODEL);
    const from = await activeOf(client);
    if (from === to) return;
    if ((await stateOf(client, to)) === 'dropped') throw new GenerationError(`generation ${to} was dropped`);
    await requireOwn(client, to);
    // Always in this order, and lanes lock one row each: nobody waits in a circle.
    for (const generation of [from, to].sort((one, other) => one - other)) await lockCheckpoints(client, generation);
    const behind = await partitionsBehind(client, to, from);
    if (behind.length > 0) {
      throw new GenerationError(`generation ${to} is behind ${from} on partitions ${behind.join(', ')}`);
    }
    await client.query(`update threadlog.generations set state = 'retired' where generation = $1`, [from]);
    await client.query(`update threadlog.generations set state = 'active' where generation = $1`, [to]);
    // Where it names another build's, that build reads it, and nobody else.
    await client.query('update threadlog.read_model set active = $1 where active = $2', [to, from]);
  });
}

/**
 * Drops a generation that is not served. Its projectors find out within their poll and stop. Repeating it is harmless,
 * and clears up after a lane that was writing messages to Mongo at that moment.
 */
export async function dropGeneration(database: Database, store: MessageStore, generation: number): Promise<void> {
  await inTransaction(database, async (client) => {
    await client.query(LOCK_READ_MODEL);
    const active = await activeOf(client);
    if (active === generation) {
      throw new GenerationError(`generation ${generation} is served; flip to another one first`);
    }
    await stateOf(client, generation);
    await client.query(`update threadlog.generations set state = 'dropped' where generation = $1`, [generation]);
    await client.query('update threadlog.read_model set active = $1 where active = $2', [active, generation]);
    await client.query(`drop schema if exists ${generationSchema(generation)} cascade`);
  });
  if (store.kind === 'mongo') await store.drop();
}

export type Comparison = 'equal' | 'different' | 'not_comparable';

/**
 * Compares two generations whole, in one snapshot. `not_comparable` while their checkpoints differ: ask again, or let
 * the log come to rest. Mongo is not part of the snapshot: its messages are compared as they are. Receipts old enough to
 * be pruned are not compared.
 */
export async function compareGenerations(database: Database, one: Side, other: Side): Promise<Comparison> {
  const compared = await onEqualGround(database, [one, other], async (client, receiptsFrom) => {
    const first = await canonicalDump(client, one.generation, { store: one.store, receiptsFrom });
    const second = await canonicalDump(client, other.generation, { store: other.store, receiptsFrom });
    return first === second ? 'equal' : 'different';
  });
  return compared ?? 'not_comparable';
}

/** The first rows that two generations do not agree on; null while their checkpoints differ. Little of it is held in memory. */
export function firstDifferences(
  database: Database,
  one: Side,
  other: Side,
  limit: number,
): Promise<Difference[] | null> {
  return onEqualGround(database, [one, other], (client, receiptsFrom) =>
    differencesOf(client, one, other, { limit, receiptsFrom }),
  );
}

/** Works on a snapshot in which both have read equally far; null where they have not. */
async function onEqualGround<T>(
  database: Database,
  [one, other]: readonly [Side, Side],
  work: (client: Queryable, receiptsFrom: string) => Promise<T>,
): Promise<T | null> {
  return inTransaction(database, async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    for (const { generation } of [one, other]) await requireOwn(client, generation);
    const behind = [
      ...(await partitionsBehind(client, one.generation, other.generation)),
      ...(await partitionsBehind(client, other.generation, one.generation)),
    ];
    return behind.length > 0 ? null : work(client, await receiptHorizon(client));
  });
}

async function activeOf(client: Queryable): Promise<number> {
  const { rows } = await client.query<{ active: number }>(SERVED_GENERATION_SQL);
  if (!rows[0])
    throw new GenerationError('this build serves no generation yet: it is being built, or nothing was migrated');
  return rows[0].active;
}

/** Rows of another build cannot be read by this one. */
async function requireOwn(client: Queryable, generation: number): Promise<void> {
  const { rows } = await client.query<{ revision: number }>(
    'select revision from threadlog.generations where generation = $1',
    [generation],
  );
  const revision = rows[0]?.revision ?? READ_MODEL_REVISION;
  if (revision !== READ_MODEL_REVISION)
    throw new GenerationError(`generation ${generation} is of revision ${revision}, another build's`);
}

async function stateOf(client: Queryable, generation: number): Promise<Generation['state']> {
  const { rows } = await client.query<Pick<Generation, 'state'>>(
    'select state from threadlog.generations where generation = $1 for update',
    [generation],
  );
  if (!rows[0]) throw new GenerationError(`there is no generation ${generation}`);
  return rows[0].state;
}

async function lockCheckpoints(client: Queryable, generation: number): Promise<void> {
  await client.query(`select partition from ${generationSchema(generation)}.checkpoints order by partition for update`);
}

/** Partitions on which `candidate` has read less than `reference`, or nothing at all. */
async function partitionsBehind(client: Queryable, candidate: number, reference: number): Promise<number[]> {
  const { rows } = await client.query<{ partition: number }>(
    `select r.partition from ${generationSchema(reference)}.checkpoints r
     left join ${generationSchema(candidate)}.checkpoints c using (partition)
     where c.next_offset is null or c.next_offset < r.next_offset order by r.partition`,
  );
  return rows.map((row) => row.partition);
}
