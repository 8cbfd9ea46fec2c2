import type { TenantId } from '@threadlog/events';
import type { Queryable } from '@threadlog/read-models';
import type { AttemptRecord } from './attemptRecord';

/** An attempt whose answer is sealed. */
export interface SealedAttempt extends AttemptRecord {
  sealed: string | null;
}

export async function insertAttempts(queryable: Queryable, attempts: readonly SealedAttempt[]): Promise<void> {
  const column = <T>(of: (attempt: SealedAttempt) => T): T[] => attempts.map(of);
  await queryable.query(
    `insert into threadlog.webhook_attempts (tenant_id, webhook_id, kind, partition, log_offset, event_id, event, thread_id,
       message_index, at, duration_ms, delivered, status, error, answer)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::bigint[], $6::uuid[], $7::text[], $8::text[],
       $9::int[], $10::timestamptz[], $11::int[], $12::boolean[], $13::int[], $14::text[], $15::text[])`,
    [
      column(({ tenantId }) => tenantId),
      column(({ webhookId }) => webhookId),
      column(({ kind }) => kind),
      column(({ place }) => place?.partition ?? null),
      column(({ place }) => place?.offset ?? null),
      column(({ eventId }) => eventId),
      column(({ event }) => event),
      column(({ threadId }) => threadId),
      column(({ messageIndex }) => messageIndex),
      column(({ at }) => at),
      column(({ durationMs }) => Math.round(durationMs)),
      column(({ delivered }) => delivered),
      column(({ status }) => status),
      column(({ error }) => error),
      column(({ sealed }) => sealed),
    ],
  );
}

/** Attempts of an endpoint that are kept, those that were taken and those that failed each. */
const MAX_ATTEMPTS = 1_000;

/** Leaves the newest attempts of an endpoint. */
export async function pruneAttempts(
  queryable: Queryable,
  { tenantId, webhookId }: { tenantId: TenantId; webhookId: string },
): Promise<void> {
  for (const delivered of [true, false])
    await queryable.query(
      `delete from threadlog.webhook_attempts where tenant_id = $1 and webhook_id = $2 and delivered = $3 and n <= (
         select n from threadlog.webhook_attempts where tenant_id = $1 and webhook_id = $2 and delivered = $3
         order by n desc offset $4 limit 1)`,
      [tenantId, webhookId, delivered, MAX_ATTEMPTS],
    );
}

const ATTEMPT_DAYS = 7;
/** The shortest time that a tenant may have its messages kept for: what repeats one is not kept for longer. */
const ANSWER_DAYS = 1;
const DAY_MS = 86_400_000;

/** Forgets attempts past their time, and answers, which go sooner. */
export async function sweepAttempts(queryable: Queryable, now: Date): Promise<void> {
  const ago = (days: number) => new Date(now.getTime() - days * DAY_MS);
  await queryable.query('delete from threadlog.webhook_attempts where at < $1', [ago(ATTEMPT_DAYS)]);
  await queryable.query('update threadlog.webhook_attempts set answer = null where at < $1 and answer is not null', [
    ago(ANSWER_DAYS),
  ]);
}
