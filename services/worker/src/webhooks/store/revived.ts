import type { TenantId } from '@threadlog/events';
import type { Database, Queryable } from '@threadlog/read-models';

/** What was given up and is to be tried again, of a lane. */
export interface Revived {
  n: number;
  outlet: string;
  lane: string;
  tenantId: TenantId;
  revivedAt: Date;
}

/** Dead letters that are tried again by one request; the rest waits for the next one. */
const MAX_RETRIED = 10_000;

/** Lets what was given up wait again, the oldest first; how many there were. */
export async function reviveDead(queryable: Queryable, outlet: string, n: string | null): Promise<number> {
  const { rowCount } = await queryable.query(
    `update threadlog.webhook_deliveries set dead_at = null, attempts = 0, due_at = now(), revived_at = now()
     where n in (select n from threadlog.webhook_deliveries where outlet = $1 and dead_at is not null
       and ($2::bigint is null or n = $2) order by dead_at, n limit $3) and outlet = $1 and dead_at is not null`,
    [outlet, n, MAX_RETRIED],
  );
  return rowCount ?? 0;
}

/** Whether there is such a dead letter. */
export async function isDead(queryable: Queryable, outlet: string, n: string): Promise<boolean> {
  const { rows } = await queryable.query(
    'select 1 from threadlog.webhook_deliveries where outlet = $1 and n = $2 and dead_at is not null',
    [outlet, n],
  );
  return rows.length > 0;
}

/** Nobody is told of these any more: they are given up once more. */
export async function buryRevived(queryable: Queryable, ns: readonly number[]): Promise<void> {
  await queryable.query(
    `update threadlog.webhook_deliveries set dead_at = now() where n = any($1) and dead_at is null`,
    [ns],
  );
}

/** A request that takes longer than this to be committed is seen at the next start only. */
const OVERLAP = '30 seconds';

/** What was revived since the last look, by the clock of the database; each once. */
export function createRevivedLooks(database: Database): { look(): Promise<Revived[]>; seen(revived: Revived): void } {
  let seen = new Map<string, Date>();
  let since: Date | null = null;
  const keyOf = ({ n, revivedAt }: Revived) => `${n}/${revivedAt.getTime()}`;
  return {
    async look() {
      const { rows: clock } = await database.query<{ now: Date }>('select now() as now');
      const { rows } = await database.query<Revived>(
        `select n, outlet, lane, tenant_id as "tenantId", date_trunc('milliseconds', revived_at) as "revivedAt"
         from threadlog.webhook_deliveries
         where revived_at > coalesce($1, now()) - interval '${OVERLAP}' and dead_at is null order by revived_at, n`,
        [since],
      );
      since = clock[0]!.now;
      seen = new Map([...seen].filter(([, at]) => since!.getTime() - at.getTime() < 120_000));
      return rows.filter((row) => !seen.has(keyOf(row)));
    },
    seen: (revived) => void seen.set(keyOf(revived), revived.revivedAt),
  };
}
