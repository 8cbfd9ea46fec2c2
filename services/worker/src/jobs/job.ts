import type { JsonObject, PrivacyKind, PrivacyProgress, Subject, TenantId } from '@threadlog/events';

/** A privacy request as its job sees it. */
export interface JobRequest {
  tenantId: TenantId;
  requestId: string;
  kind: PrivacyKind;
  subject: Subject;
  requestedBy: string;
  createdAt: string;
  /** Erasures: when it may begin. */
  executeAfter: string | null;
  startedAt: string | null;
  erasedAt: string | null;
}

export type BlockedBy = NonNullable<PrivacyProgress['blockedBy']>;

/** One run of a job. It may end anywhere, by a fault or a kill; the next run goes on from what was saved. */
export interface JobRun<State extends JsonObject> {
  readonly request: JobRequest;
  /** What earlier runs saved; null in the first. */
  readonly state: State | null;
  /** Aborts when the process stops or leads no longer. */
  readonly signal: AbortSignal;
  /** Saves what the next run needs, durably, and where the job stands. */
  save(state: State, at: { step: string; done?: number; total?: number | null }): Promise<void>;
  /** Says how far the step has come; written at most a few times a second, and lost in a crash. */
  progress(done: number, total?: number | null): void;
}

/** How one kind of request is carried out. */
export interface JobHandler<State extends JsonObject = JsonObject> {
  kind: PrivacyKind;
  run(run: JobRun<State>): Promise<void>;
  /** Reports that the job is given up, if it may be; false where it has to go on for ever. */
  giveUp(request: JobRequest, code: string): Promise<boolean>;
}

/** Between two looks whether the projection has come far enough for a job; milliseconds. */
export const JOB_PACE = { firstMs: 20, longestMs: 100 };

/** Ends a run that has to wait for something: it is tried again later, and that is no failure. */
export class JobWaits extends Error {
  override readonly name = 'JobWaits';
  constructor(
    readonly blockedBy: BlockedBy,
    readonly retryMs: number,
  ) {
    super(`waits: ${blockedBy}`);
  }
}
