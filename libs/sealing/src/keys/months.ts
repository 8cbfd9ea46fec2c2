import type { TenantId } from '@threadlog/events';
import type { Pool } from 'pg';
import type { KeyRecord, MonthQuery, ThreadMonth } from './keyStore';

/** An index of its own holds only what is left, so a store full of destroyed months is no longer to walk. */
const MONTHS = `select distinct k.month, k.entity_id as id from keystore.keys k
  where k.tenant_id = $1 and k.kind = 'thread_month' and k.state <> 'destroyed'
    and k.month < $2 and (k.month, k.entity_id) > ($3, $4)
  order by k.month, k.entity_id limit $5`;

export async function selectMonths(
  pool: Pool,
  tenantId: TenantId,
  { before, after, limit }: MonthQuery,
): Promise<ThreadMonth[]> {
  const values = [tenantId, before, after?.month ?? '', after?.id ?? '', limit];
  const { rows } = await pool.query<ThreadMonth>({ name: 'keystore_months', text: MONTHS, values });
  return rows.map(({ id, month }) => ({ id, month }));
}

/** The same among records in memory. */
export function monthsAmong(rows: readonly KeyRecord[], { before, after, limit }: MonthQuery): ThreadMonth[] {
  const left = rows.filter((row) => row.kind === 'thread_month' && row.state !== 'destroyed' && row.month < before);
  return left
    .map(({ id, month }) => ({ id, month }))
    .sort(inOrder)
    .filter((one, index, all) => index === 0 || inOrder(all[index - 1]!, one) !== 0)
    .filter((one) => !after || inOrder(after, one) < 0)
    .slice(0, limit);
}

function inOrder(one: ThreadMonth, other: ThreadMonth): number {
  return compare(one.month, other.month) || compare(one.id, other.id);
}

function compare(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
