import type { JsonObject, PrivacyKind, Subject, TenantId } from '@threadlog/events';
import { activeGeneration, generationSchema, type Database } from '@threadlog/read-models';
import type { BlockedBy, JobRequest } from './job';

/** An open request and what its earlier runs left. */
export interface StoredJob {
  request: JobRequest;
  state: JsonObject | null;
  step: string | null;
  attempts: number;
}

/** Where a job stands, for whoever asks. */
export interface JobMark {
  step: string;
  done: number;
  total: number | null;
}

/** The worker's own notes on jobs, in the core schema: they outlive generations of the read model. */
export interface JobStore {
  /** Open requests whose time has come, oldest first, `limit` at most. */
  due(kinds: readonly PrivacyKind[], limit: number): Promise<StoredJob[]>;
  save(request: JobRequest, state: JsonObject, mark: JobMark): Promise<void>;
  mark(request: JobRequest, mark: JobMark): Promise<void>;
  /** Puts a job off. `attempts` counts its failures in a row. */
  putOff(request: JobRequest, why: { blockedBy: BlockedBy; retryMs: number; attempts: number }): Promise<void>;
  finish(request: JobRequest): Promise<void>;
}

interface Row {
  tenant_id: TenantId;
  request_id: string;
  kind: PrivacyKind;
  subject_kind: Subject['kind'];
  subject_id: string;
  requested_by: string;
  created_at: string;
  execute_after: string | null;
  started_at: string | null;
  erased_at: string | null;
  state: JsonObject | null;
  step: string | null;
  attempts: number | null;
}

/** Event times are UTC with microseconds and compare as text. */
const NOW = `to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const dueSql = (schema: string): string => `
  with open as (
    select tenant_id, request_id, 'export' as kind, subject_kind, subject_id, requested_by, created_at,
      null as execute_after, null as started_at, null as erased_at
    from ${schema}.chat_export_logs where status = 'requested'
    union all
    select tenant_id, request_id, 'deletion', subject_kind, subject_id, requested_by, created_at,
      execute_after, started_at, erased_at
    from ${schema}.chat_deletion_logs where status in ('requested', 'running') and execute_after <= ${NOW}
  )
  select open.*, j.state, j.step, j.attempts from open
  left join threadlog.privacy_jobs j using (tenant_id, request_id)
  where open.kind = any($1) and (j.next_at is null or j.next_at <= clock_timestamp()) and j.finished_at is null
  order by open.created_at limit $2`;

const UPSERT = `insert into threadlog.privacy_jobs as j (tenant_id, request_id, kind, step, done, total, state)
  values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (tenant_id, request_id) do update set step = excluded.step, done = excluded.done, total = excluded.total,
    state = coalesce(excluded.state, j.state), blocked_by = null, updated_at = clock_timestamp()`;

const PUT_OFF = `insert into threadlog.privacy_jobs as j
    (tenant_id, request_id, kind, step, blocked_by, attempts, next_at)
  values ($1, $2, $3, 'waiting', $4, $5, clock_timestamp() + $6 * interval '1 millisecond')
  on conflict (tenant_id, request_id) do update set blocked_by = excluded.blocked_by, attempts = excluded.attempts,
    next_at = excluded.next_at, updated_at = clock_timestamp()`;

const FINISH = `update threadlog.privacy_jobs set finished_at = clock_timestamp(), blocked_by = null, state = null,
    updated_at = clock_timestamp() where tenant_id = $1 and request_id = $2`;

export function createJobStore(database: Database): JobStore {
  const write = async (request: JobRequest, mark: JobMark, state: JsonObject | null): Promise<void> => {
    const { tenantId, requestId, kind } = request;
    const values = [tenantId, requestId, kind, mark.step, mark.done, mark.total, state && JSON.stringify(state)];
    await database.query(UPSERT, values);
  };
  return {
    async due(kinds, limit) {
      const schema = generationSchema(await activeGeneration(database));
      const { rows } = await database.query<Row>(dueSql(schema), [kinds, limit]);
      return rows.map(fromRow);
    },
    save: (request, state, mark) => write(request, mark, state),
    mark: (request, mark) => write(request, mark, null),
    async putOff({ tenantId, requestId, kind }, { blockedBy, retryMs, attempts }) {
      await database.query(PUT_OFF, [tenantId, requestId, kind, blockedBy, attempts, retryMs]);
    },
    async finish({ tenantId, requestId }) {
      await database.query(FINISH, [tenantId, requestId]);
    },
  };
}

function fromRow(row: Row): StoredJob {
  const request: JobRequest = {
    tenantId: row.tenant_id,
    requestId: row.request_id,
    kind: row.kind,
    subject: { kind: row.subject_kind, id: row.subject_id },
    requestedBy: row.requested_by,
    createdAt: row.created_at,
    executeAfter: row.execute_after,
    startedAt: row.started_at,
    erasedAt: row.erased_at,
  };
  return { request, state: row.state, step: row.step, attempts: row.attempts ?? 0 };
}
