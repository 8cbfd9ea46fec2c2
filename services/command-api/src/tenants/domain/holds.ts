import { hasPermission, mayReadLogs } from '@threadlog/auth';
import { LIMITS, type Subject, NOT_THERE } from '@threadlog/events';
import { plainTenant, type TenantRow } from '@threadlog/read-models';
import type { DecisionContext, TenantState } from '../../decider';
import { isWorker, ONLY_WORKER } from '../../privacy/domain/worker';
import { happened, refuse, UNCHANGED, type Decide, type Passed, type Refusal } from '../../threads/domain/decision';

const tenantOf = (state: TenantState, { actor }: DecisionContext): TenantRow =>
  state.tenant ?? plainTenant(actor.tenantId);

/** Holds a person or a thread: from here on no erasure of it can begin. One that has begun cannot be held any more. */
export const setHold: Decide<'tenant.hold'> = ({ subject, heldThreadId, reason, reference }, state, context) => {
  const tenant = tenantOf(state, context);
  const refusal = keepsPrivacy(context) ?? isNotErasing(tenant, subject);
  if (refusal) return refusal;
  if (tenant.holds.length >= LIMITS.holds) return refuse('conflict', `a tenant has ${LIMITS.holds} holds at most`);
  return happened({
    type: 'CHAT_LEGAL_HOLD_SET',
    data: { hold_id: context.newId, subject, held_thread_id: heldThreadId, reason, reference },
  });
};

export const releaseHold: Decide<'tenant.releaseHold'> = ({ holdId }, state, context) => {
  const isThere = tenantOf(state, context).holds.some(({ hold_id }) => hold_id === holdId);
  if (!isThere || !seesHolds(context)) return refuse(NOT_THERE.code, NOT_THERE.detail);
  const refusal = keepsPrivacy(context);
  if (refusal) return refusal;
  return happened({ type: 'CHAT_LEGAL_HOLD_RELEASED', data: { hold_id: holdId } });
};

/**
 * The point where holds and an erasure meet: both are decided here, one after the other. What the worker looked up about
 * held threads counts only while no hold has changed since.
 */
export const beginErasure: Decide<'tenant.beginErasure'> = (input, state, context) => {
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
};

export const endErasure: Decide<'tenant.endErasure'> = ({ requestId }, state, context) => {
  if (!isWorker(context.actor)) return ONLY_WORKER;
  if (!tenantOf(state, context).erasing.some(({ request_id }) => request_id === requestId)) return UNCHANGED;
  return happened({ type: 'CHAT_ERASURE_ENDED', data: { request_id: requestId } });
};

/** Whether a hold stands against erasing somebody: any hold against the erasure of its tenant, a tenant's against all. */
function stands(held: Subject | null, erased: Subject, tenant: TenantRow): boolean {
  if (erased.kind === 'tenant') return tenant.holds.length > 0;
  return held !== null && (held.kind === 'tenant' || held.id === erased.id);
}

function isNotErasing({ erasing }: TenantRow, subject: Subject | null): Refusal | Passed {
  const hit = erasing.find((erasure) => erasure.subject.kind === 'tenant' || erasure.subject.id === subject?.id);
  return hit && refuse('conflict', `the erasure ${hit.request_id} has begun and can no longer be held`);
}

/** For everybody else there are no holds. */
function seesHolds({ actor }: DecisionContext): boolean {
  return mayReadLogs(actor) || hasPermission(actor, 'chat:privacy');
}

export function keepsPrivacy({ actor }: DecisionContext): Refusal | Passed {
  return hasPermission(actor, 'chat:privacy') && hasPermission(actor, 'chat:admin')
    ? undefined
    : refuse('forbidden', 'only who administers the tenant and keeps its privacy may do this');
}
