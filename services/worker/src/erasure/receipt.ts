import type { JsonObject } from '@threadlog/events';
import type { DeletionLogRow } from '@threadlog/read-models';
import type { JobRequest } from '../jobs/job';
import type { ErasureState } from './state';

export const RECEIPT_VERSION = 1;

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

/** What a receipt cannot prove by counting, said in it so that nobody takes it for more than it is. */
const NOTES = [
  'Text is unreadable because its keys are destroyed. Sealed text stays in the log, and in backups, where no key opens it.',
  'Ids, times, numbers and who took part stay: they are not text.',
  'A destroyed key may survive, wrapped, in backups of the key store until the master key of `finalAfter` is destroyed.',
  'Rows of the index were deleted and their tables vacuumed; they held keyed hashes of words, never words.',
  'What was exported, copied or read by others before the erasure is out of its reach; a feed of events keeps what it held until its retention ends.',
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
