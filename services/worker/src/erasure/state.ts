import type { JsonObject, Subject, TenantId } from '@threadlog/events';
import type { KeyEvidence } from '@threadlog/sealing';
import type { JobRequest, JobRun } from '../jobs/job';

/** The steps in their order, as `GET /privacy/requests/{id}` shows them. Each is safe to repeat. */
export const ERASURE_STEPS = ['close', 'let_go', 'destroy', 'scrub', 'purge', 'verify', 'complete'] as const;
export type ErasureStep = (typeof ERASURE_STEPS)[number];

/** What a store was found to hold of the subject: `checked` rows, of which `remaining` hold text. */
export type StoreFinding = {
  store: string;
  what: string;
  checked: number;
  remaining: number;
  /** Rows of parked streams: they wait for an operator, and no key opens them any more. */
  unreadable: number;
};

/** What an erasure knows between two runs: no text, and no list that grows with what is erased. */
export type ErasureState = JsonObject & {
  /** The step to be done next. */
  step: ErasureStep;
  /** Milliseconds since 1970; null before the step was done. */
  closedAt: number | null;
  destroyedAt: number | null;
  /** Evidence of destroyed keys, the first `MAX_KEYS_SHOWN` of them; the rest are counted and in the digest. */
  keys: ShownKey[];
  keyCount: number;
  /** SHA-256 over all fingerprints; null before anything was destroyed. */
  keyDigest: string | null;
  masterVersions: string[];
  /** How often text was still found after it was scrubbed. */
  rounds: number;
  findings: StoreFinding[];
  /** Record keys of parked streams that may hold text of the subject. */
  parked: string[];
};

/** Evidence of a key as a receipt shows it. */
export type ShownKey = Omit<KeyEvidence, 'destroyedAt'> & {
  /** RFC 3339. */
  destroyedAt: string | null;
};

export const BEGUN: ErasureState = {
  step: 'close',
  closedAt: null,
  destroyedAt: null,
  keys: [],
  keyCount: 0,
  keyDigest: null,
  masterVersions: [],
  rounds: 0,
  findings: [],
  parked: [],
};

/** Whose text is erased. A learner and a user of one id are one person: what either wrote, and what is about either. */
export interface Erased {
  tenantId: TenantId;
  /** Null: everybody of the tenant. */
  personId: string | null;
}

export function erasedBy({ tenantId, subject }: Pick<JobRequest, 'tenantId' | 'subject'>): Erased {
  return { tenantId, personId: personOf(subject) };
}

function personOf(subject: Subject): string | null {
  return subject.kind === 'tenant' ? null : subject.id;
}

/** One step: does its work and says what is known afterwards, and which step is next. */
export type Step = (run: JobRun<ErasureState>, state: ErasureState) => Promise<ErasureState>;
