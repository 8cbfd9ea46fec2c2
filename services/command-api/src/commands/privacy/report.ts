import type { Actor } from '@threadlog/auth';
import { privacyReport, type CommandInput } from '@threadlog/commands';
import { LIMITS } from '@threadlog/events';
import { happened, refuse, UNCHANGED, type Decision, type Seen } from '../decision';
import { isWorker, nobody, ofSubject, ONLY_WORKER } from '../common';
import { defineCommand } from '../define';
import { mayTouch, subjectOf } from './rules';

type Report = CommandInput<'privacy.report'>;
type Outcome = Report['outcome'];
type OutcomeOf<T extends Outcome['type']> = Extract<Outcome, { type: T }>;

/**
 * What the worker did for a request. It reports a step again after a crash: what was reported already changes nothing.
 * A download is the deed of whoever downloads, and is reported in that actor's name.
 */
export const reportPrivacy = defineCommand(privacyReport, {
  stream: ofSubject,
  people: nobody,
  refusals: ['conflict'],
  decide(input, state, context) {
    if (input.outcome.type === 'downloaded') return downloaded(input, state, context.actor);
    if (!isWorker(context.actor)) return ONLY_WORKER;
    const decide = REPORTS[input.outcome.type] as (report: Report, state: Seen<'privacy'>) => Decision;
    return decide(input, state);
  },
});

/** By whoever asked for the export, or might have. */
function downloaded({ requestId }: Report, state: Seen<'privacy'>, actor: Actor): Decision {
  const row = state.exports.get(requestId);
  if (row?.status !== 'completed' || !mayTouch(actor, row)) return NO_REQUEST;
  return happened({
    type: 'CHAT_PRIVACY_EXPORT_DOWNLOADED',
    data: { request_id: requestId, subject: subjectOf(row) },
  });
}

type Reports = {
  [T in Exclude<Outcome['type'], 'downloaded'>]: (
    report: Report & { outcome: OutcomeOf<T> },
    state: Seen<'privacy'>,
  ) => Decision;
};

const REPORTS: Reports = {
  exported({ subject, requestId, outcome }, state) {
    const { files, bytes, sha256, expiresAt: expires_at } = outcome;
    const counts = Object.entries(outcome.counts).map(([name, count]) => ({ name, count }));
    return onOpenExport(state, requestId, () => ({
      type: 'CHAT_PRIVACY_EXPORT_COMPLETED',
      data: { request_id: requestId, subject, files, counts, bytes, sha256, expires_at },
    }));
  },
  export_failed: ({ subject, requestId, outcome }, state) =>
    onOpenExport(state, requestId, () => ({
      type: 'CHAT_PRIVACY_EXPORT_FAILED',
      data: { request_id: requestId, subject, code: outcome.code },
    })),
  deletion_started({ subject, requestId }, state) {
    const row = state.deletions.get(requestId);
    if (!row) return NO_REQUEST;
    if (row.status === 'running' || row.status === 'completed') return UNCHANGED;
    if (row.status !== 'requested') return refuse('conflict', `the erasure is ${row.status}`);
    return happened({ type: 'CHAT_PRIVACY_DELETION_STARTED', data: { request_id: requestId, subject } });
  },
  erased({ subject, requestId, outcome }, state) {
    const row = state.deletions.get(requestId);
    if (!row?.started_at) return NO_REQUEST;
    if (row.erased_at !== null) return UNCHANGED;
    return happened({
      type: 'CHAT_PRIVACY_SUBJECT_ERASED',
      data: {
        request_id: requestId,
        subject,
        keys: outcome.keys.slice(0, LIMITS.keysInEvent),
        keys_total: outcome.keysTotal ?? outcome.keys.length,
      },
    });
  },
  deletion_completed({ subject, requestId, outcome }, state) {
    const row = state.deletions.get(requestId);
    if (!row?.erased_at) return NO_REQUEST;
    if (row.status === 'completed') return UNCHANGED;
    return happened({
      type: 'CHAT_PRIVACY_DELETION_COMPLETED',
      data: { request_id: requestId, subject, receipt: JSON.stringify(outcome.receipt) },
    });
  },
  deletion_failed({ subject, requestId, outcome }, state) {
    const row = state.deletions.get(requestId);
    if (!row) return NO_REQUEST;
    if (row.status === 'failed') return UNCHANGED;
    // Once keys may be destroyed there is no way back, only on.
    if (row.status !== 'requested') return refuse('conflict', `the erasure is ${row.status}`);
    return happened({
      type: 'CHAT_PRIVACY_DELETION_FAILED',
      data: { request_id: requestId, subject, code: outcome.code },
    });
  },
};

const NO_REQUEST = refuse('not_found', 'no such request, or not at this step');

function onOpenExport(
  state: Seen<'privacy'>,
  requestId: string,
  draft: () => Parameters<typeof happened>[0],
): Decision {
  const row = state.exports.get(requestId);
  if (!row) return NO_REQUEST;
  return row.status === 'requested' ? happened(draft()) : UNCHANGED;
}
