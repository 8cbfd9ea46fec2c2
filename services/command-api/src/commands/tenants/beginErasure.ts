import { tenantBeginErasure } from '@threadlog/commands';
import type { Subject } from '@threadlog/events';
import type { TenantRow } from '@threadlog/read-models';
import { happened, refuse, UNCHANGED } from '../decision';
import { isWorker, ofTenant, ONLY_WORKER, writer } from '../common';
import { defineCommand } from '../define';
import { tenantOf } from './rules';

/**
 * The point where holds and an erasure meet: both are decided here, one after the other. What the worker looked up about
 * held threads counts only while no hold has changed since.
 */
export const beginErasure = defineCommand(tenantBeginErasure, {
  stream: ofTenant,
  people: writer,
  refusals: ['version_mismatch', 'legal_hold'],
  decide(input, state, context) {
    if (!isWorker(context.actor)) return ONLY_WORKER;
    const tenant = tenantOf(state, context);
    if (tenant.erasing.some(({ request_id }) => request_id === input.requestId)) return UNCHANGED;
    if (tenant.version !== input.holdsVersion) return refuse('version_mismatch', `the tenant is at ${tenant.version}`);
    if (input.touchesHeldThread || tenant.holds.some(({ subject }) => stands(subject, input.subject, tenant)))
      return refuse('legal_hold', 'a legal hold stands against it');
    return happened({
      type: 'CHAT_ERASURE_BEGUN',
      data: { request_id: input.requestId, subject: input.subject },
    });
  },
});

/** Whether a hold stands against erasing somebody: any hold against the erasure of its tenant, a tenant's against all. */
function stands(held: Subject | null, erased: Subject, tenant: TenantRow): boolean {
  if (erased.kind === 'tenant') return tenant.holds.length > 0;
  return held !== null && (held.kind === 'tenant' || held.id === erased.id);
}
