import type { TenantId } from '@threadlog/events';
import type { Queryable } from '../database';
import type { WebhookEndpointRow } from '../projections';
import { createStatements, type ReadModelSource, type Statements } from '../statements';

/** Place among the endpoints of all tenants, which are walked by tenant and id. */
export type WebhookCursor = Pick<WebhookEndpointRow, 'tenant_id' | 'webhook_id'>;

/** Endpoints that were not deleted. */
export interface WebhookQueries {
  /** Those of all tenants after a place, switched off ones too; `limit` at most. */
  listWebhookEndpoints(page: { after?: WebhookCursor | undefined; limit: number }): Promise<WebhookEndpointRow[]>;
  webhookEndpointOf(tenantId: TenantId, webhookId: string): Promise<WebhookEndpointRow | null>;
  countWebhookEndpoints(tenantId: TenantId): Promise<number>;
}

export function createWebhookQueries(source: ReadModelSource): WebhookQueries {
  const statements = createStatements(source);
  return {
    listWebhookEndpoints: ({ after, limit }) =>
      statements.rows(
        'webhook_endpoints',
        (schema) => `select * from ${schema}.webhook_endpoints
          where deleted_at is null and (tenant_id, webhook_id) > ($1, $2) order by tenant_id, webhook_id limit $3`,
        [after?.tenant_id ?? '', after?.webhook_id ?? '', limit],
      ),
    webhookEndpointOf: (tenantId, webhookId) => findWebhookEndpoint(statements, tenantId, webhookId),
    async countWebhookEndpoints(tenantId) {
      const [row] = await statements.rows<{ count: number }>(
        'webhook_endpoints_count',
        (schema) => `select count(*)::integer as count from ${schema}.webhook_endpoints
          where tenant_id = $1 and deleted_at is null`,
        [tenantId],
      );
      return row!.count;
    },
  };
}

/** An endpoint; null where there is none, or it was deleted. */
export async function findWebhookEndpoint(
  statements: Statements,
  tenantId: TenantId,
  webhookId: string,
): Promise<WebhookEndpointRow | null> {
  const [row] = await statements.rows<WebhookEndpointRow>(
    'webhook_endpoint',
    (schema) => `select * from ${schema}.webhook_endpoints
      where tenant_id = $1 and webhook_id = $2 and deleted_at is null`,
    [tenantId, webhookId],
  );
  return row ?? null;
}

/** Keeps no answer of a tenant's receivers: one of them may repeat what somebody who is erased has written. */
export async function forgetWebhookAnswers(queryable: Queryable, tenantId: TenantId): Promise<void> {
  await queryable.query(
    'update threadlog.webhook_attempts set answer = null where tenant_id = $1 and answer is not null',
    [tenantId],
  );
}
