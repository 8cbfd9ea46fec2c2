/** The one list of error codes: what went wrong, its HTTP status, and whether the same request may succeed later. */
export const PROBLEMS = {
  invalid_request: { status: 400, title: 'Invalid request', retryable: false },
  unauthorized: { status: 401, title: 'Unauthorized', retryable: false },
  forbidden: { status: 403, title: 'Forbidden', retryable: false },
  not_found: { status: 404, title: 'Not found', retryable: false },
  method_not_allowed: { status: 405, title: 'Method not allowed', retryable: false },
  conflict: { status: 409, title: 'Conflict', retryable: false },
  already_exists: { status: 409, title: 'Already exists', retryable: false },
  thread_closed: { status: 409, title: 'Thread closed', retryable: false },
  thread_full: { status: 409, title: 'Thread full', retryable: false },
  agent_off: { status: 409, title: 'Agent off', retryable: false },
  run_over: { status: 409, title: 'Run over', retryable: false },
  edit_limit_reached: { status: 409, title: 'Edit limit reached', retryable: false },
  legal_hold: { status: 409, title: 'Legal hold', retryable: false },
  gone: { status: 410, title: 'Gone', retryable: false },
  subject_erased: { status: 410, title: 'Subject erased', retryable: false },
  version_mismatch: { status: 412, title: 'Version mismatch', retryable: false },
  payload_too_large: { status: 413, title: 'Payload too large', retryable: false },
  unsupported_media_type: { status: 415, title: 'Unsupported media type', retryable: false },
  idempotency_key_reused: { status: 422, title: 'Idempotency key reused', retryable: false },
  rate_limited: { status: 429, title: 'Rate limited', retryable: true },
  overloaded: { status: 503, title: 'Overloaded', retryable: true },
  outcome_unknown: { status: 503, title: 'Outcome unknown', retryable: true },
  projection_lagging: { status: 503, title: 'Projection lagging', retryable: true },
  unavailable: { status: 503, title: 'Unavailable', retryable: true },
  internal: { status: 500, title: 'Internal error', retryable: true },
} as const satisfies Record<string, { status: number; title: string; retryable: boolean }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One fault of a request: where (JSON pointer or parameter name), which, and in words. */
export interface FieldError {
  pointer: string;
  code: string;
  message: string;
}

/** A refusal or fault as data; `libs/service` turns it into `application/problem+json` in one place. */
export interface Problem {
  code: ProblemCode;
  /** For the caller to read; never holds personal text or secrets. */
  detail: string;
  errors?: FieldError[];
  /** Seconds after which a retry makes sense (`Retry-After`). */
  retryAfter?: number;
}

/** A problem on its way up as an exception; recognised by `problem`, never by message. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  constructor(
    readonly problem: Problem,
    options?: { cause?: unknown },
  ) {
    super(`${problem.code}: ${problem.detail}`, options);
  }
}

/**
 * What is not there for the caller: it does not exist, was deleted, or the caller may not see it. One text for threads,
 * messages, people and requests alike, so that nobody learns from a refusal what exists.
 */
export const NOT_THERE: Problem = Object.freeze({ code: 'not_found', detail: 'there is no such thing' });

export function notThere(): ProblemError {
  return new ProblemError(NOT_THERE);
}

/** Shorthand for throwing a problem. */
export function problem(code: ProblemCode, detail: string, rest: Omit<Problem, 'code' | 'detail'> = {}): ProblemError {
  return new ProblemError({ code, detail, ...rest });
}
