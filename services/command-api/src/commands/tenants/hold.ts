import { tenantHold } from '@threadlog/commands';
import { LIMITS, type Subject } from '@threadlog/events';
import type { TenantRow } from '@threadlog/read-models';
import { happened, refuse, type Check } from '../decision';
import { ofTenant, writer } from '../common';
import { defineCommand } from '../define';
import { keepsPrivacy, tenantOf } from './rules';

/** Holds a person or a thread: from here on no erasure of it can begin. One that has begun cannot be held any more. */
export const setHold = defineCommand(tenantHold, {
  stream: ofTenant,
  people: writer,
  refusals: ['conflict', 'subject_erased'],
  decide({ subject, heldThreadId, reason, reference }, state, context) {
    const tenant = tenantOf(state, context);
    const refusal = keepsPrivacy(context) ?? isNotErasing(tenant, subject);
    if (refusal) return refusal;
    if (tenant.holds.length >= LIMITS.holds) return refuse('conflict', `a tenant has ${LIMITS.holds} holds at most`);
    return happened({
      type: 'CHAT_LEGAL_HOLD_SET',
      data: { hold_id: context.newId, subject, held_thread_id: heldThreadId, reason, reference },
    });
  },
  shows: (_input, { state, resourceId }) => ({
    kind: 'hold',
    hold: state.tenant?.holds.find(({ hold_id }) => hold_id === resourceId),
  }),
});

function isNotErasing({ erasing }: TenantRow, subject: Subject | null): Check {
  const hit = erasing.find((erasure) => erasure.subject.kind === 'tenant' || erasure.subject.id === subject?.id);
  return hit && refuse('conflict', `the erasure ${hit.request_id} has begun and can no longer be held`);
}
