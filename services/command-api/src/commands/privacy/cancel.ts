import { privacyCancel } from '@threadlog/commands';
import { NOT_THERE } from '@threadlog/events';
import { happened, refuse, UNCHANGED } from '../decision';
import { nobody, ofSubject } from '../common';
import { defineCommand } from '../define';
import { mayTouch, subjectOf } from './rules';

/** Calls an erasure off. Too late once it has begun: keys may be gone already. */
export const cancelDeletion = defineCommand(privacyCancel, {
  stream: ofSubject,
  people: nobody,
  refusals: ['conflict'],
  decide({ requestId }, state, context) {
    const row = state.deletions.get(requestId);
    if (!row || !mayTouch(context.actor, row)) return refuse(NOT_THERE.code, NOT_THERE.detail);
    if (row.status === 'cancelled') return UNCHANGED;
    if (row.status !== 'requested') return refuse('conflict', `the erasure is ${row.status} and cannot be called off`);
    return happened({
      type: 'CHAT_PRIVACY_DELETION_CANCELLED',
      data: { request_id: requestId, subject: subjectOf(row) },
    });
  },
});
