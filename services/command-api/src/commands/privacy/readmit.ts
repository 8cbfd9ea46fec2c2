import { hasPermission } from '@threadlog/auth';
import { privacyReadmit } from '@threadlog/commands';
import { happened, refuse, UNCHANGED } from '../decision';
import { nobody, ofSubject } from '../common';
import { defineCommand } from '../define';
import { erasureOf, subjectOf } from './rules';

/** Lets an erased person write again, under a new key. */
export const readmitSubject = defineCommand(privacyReadmit, {
  stream: ofSubject,
  people: nobody,
  refusals: ['conflict'],
  decide(_input, state, { actor }) {
    if (!hasPermission(actor, 'chat:privacy'))
      return refuse('forbidden', 'only who keeps privacy may let an erased person in again');
    const row = erasureOf(state);
    if (!row) return refuse('not_found', 'nobody of this id was erased');
    if (row.status !== 'completed') return refuse('conflict', 'the erasure is not finished');
    if (row.readmitted_at !== null) return UNCHANGED;
    return happened({
      type: 'CHAT_PRIVACY_SUBJECT_READMITTED',
      data: { request_id: row.request_id, subject: subjectOf(row) },
    });
  },
});
