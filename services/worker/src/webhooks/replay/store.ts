import type { TenantId, WebhookReplayStatus } from '@threadlog/events';
import type { ReadPosition } from '@threadlog/log';
import { inTransaction, type Database, type Queryable } from '@threadlog/read-models';

/** What is told again, and how it goes. */
export interface Replay {
  id: string;
  tenantId: TenantId;
  webhookId: string;
  requestedAt: Date;
  /** Events that happened from then on, and before; null where only their places count. */
  fromTime: Date | null;
  toTime: Date | null;
  threadId: string | null;
}

/** How far it is in a partition. */
export interface ReplayPlace {
  partition: number;
  next: ReadPosition;
  /** Up to there. */
  end: number;
}

export interface NewReplay extends Replay {
  requestedBy: string;
  /** As it was asked for. */
  starts: string;
  ends: string;
  places: readonly ReplayPlace[];
}

/** Replays of a tenant that run at a time. */
export const MAX_REPLAYS_OF_TENANT = 3;

/** False where the tenant has as many as it may have. */
export function insertReplay(database: Database, replay: NewReplay): Promise<boolean> {
  return inTransaction(database, async (client) => {
    // One after the other, so that two at once do not both count what was there before.
    await client.query('select pg_advisory_xact_lock(hashtext($1))', [`webhook replays ${replay.tenantId}`]);
    // The same request once more, at the same moment.
    const { rowCount } = await client.query('select 1 from threadlog.webhook_replays where replay_id = $1', [
      replay.id,
    ]);
    if (rowCount) return true;
    if ((await countRunning(client, replay.tenantId)) >= MAX_REPLAYS_OF_TENANT) return false;
    await client.query(
      `insert into threadlog.webhook_replays (replay_id, tenant_id, webhook_id, requested_at, requested_by, starts, ends,
         from_time, to_time, thread_id, status) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'running')`,
      [
        ...[replay.id, replay.tenantId, replay.webhookId, replay.requestedAt, replay.requestedBy],
        ...[replay.starts, replay.ends, replay.fromTime, replay.toTime, replay.threadId],
      ],
    );
    const column = <T>(of: (place: ReplayPlace) => T): T[] => replay.places.map(of);
    await client.query(
      `insert into threadlog.webhook_replay_positions (replay_id, partition, first_offset, next_offset, max_epoch, end_offset)
       select $1, p, o, o, e, t from unnest($2::int[], $3::bigint[], $4::bigint[], $5::bigint[]) as places(p, o, e, t)`,
      [
        replay.id,
        column(({ partition }) => partition),
        column(({ next }) => next.offset),
        column(({ next }) => next.maxEpoch),
        column(({ end }) => end),
      ],
    );
    return true;
  });
}

export async function countRunning(queryable: Queryable, tenantId: TenantId): Promise<number> {
  const { rows } = await queryable.query<{ count: number }>(
    `select count(*)::int as count from threadlog.webhook_replays where tenant_id = $1 and status = 'running'`,
    [tenantId],
  );
  return rows[0]!.count;
}

/** Those that run, the oldest first. */
export async function runningReplays(queryable: Queryable): Promise<Replay[]> {
  const { rows } = await queryable.query<Replay>(
    `select replay_id as id, tenant_id as "tenantId", webhook_id as "webhookId", requested_at as "requestedAt",
       from_time as "fromTime", to_time as "toTime", thread_id as "threadId"
     from threadlog.webhook_replays where status = 'running' order by n`,
  );
  return rows;
}

export async function placesOf(queryable: Queryable, replayId: string): Promise<ReplayPlace[]> {
  const { rows } = await queryable.query<{ partition: number; offset: number; maxEpoch: number; end: number }>(
    `select partition, next_offset as "offset", max_epoch as "maxEpoch", end_offset as "end"
     from threadlog.webhook_replay_positions where replay_id = $1 and next_offset < end_offset order by partition`,
    [replayId],
  );
  return rows.map(({ partition, offset, maxEpoch, end }) => ({ partition, next: { offset, maxEpoch }, end }));
}

export interface ReplayStep {
  partition: number;
  next: ReadPosition;
  delivered: number;
  givenUp: number;
}

/** Moves a replay on; never back. False where it does not run any more. */
export function advanceReplay(database: Database, replayId: string, step: ReplayStep): Promise<boolean> {
  return inTransaction(database, async (client) => {
    const { rowCount } = await client.query(
      `update threadlog.webhook_replays set delivered = delivered + $2, given_up = given_up + $3
       where replay_id = $1 and status = 'running'`,
      [replayId, step.delivered, step.givenUp],
    );
    await client.query(
      `update threadlog.webhook_replay_positions set next_offset = $3, max_epoch = $4
       where replay_id = $1 and partition = $2 and next_offset < $3`,
      [replayId, step.partition, step.next.offset, step.next.maxEpoch],
    );
    return rowCount === 1;
  });
}

/** What the receiver last said that was no success, so that somebody who looks sees why it stands still. */
export async function noteTrouble(
  queryable: Queryable,
  replayId: string,
  { status, error }: { status: number | null; error: string | null },
): Promise<void> {
  await queryable.query('update threadlog.webhook_replays set last_status = $2, last_error = $3 where replay_id = $1', [
    replayId,
    status,
    error,
  ]);
}

/** Ends a replay that runs; false where none does. */
export async function endReplay(
  queryable: Queryable,
  {
    replayId,
    status,
    reason,
  }: { replayId: string; status: Exclude<WebhookReplayStatus, 'running'>; reason: string | null },
): Promise<boolean> {
  const { rowCount } = await queryable.query(
    `update threadlog.webhook_replays set status = $2, reason = $3, finished_at = date_trunc('milliseconds', now())
     where replay_id = $1 and status = 'running'`,
    [replayId, status, reason],
  );
  return rowCount === 1;
}

const REPLAY_DAYS = 30;
const DAY_MS = 86_400_000;

/** Forgets replays that ended long ago. */
export async function sweepReplays(queryable: Queryable, now: Date): Promise<void> {
  await queryable.query('delete from threadlog.webhook_replays where finished_at < $1', [
    new Date(now.getTime() - REPLAY_DAYS * DAY_MS),
  ]);
}
