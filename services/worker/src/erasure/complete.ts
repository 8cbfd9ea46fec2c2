import { createStatements, type DeletionLogRow } from '@threadlog/read-models';
import type { JobRequest } from '../jobs/job';
import type { ErasureDeps } from './ports';
import type { EndKeysDeps } from './endKeys';
import { buildReceipt } from './receipt';
import type { Step } from './state';
import { submitted } from './submit';

export type CompleteDeps = Pick<ErasureDeps, 'database' | 'router' | 'signReceipt'> &
  Pick<EndKeysDeps, 'keys' | 'projected' | 'now'>;

/** Signs the receipt and reports it; the erasure is over, and holds on the subject can be set again. */
export function completeStep({ database, router, signReceipt, keys, projected, now }: CompleteDeps): Step {
  return async ({ request, signal }, state) => {
    const { tenantId, requestId, subject } = request;
    const generation = await projected.active(signal);
    const times = await timesOf({ database, generation }, request);
    const finalAfter = await Promise.all(
      state.masterVersions.map(async (masterVersion) => ({
        masterVersion,
        dueAt: await keys.masterKeyDue(masterVersion),
      })),
    );
    const receipt = await signReceipt(buildReceipt({ request, state, times, finalAfter, completedAt: now() }));
    const outcome = { type: 'deletion_completed' as const, receipt };
    const report = { type: 'privacy.report' as const, input: { subject, requestId, outcome } };
    await submitted(router, tenantId, { command: report, signal });
    await submitted(router, tenantId, { command: { type: 'tenant.endErasure', input: { requestId } }, signal });
    return state;
  };
}

/** When the erasure began and when its keys were gone, as the log says. */
async function timesOf(
  { database, generation }: { database: ErasureDeps['database']; generation: number },
  { tenantId, requestId }: JobRequest,
): Promise<Pick<DeletionLogRow, 'started_at' | 'erased_at'>> {
  const statements = createStatements({ database, generation: () => generation });
  const [row] = await statements.planned<Pick<DeletionLogRow, 'started_at' | 'erased_at'>>(
    (schema) =>
      `select started_at, erased_at from ${schema}.chat_deletion_logs where tenant_id = $1 and request_id = $2`,
    [tenantId, requestId],
  );
  if (!row) throw new Error('the request is not in the read model');
  return row;
}
