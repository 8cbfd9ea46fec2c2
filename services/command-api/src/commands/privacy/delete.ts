import { hasPermission } from '@threadlog/auth';
import { privacyDelete } from '@threadlog/commands';
import { LIMITS } from '@threadlog/events';
import { happened, refuse } from '../decision';
import { nobody, ofSubject } from '../common';
import { defineCommand } from '../define';
import { isIdle, isKnown, mayAsk } from './rules';
import { hoursLater } from '../times';

/** Asks to erase a person. Until its time comes it can be called off; who keeps privacy may name the time. */
export const requestDeletion = defineCommand(privacyDelete, {
  stream: ofSubject,
  people: nobody,
  refusals: ['conflict', 'subject_erased'],
  decide(input, state, context) {
    const { subject, reason } = input;
    const refusal = mayAsk(subject, context) ?? isKnown(state) ?? isIdle(state, 'deletion');
    if (refusal) return refusal;
    const usual = hoursLater(context.now, context.limits.erasureGraceHours);
    const wanted = input.executeAfter ?? usual;
    if (!isWithinReach(wanted, context.now))
      return refuse('invalid_request', `executeAfter must lie between now and ${LIMITS.erasureDays} days from now`);
    if (wanted < usual && !hasPermission(context.actor, 'chat:privacy'))
      return refuse(
        'forbidden',
        `an erasure is carried out ${context.limits.erasureGraceHours} hours later at the earliest`,
      );
    const execute_after = wanted < context.now ? context.now : wanted;
    return happened({
      type: 'CHAT_PRIVACY_DELETION_REQUESTED',
      data: { request_id: context.newId, subject, requested_by: context.actor.id, reason, execute_after },
    });
  },
  shows: (_input, { state, resourceId }) => ({ kind: 'deletion', row: state.deletions.get(resourceId)! }),
});

/** Clocks of callers may be behind ours: what was now for them so long ago is now. */
const SKEW_HOURS = 1 / 12;

/** Timestamps of events are compared as text: all are UTC, of the same length, of years with four digits. */
function isWithinReach(wanted: string, now: string): boolean {
  return hoursLater(now, -SKEW_HOURS) <= wanted && wanted <= hoursLater(now, LIMITS.erasureDays * 24);
}
