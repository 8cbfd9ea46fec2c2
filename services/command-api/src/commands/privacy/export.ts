import { privacyExport } from '@threadlog/commands';
import { happened } from '../decision';
import { nobody, ofSubject } from '../common';
import { defineCommand } from '../define';
import { isIdle, isKnown, mayAsk } from './rules';

/** Asks for all data of a person. One at a time: a second file while the first is made would say nothing else. */
export const requestExport = defineCommand(privacyExport, {
  stream: ofSubject,
  people: nobody,
  refusals: ['conflict', 'subject_erased'],
  decide({ subject }, state, context) {
    const refusal = mayAsk(subject, context) ?? isKnown(state) ?? isIdle(state, 'export');
    if (refusal) return refusal;
    return happened({
      type: 'CHAT_PRIVACY_EXPORT_REQUESTED',
      data: { request_id: context.newId, subject, requested_by: context.actor.id },
    });
  },
  shows: (_input, { state, resourceId }) => ({ kind: 'export', row: state.exports.get(resourceId)! }),
});
