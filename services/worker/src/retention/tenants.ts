import type { TenantId } from '@threadlog/events';
import { generationSchema, type Database, type LegalHold } from '@threadlog/read-models';

/** A tenant that keeps messages for a time only. */
export interface LimitedTenant {
  tenantId: TenantId;
  days: number;
  holds: readonly LegalHold[];
}

export interface TenantSource {
  database: Database;
  generation: number;
  /** Days where a tenant says nothing; null: for ever. */
  defaultDays: number | null;
}

/** Tenants of one question. */
const PAGE = 500;

/**
 * Whether the tenant's own stream waits for an operator: then nobody knows all of its holds, and nothing of it may be
 * deleted for its age.
 */
const waitsSql = (schema: string, tenantId: string): string =>
  `exists (select from ${schema}.parked_keys where record_key = ${tenantId} || '/tenant/' || ${tenantId}) as waits`;

/** Every tenant with a limit, in order of id, read in pages while they are gone through. */
export async function* limitedTenants(source: TenantSource): AsyncGenerator<LimitedTenant> {
  for (let after = ''; ;) {
    const rows = await pageOf(source, after);
    for (const row of rows) {
      const tenant = limited(source, row);
      if (tenant) yield tenant;
    }
    if (rows.length < PAGE) return;
    after = rows.at(-1)!.tenant_id;
  }
}

/** One tenant as it is now; null where it has no limit. */
export async function limitOf(source: TenantSource, tenantId: TenantId): Promise<LimitedTenant | null> {
  const schema = generationSchema(source.generation);
  const { rows } = await source.database.query<Row>(
    `select asked.tenant_id, retention_days, retention_default, holds, ${waitsSql(schema, 'asked.tenant_id')}
     from (select $1::text as tenant_id) asked left join ${schema}.tenants using (tenant_id)`,
    [tenantId],
  );
  return limited(source, rows[0]!);
}

interface Row {
  tenant_id: TenantId;
  retention_days: number | null;
  retention_default: boolean | null;
  holds: LegalHold[] | null;
  waits: boolean;
}

/**
 * With a limit of the deployment every tenant counts: the distinct tenants of the threads, each found by one step down
 * the primary key. Without one, only those that set a limit of their own, which an index of its own names.
 */
async function pageOf(source: TenantSource, after: string): Promise<Row[]> {
  const schema = generationSchema(source.generation);
  const all = `
    with recursive walk(tenant_id) as (
      (select tenant_id from ${schema}.threads where tenant_id > $1 order by tenant_id limit 1)
      union all
      select (select t.tenant_id from ${schema}.threads t where t.tenant_id > walk.tenant_id order by t.tenant_id limit 1)
      from walk where walk.tenant_id is not null
    ), page as (select tenant_id from walk where tenant_id is not null limit $2)
    select page.tenant_id, t.retention_days, t.retention_default, t.holds, ${waitsSql(schema, 'page.tenant_id')}
    from page left join ${schema}.tenants t using (tenant_id) order by 1`;
  const own = `
    select tenant_id, retention_days, retention_default, holds, ${waitsSql(schema, 'tenant_id')} from ${schema}.tenants
    where retention_days is not null and tenant_id > $1 order by tenant_id limit $2`;
  const { rows } = await source.database.query<Row>(source.defaultDays === null ? own : all, [after, PAGE]);
  return rows;
}

function limited({ defaultDays }: TenantSource, row: Row): LimitedTenant | null {
  if (row.waits) return null;
  const days = (row.retention_default ?? true) ? defaultDays : row.retention_days;
  return days === null ? null : { tenantId: row.tenant_id, days, holds: row.holds ?? [] };
}
