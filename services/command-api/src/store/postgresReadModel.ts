import { recordKey, type StreamRef } from '@threadlog/events';
import {
  activeGeneration,
  generationSchema,
  readCheckpoint,
  readCheckpoints,
  readDiscarded,
  readParkedKeys,
  type Database,
  type MessageStore,
  type UserThreadRow,
} from '@threadlog/read-models';
import { MAX_RECEIPTS_PER_STREAM } from '../streams/receiptBook';
import type { ReadModel } from '../streams/ports';
import {
  BEGINNING,
  loadStatement,
  receiptStatement,
  snapshotOf,
  type LoadedRow,
  type ReceiptFound,
} from './loadStatement';

export interface PostgresReadModelOptions {
  /** The primary: a standby may be behind its own checkpoints as we know them. */
  database: Database;
  messageStore(generation: number): MessageStore;
  maxReceipts?: number;
}

export interface PostgresReadModel extends ReadModel {
  /** The active generation as last seen; 1 before anything was read. */
  generation(): number;
}

/**
 * The read model as the write side reads it: always the active generation, each load in one statement and so of one
 * snapshot. The statement itself says which generation is active; after a flip it is repeated on the new one.
 */
export function createPostgresReadModel(options: PostgresReadModelOptions): PostgresReadModel {
  const { database, messageStore, maxReceipts = MAX_RECEIPTS_PER_STREAM } = options;
  let known: number | null = null;

  async function onActive<TRead extends { active: number }>(
    read: (generation: number) => Promise<TRead>,
  ): Promise<TRead> {
    for (;;) {
      const generation = (known ??= await activeGeneration(database));
      const result = await read(generation);
      if (result.active === generation) return result;
      known = result.active;
    }
  }

  return {
    generation: () => known ?? 1,
    async checkpoints() {
      const generation = (known = await activeGeneration(database));
      const found = await readCheckpoints(database, generation);
      // Another generation may have parked others.
      const named = [...found].map(([partition, one]) => {
        return [partition, { ...one, parkings: `${generation}.${one.parkings}` }] as const;
      });
      return new Map(named);
    },
    parkedKeys: async (partition) => readParkedKeys(database, (known ??= await activeGeneration(database)), partition),
    discarded: (partition) => readDiscarded(database, partition),
    async loadStream(stream, partition, receiptsSince) {
      const row = await onActive(async (generation) => {
        const values = [
          stream.tenantId,
          stream.type,
          stream.id,
          partition,
          recordKey(stream),
          receiptsSince,
          maxReceipts,
        ];
        const { rows } = await database.query<LoadedRow>({ ...loadStatement(generation), values });
        return rows[0]!;
      });
      return snapshotOf(stream, row, maxReceipts);
    },
    async loadParts(stream, partition, names) {
      const generation = (known ??= await activeGeneration(database));
      // First the checkpoint, then the rows: what it covers is in them, wherever messages live.
      const checkpoint = await readCheckpoint(database, generation, partition);
      if (stream.type === 'user') {
        return { checkpoint, messages: [], userThreads: await userThreadsOf(database, generation, stream, names) };
      }
      const messages = await messageStore(generation).byIds(stream.tenantId, names);
      return { checkpoint, messages: messages.filter((row) => row.thread_id === stream.id), userThreads: [] };
    },
    async findReceipt(stream, partition, keyHash) {
      const row = await onActive(async (generation) => {
        const values = [stream.tenantId, stream.type, stream.id, partition, keyHash];
        const { rows } = await database.query<ReceiptFound>({ ...receiptStatement(generation), values });
        return rows[0]!;
      });
      return { checkpoint: row.checkpoint ?? BEGINNING, row: row.receipt };
    },
  };
}

async function userThreadsOf(
  database: Database,
  generation: number,
  stream: StreamRef,
  threadIds: readonly string[],
): Promise<UserThreadRow[]> {
  const { rows } = await database.query<UserThreadRow>(
    `select * from ${generationSchema(generation)}.user_threads
     where tenant_id = $1 and user_id = $2 and thread_id = any($3)`,
    [stream.tenantId, stream.id, threadIds],
  );
  return rows;
}
