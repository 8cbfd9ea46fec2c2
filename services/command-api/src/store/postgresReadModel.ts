import { recordKey, type StreamRef } from '@threadlog/events';
import {
  activeGeneration,
  generationSchema,
  partOfKey,
  readCheckpoint,
  readCheckpoints,
  readDiscarded,
  readParkedKeys,
  SERVED_GENERATION_SQL,
  type AgentRow,
  type Database,
  type DecidedStream,
  type DecidedType,
  type DeletionLogRow,
  type ExportLogRow,
  type MessageStore,
  type ParticipantRow,
  type ReceiptRow,
  type StreamState,
  type TenantRow,
  type ThreadRow,
  type UserRow,
  type UserThreadRow,
  type WebhookEndpointRow,
} from '@threadlog/read-models';
import { MAX_RECEIPTS_PER_STREAM } from '../streams/receiptBook';
import type { Checkpoint, ReadModel, StreamSnapshot } from '../streams/ports';

export interface PostgresReadModelOptions {
  /** The primary: a standby may be behind its own checkpoints as we know them. */
  database: Database;
  messageStore(generation: number): MessageStore;
  maxReceipts?: number;
}

const BEGINNING: Checkpoint = { nextOffset: 0, maxEpoch: 0 };

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

interface LoadedRow {
  active: number;
  checkpoint: Checkpoint | null;
  stream: { version: number; gap: number; last_timestamp: string; parked_at: string | null } | null;
  thread: ThreadRow | null;
  participants: ParticipantRow[] | null;
  user_row: UserRow | null;
  exports: ExportLogRow[] | null;
  deletions: DeletionLogRow[] | null;
  tenant: TenantRow | null;
  endpoint: WebhookEndpointRow | null;
  agent: AgentRow | null;
  receipts: ReceiptRow[] | null;
  parked: boolean;
}

interface ReceiptFound {
  active: number;
  checkpoint: Checkpoint | null;
  receipt: ReceiptRow | null;
}

/** Privacy requests of one person that a decision looks at; open ones are always among the latest. */
const MAX_REQUESTS = 100;

const ACTIVE = `(${SERVED_GENERATION_SQL}) as active`;
const checkpointOf = (schema: string): string =>
  `(select json_build_object('nextOffset', next_offset, 'maxEpoch', max_epoch)
    from ${schema}.checkpoints where partition = $4) as checkpoint`;

/** Parameters: tenant, stream type, stream id, partition, record key, start of the receipts' window, most receipts. */
function loadStatement(generation: number): { name: string; text: string } {
  const schema = generationSchema(generation);
  const own = 'tenant_id = $1 and stream_type = $2 and stream_id = $3';
  const requests = `$2 = 'privacy' and tenant_id = $1 and stream_id = $3 order by created_at desc limit ${MAX_REQUESTS}`;
  const thread = `$2 = 'thread' and tenant_id = $1 and thread_id = $3`;
  return {
    name: `load_stream_${generation}`,
    text: `select ${ACTIVE}, ${checkpointOf(schema)},
      (select row_to_json(s) from ${schema}.streams s where ${own}) as stream,
      (select row_to_json(t) from ${schema}.threads t where ${thread}) as thread,
      (select json_agg(p order by p.joined_at, p.user_id) from ${schema}.participants p where ${thread}) as participants,
      (select row_to_json(u) from ${schema}.users u where $2 = 'user' and tenant_id = $1 and user_id = $3) as user_row,
      (select json_agg(e) from (select * from ${schema}.chat_export_logs where ${requests}) e) as exports,
      (select json_agg(d) from (select * from ${schema}.chat_deletion_logs where ${requests}) d) as deletions,
      (select row_to_json(o) from ${schema}.tenants o where $2 = 'tenant' and tenant_id = $1) as tenant,
      (select row_to_json(w) from ${schema}.webhook_endpoints w
        where $2 = 'webhook' and tenant_id = $1 and webhook_id = $3) as endpoint,
      (select row_to_json(a) from ${schema}.agents a where $2 = 'agent' and tenant_id = $1 and agent_id = $3) as agent,
      (select json_agg(c) from (select * from ${schema}.command_receipts where ${own} and created_at >= $6
        order by version desc limit $7::integer + 1) c) as receipts,
      exists (select from ${schema}.parked_keys where record_key = $5) as parked`,
  };
}

/** Parameters: tenant, stream type, stream id, partition, key hash. */
function receiptStatement(generation: number): { name: string; text: string } {
  const schema = generationSchema(generation);
  return {
    name: `find_receipt_${generation}`,
    text: `select ${ACTIVE}, ${checkpointOf(schema)},
      (select row_to_json(c) from ${schema}.command_receipts c
        where tenant_id = $1 and stream_type = $2 and stream_id = $3 and key_hash = $5
          and ${partOfKey('key_hash')} = ${partOfKey('$5')} order by version desc limit 1) as receipt`,
  };
}

const NOT_BEGUN = { version: 0, gap: 0, last_timestamp: null, parked_at: null };

function snapshotOf({ type }: DecidedStream, row: LoadedRow, maxReceipts: number): StreamSnapshot {
  const receipts = row.receipts ?? [];
  const stream = row.stream ?? NOT_BEGUN;
  return {
    checkpoint: row.checkpoint ?? BEGINNING,
    state: stateOf(type, row, stream.version),
    gap: stream.gap,
    lastTimestamp: stream.last_timestamp,
    parked: row.parked || stream.parked_at !== null,
    receipts: receipts.slice(0, maxReceipts),
    receiptsComplete: receipts.length <= maxReceipts,
  };
}

function stateOf(type: DecidedType, row: LoadedRow, version: number): StreamState {
  switch (type) {
    case 'thread': {
      const participants = new Map((row.participants ?? []).map((one) => [one.user_id, one]));
      return { type, version, thread: row.thread, participants, messages: new Map() };
    }
    case 'user':
      return { type, version, user: row.user_row, userThreads: new Map() };
    case 'privacy':
      return { type, version, exports: byRequest(row.exports), deletions: byRequest(row.deletions) };
    case 'tenant':
      return { type, version, tenant: row.tenant };
    case 'webhook':
      return { type, version, endpoint: row.endpoint };
    case 'agent':
      return { type, version, agent: row.agent };
  }
}

function byRequest<Row extends { request_id: string }>(rows: readonly Row[] | null): Map<string, Row> {
  return new Map((rows ?? []).map((row) => [row.request_id, row]));
}
