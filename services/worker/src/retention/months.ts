import { recordKey, type TenantId } from '@threadlog/events';
import { generationSchema, holdsOnThread, type Database } from '@threadlog/read-models';
import type { KeyTarget, SealingService, ThreadMonth } from '@threadlog/sealing';
import { pause } from '@threadlog/service';
import { cutoffOf, idsOfMonth } from './cutoff';
import { limitOf, type LimitedTenant, type TenantSource } from './tenants';

/** Writes down in the erasure list which keys go, then destroys them. Repeating it changes nothing. */
export type DestroyKeys = (tenantId: TenantId, targets: readonly KeyTarget[], reason: string) => Promise<unknown>;

export interface MonthDeps {
  database: Database;
  sealing: Pick<SealingService, 'monthsBefore' | 'close' | 'letGoMs'>;
  destroyKeys: DestroyKeys;
  source: TenantSource;
  now(): number;
  /** Whether the source is still what is served, and has all that is in the log. */
  isCurrent(): Promise<boolean>;
  /** Hears of months whose texts are ended for good. */
  onEnded(count: number): void;
}

/** A month of a thread whose key is to be ended. */
export interface EndedMonth extends ThreadMonth {
  tenantId: TenantId;
}

/** Months of one question. */
const PAGE = 200;
/** Months ended together: they share the wait until caches let go of their keys. */
export const MAX_MONTHS = 500;

/**
 * Months of a tenant's threads that are over: past their time as a whole, not one message of them left, and no hold on
 * the thread, its sub-threads, its learner, the tenant or anybody who wrote in it: the log still has what was deleted.
 */
export async function monthsOver(deps: MonthDeps, tenant: LimitedTenant, limit: number): Promise<EndedMonth[]> {
  const { tenantId } = tenant;
  const before = cutoffOf(tenant.days, deps.now()).month;
  const over: EndedMonth[] = [];
  for (let after: ThreadMonth | null = null; over.length < limit;) {
    const page: ThreadMonth[] = await deps.sealing.monthsBefore(tenantId, { before, after, limit: PAGE });
    over.push(...(await emptyAmong(deps, tenant, page)));
    if (page.length < PAGE) break;
    after = page.at(-1)!;
  }
  return over.slice(0, limit);
}

/**
 * Ends the keys of months: the text in the log ends with them. They are closed first and destroyed when every cache has
 * let go; what stands in the way by then keeps its closed key, by which it can still be read.
 */
export async function endMonths(deps: MonthDeps, months: readonly EndedMonth[], signal: AbortSignal): Promise<void> {
  if (months.length === 0) return;
  for (const { tenantId, id, month } of months) await deps.sealing.close(tenantId, targetOf({ id, month }));
  await pause(deps.sealing.letGoMs, signal);
  if (signal.aborted || !(await deps.isCurrent())) return;
  let ended = 0;
  for (const [tenantId, own] of Map.groupBy(months, (month) => month.tenantId)) {
    if (signal.aborted) break;
    const tenant = await limitOf(deps.source, tenantId);
    const over = tenant ? await stillOver(deps, tenant, own) : [];
    if (over.length > 0) await deps.destroyKeys(tenantId, over.map(targetOf), 'retention');
    ended += over.length;
  }
  if (ended > 0) deps.onEnded(ended);
}

function stillOver(deps: MonthDeps, tenant: LimitedTenant, months: readonly ThreadMonth[]): Promise<EndedMonth[]> {
  const before = cutoffOf(tenant.days, deps.now()).month;
  const past = months.filter(({ month }) => month < before);
  return emptyAmong(deps, tenant, past);
}

function targetOf({ id, month }: ThreadMonth): KeyTarget {
  return { kind: 'thread_month', id, month };
}

/** Those months without a message, or any trace of a held author, in the thread or below it, whose thread is neither held nor parked. */
async function emptyAmong(
  { database, source }: MonthDeps,
  { tenantId, holds }: LimitedTenant,
  months: readonly ThreadMonth[],
): Promise<EndedMonth[]> {
  if (months.length === 0) return [];
  const schema = generationSchema(source.generation);
  const ranges = months.map(({ month }) => idsOfMonth(month));
  const keys = months.map(({ id }) => recordKey({ tenantId, type: 'thread', id }));
  const { rows } = await database.query<ThreadMonth & { learner_id: string | null }>(
    `select c.id, c.month, root.learner_id
     from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) as c(id, month, low, high, record_key)
     join ${schema}.threads root on root.tenant_id = $1 and root.thread_id = c.id
     where not exists (select 1 from ${schema}.parked_keys p where p.record_key = c.record_key)
       and not exists (
         select 1 from ${schema}.threads t join ${schema}.message_refs m
           on m.tenant_id = $1 and m.thread_id = t.thread_id
         where t.tenant_id = $1 and (t.thread_id = c.id or t.parent_thread_id = c.id)
           and m.message_id >= c.low and m.message_id < c.high
           and (not m.deleted or m.sender_id = any($7)))`,
    [
      tenantId,
      months.map(({ id }) => id),
      months.map(({ month }) => month),
      ranges.map(({ from }) => from),
      ranges.map(({ to }) => to),
      keys,
      holds.flatMap(({ subject }) => subject?.id ?? []),
    ],
  );
  return rows
    .filter(
      ({ id, learner_id: learnerId }) => holdsOnThread(holds, { threadId: id, learnerId, people: [] }).length === 0,
    )
    .map(({ id, month }) => ({ tenantId, id, month }));
}
