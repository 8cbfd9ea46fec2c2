import type { ReadPosition } from '@threadlog/log';
import {
  generationSchema,
  inTransaction,
  type Checkpoint,
  type Database,
  type MessageStore,
  type Queryable,
} from '@threadlog/read-models';
import type { Quarantined } from '../folding/foldEntries';
import type { Loss } from '../folding/losses';
import { timeOf } from '../folding/recordKey';
import { quarantineJson, quarantineSql } from '../storage/commitBatch';
import { beginParked, closeThreads, parkStreams } from './parking';
import { takeMessages, takeRows } from './take';
import { passDiscarded } from './tombstone';

export interface SetAside {
  generation: number;
  from: Checkpoint;
  /** Right behind the record. */
  to: ReadPosition;
  quarantined: Quarantined;
  /** Park its streams, let it wait behind what parked them, or pass it over as an operator decided. */
  remedy: 'park' | 'wait' | 'discard';
  /** What it takes away all the same. */
  loss: Loss;
}

/**
 * Moves the checkpoint past one record that is not applied, and does in the same transaction what is to be done about it:
 * whoever sees the checkpoint behind the record sees its streams parked, and what it takes away taken. False when the
 * checkpoint is elsewhere.
 */
export async function setAside(
  { database, store }: { database: Database; store: MessageStore },
  given: SetAside,
): Promise<boolean> {
  const schema = generationSchema(given.generation);
  const { takings, closes } = given.loss;
  // As with every write, the message store may be ahead of the checkpoint.
  await takeMessages(store, takings);
  return inTransaction(database, async (client) => {
    if (!(await moveCheckpoint(client, schema, given))) return false;
    const { entry } = given.quarantined;
    if (given.remedy === 'discard') await passDiscarded(client, schema, entry);
    else await keep(client, schema, given);
    await takeRows({ client, schema, store }, takings);
    if (closes && given.remedy !== 'discard') await closeThreads(client, schema, entry);
    return true;
  });
}

async function moveCheckpoint(client: Queryable, schema: string, { from, to }: SetAside): Promise<boolean> {
  const moved = await client.query(
    `update ${schema}.checkpoints set next_offset = $4, max_epoch = greatest(max_epoch, $5), updated_at = now()
     where partition = $1 and next_offset = $2 and revision = $3`,
    [from.partition, from.nextOffset, from.revision, to.offset, to.maxEpoch],
  );
  return moved.rowCount === 1;
}

async function keep(client: Queryable, schema: string, { quarantined, remedy }: SetAside): Promise<void> {
  const { entry } = quarantined;
  const { partition } = entry.record;
  await client.query(quarantineSql(schema, '$1'), [quarantineJson(partition, [quarantined])]);
  if (remedy === 'park') return parkStreams(client, schema, entry);
  if (entry.kind !== 'event') return;
  const { tenant_id: tenantId, stream_type: streamType, stream_id: streamId } = entry.event;
  await beginParked(client, schema, { tenantId, streamType, streamId, partition, parkedAt: timeOf(entry) });
}
