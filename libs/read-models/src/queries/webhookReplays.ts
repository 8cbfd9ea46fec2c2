import type { TenantId, WebhookReplayResource, WebhookReplayStatus } from '@threadlog/events';
import type { Statements } from '../statements';

/** A replay as the worker keeps it. */
export interface WebhookReplayRow {
  n: number;
  replay_id: string;
  tenant_id: TenantId;
  webhook_id: string;
  requested_at: Date;
  requested_by: string;
  starts: string;
  ends: string;
  thread_id: string | null;
  status: WebhookReplayStatus;
  reason: string | null;
  delivered: number;
  given_up: number;
  last_status: number | null;
  last_error: string | null;
  finished_at: Date | null;
}

/** A replay of an endpoint; null where there is none. */
export async function findWebhookReplay(
  statements: Statements,
  { tenantId, webhookId, replayId }: { tenantId: TenantId; webhookId: string; replayId: string },
): Promise<WebhookReplayRow | null> {
  const [row] = await statements.rows<WebhookReplayRow>(
    'webhook_replay',
    () => 'select * from threadlog.webhook_replays where tenant_id = $1 and webhook_id = $2 and replay_id = $3',
    [tenantId, webhookId, replayId],
  );
  return row ?? null;
}

/** Replays as they are shown, with how far they are. */
export async function presentWebhookReplays(
  statements: Statements,
  rows: readonly WebhookReplayRow[],
): Promise<WebhookReplayResource[]> {
  if (rows.length === 0) return [];
  const found = await statements.rows<{ replay_id: string; done: number; total: number }>(
    'webhook_replay_progress',
    () => `select replay_id, sum(next_offset - first_offset)::bigint as done, sum(end_offset - first_offset)::bigint as total
      from threadlog.webhook_replay_positions where replay_id = any($1) group by replay_id`,
    [rows.map(({ replay_id }) => replay_id)],
  );
  const progress = new Map(found.map(({ replay_id, done, total }) => [replay_id, { done, total }]));
  return rows.map((row) => present(row, progress.get(row.replay_id) ?? { done: 0, total: 0 }));
}

function present(row: WebhookReplayRow, progress: WebhookReplayResource['progress']): WebhookReplayResource {
  return {
    ...{ id: row.replay_id, webhookId: row.webhook_id, status: row.status, reason: row.reason },
    ...{ from: row.starts, to: row.ends, threadId: row.thread_id },
    ...{ requestedAt: instantOfDate(row.requested_at), requestedBy: row.requested_by },
    ...{ finishedAt: row.finished_at && instantOfDate(row.finished_at), progress },
    ...{ delivered: row.delivered, givenUp: row.given_up, lastStatus: row.last_status, lastError: row.last_error },
  };
}

/** A time that has milliseconds, as times are shown. */
export function instantOfDate(at: Date): string {
  return `${at.toISOString().slice(0, -1)}000Z`;
}
