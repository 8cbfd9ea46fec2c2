import {
  generationSchema,
  partOfKey,
  SERVED_GENERATION_SQL,
  type AgentRow,
  type DecidedStream,
  type DecidedType,
  type DeletionLogRow,
  type ExportLogRow,
  type ParticipantRow,
  type ReceiptRow,
  type StreamState,
  type TenantRow,
  type ThreadRow,
  type UserRow,
  type WebhookEndpointRow,
} from '@threadlog/read-models';
import type { Checkpoint, StreamSnapshot } from '../streams/ports';

/** Where a partition stands of which nothing was folded yet. */
export const BEGINNING: Checkpoint = { nextOffset: 0, maxEpoch: 0 };

/** What `loadStatement` gives. */
export interface LoadedRow {
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

/** What `receiptStatement` gives. */
export interface ReceiptFound {
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

/** A stream with all that its commands may need. Parameters: tenant, stream type, stream id, partition, record key, start of the receipts' window, most receipts. */
export function loadStatement(generation: number): { name: string; text: string } {
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

/** The newest receipt of a key. Parameters: tenant, stream type, stream id, partition, key hash. */
export function receiptStatement(generation: number): { name: string; text: string } {
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

/** The stream as the row that was loaded has it. */
export function snapshotOf({ type }: DecidedStream, row: LoadedRow, maxReceipts: number): StreamSnapshot {
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
