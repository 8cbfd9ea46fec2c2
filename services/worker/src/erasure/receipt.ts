import type { JsonObject } from '@threadlog/events';
import type { DeletionLogRow } from '@threadlog/read-models';
import type { JobRequest } from '../jobs/job';
import type { ErasureState } from './state';

const RECEIPT_VERSION = 1;

export interface ReceiptParts {
  request: JobRequest;
  state: ErasureState;
  times: Pick<DeletionLogRow, 'started_at' | 'erased_at'>;
  finalAfter: readonly { masterVersion: string; dueAt: Date | null }[];
  /** Milliseconds since 1970. */
  completedAt: number;
}

/** Parked streams that a receipt names; more are counted. */
const MAX_PARKED_SHOWN = 100;

/**
 * What a receipt cannot prove by counting, said in it so that nobody takes it for more than it is. The codes are explained
 * in the README of the worker.
 */
const NOTES = [
  'sealed_text_stays_in_the_log',
  'older_titles_end_in_the_log_with_their_thread',
  'ids_and_times_stay',
  'wrapped_keys_stay_in_backups_until_final',
  'index_held_hashes_and_was_vacuumed',
  'copies_made_before_are_out_of_reach',
];

/** What an erasure did and what it found afterwards; holds no text. Signed by whoever sends it out. */
export function buildReceipt({ request, state, times, finalAfter, completedAt }: ReceiptParts): JsonObject {
  return {
    version: RECEIPT_VERSION,
    requestId: request.requestId,
    tenant: request.tenantId,
    subject: { kind: request.subject.kind, id: request.subject.id },
    requestedAt: request.createdAt,
    startedAt: times.started_at,
    erasedAt: times.erased_at,
    completedAt: new Date(completedAt).toISOString(),
    keys: state.keys.map((key) => ({ ...key })),
    keyCount: state.keyCount,
    keyDigest: state.keyDigest,
    stores: state.findings.map((finding) => ({ ...finding })),
    parkedStreams: state.parked.slice(0, MAX_PARKED_SHOWN),
    parkedCount: state.parked.length,
    finalAfter: finalAfter.map(({ masterVersion, dueAt }) => ({
      masterVersion,
      dueAt: dueAt?.toISOString() ?? null,
    })),
    notes: NOTES,
  };
}
