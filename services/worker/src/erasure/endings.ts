import type { CommandRouter } from '@threadlog/commands';
import type { TenantId } from '@threadlog/events';
import { activeGeneration, generationSchema, type Database } from '@threadlog/read-models';
import { until, type Logger, type Service } from '@threadlog/service';
import { submitted } from './submit';

export interface EndingsOptions {
  database: Database;
  router: CommandRouter;
  logger: Logger;
  /** Milliseconds between two looks; default 5,000. */
  everyMs?: number;
}

interface Left {
  tenant_id: TenantId;
  request_id: string;
}

/**
 * Takes erasures out of their tenants' streams that are over: the worker may have been killed between an erasure's last
 * report and that, or after an erasure that was called off had been entered. Until then no hold can be set on the subject.
 */
export function createErasureEndings({ database, router, logger, everyMs = 5_000 }: EndingsOptions): Service {
  async function look(signal: AbortSignal): Promise<void> {
    const schema = generationSchema(await activeGeneration(database));
    const { rows } = await database.query<Left>(leftSql(schema));
    for (const { tenant_id: tenantId, request_id: requestId } of rows)
      await submitted(router, tenantId, { command: { type: 'tenant.endErasure', input: { requestId } }, signal });
  }

  return {
    name: 'erasure-endings',
    async run(signal) {
      const onFault = (err: unknown) => logger.warn({ err }, 'erasures that are over could not be taken out');
      await until(signal, () => look(signal), { everyMs, onFault });
    },
  };
}

const leftSql = (schema: string): string => `
  select t.tenant_id, erasure ->> 'request_id' as request_id
  from ${schema}.tenants t cross join jsonb_array_elements(t.erasing) erasure
  join ${schema}.chat_deletion_logs d on d.tenant_id = t.tenant_id and d.request_id = erasure ->> 'request_id'
  where d.status in ('completed', 'cancelled', 'failed') limit 100`;
