import { hasPermission, mayReadLogs } from '@threadlog/auth';
import { tenantReleaseHold } from '@threadlog/commands';
import { NOT_THERE } from '@threadlog/events';
import { happened, refuse, type DecisionContext } from '../decision';
import { ofTenant, writer } from '../common';
import { defineCommand } from '../define';
import { keepsPrivacy, tenantOf } from './rules';

/** Ends a hold. */
export const releaseHold = defineCommand(tenantReleaseHold, {
  stream: ofTenant,
  people: writer,
  refusals: ['subject_erased'],
  decide({ holdId }, state, context) {
    const isThere = tenantOf(state, context).holds.some(({ hold_id }) => hold_id === holdId);
    if (!isThere || !seesHolds(context)) return refuse(NOT_THERE.code, NOT_THERE.detail);
    const refusal = keepsPrivacy(context);
    if (refusal) return refusal;
    return happened({ type: 'CHAT_LEGAL_HOLD_RELEASED', data: { hold_id: holdId } });
  },
});

/** For everybody else there are no holds. */
function seesHolds({ actor }: DecisionContext): boolean {
  return mayReadLogs(actor) || hasPermission(actor, 'chat:privacy');
}
