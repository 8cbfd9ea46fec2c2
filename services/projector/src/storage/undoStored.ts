import {
  generationSchema,
  inTransaction,
  streamsTable,
  type Checkpoint,
  type Database,
  type MessageRow,
  type MessageStore,
  type MessageWrite,
  type StreamRow,
} from '@threadlog/read-models';
import type { RowSet } from '../folding/rowSet';
import type { Registry } from '../projections/registry';

export interface Undo {
  database: Database;
  generation: number;
  store: MessageStore;
  registry: Registry;
  from: Checkpoint;
}

/**
 * Takes back what a batch wrote to the message store that the database then refused: of its events some will be applied
 * again, and some wait in quarantine, where nobody may see them. Returns the checkpoint to go on from, or null where it
 * stands elsewhere by now.
 *
 * It holds the checkpoint and raises its revision: whoever else has written the same messages in the meantime finds that it
 * must start over, and writes them again.
 */
export async function undoStored(rows: RowSet, undo: Undo): Promise<Checkpoint | null> {
  const { database, generation, store, from } = undo;
  const writes = writesOf(rows, undo.registry);
  if (!store.restore || writes.length === 0) return from;
  const { restore } = store;
  return inTransaction(database, async (client) => {
    const held = await client.query(
      `update ${generationSchema(generation)}.checkpoints set revision = revision + 1
       where partition = $1 and next_offset = $2 and revision = $3`,
      [from.partition, from.nextOffset, from.revision],
    );
    if (held.rowCount !== 1) return null;
    await restore(writes);
    return { ...from, revision: from.revision + 1 };
  });
}

function writesOf(rows: RowSet, { stored, all }: Registry): MessageWrite[] {
  const streams = all.find(({ table }) => table.name === streamsTable.name)!;
  const changed = (stored && rows.changes().get(stored)) ?? new Map<string, object>();
  return [...changed].flatMap(([name, row]) => {
    const written = row as MessageRow;
    const stream = `${written.tenant_id}/thread/${written.thread_id}`;
    const known = (rows.before(streams, stream) as StreamRow | null | undefined)?.version ?? 0;
    // What a second delivery of an old event comes to was there before.
    if (written.version <= known) return [];
    return [{ written, before: (rows.before(stored!, name) as MessageRow | undefined) ?? null }];
  });
}
