import type { Problem, ProblemCode } from './generated/wire.ts';

/** One fault of a request: where (JSON pointer or parameter), which, and in words. */
export interface FieldError {
  pointer: string;
  code: string;
  message: string;
}

/** `ProblemCode` is what the server says; the others are found out here. */
export type ErrorCode = ProblemCode | 'network' | 'timeout' | 'bad_answer' | 'aborted' | 'expired';

interface Details {
  status?: number;
  retryable?: boolean;
  requestId?: string;
  errors?: FieldError[];
  /** Milliseconds after which another attempt makes sense, where the server said so. */
  retryAfterMs?: number;
  cause?: unknown;
}

/** Everything that this client rejects with. Recognise it by `code`; the message is for people. */
export class ChatError extends Error {
  override readonly name: string = 'ChatError';
  /** HTTP status; 0 where no answer came. */
  readonly status: number;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  readonly requestId: string | null;
  readonly errors: FieldError[];
  readonly retryAfterMs: number | null;

  constructor(
    readonly code: ErrorCode | (string & {}),
    message: string,
    details: Details = {},
  ) {
    super(message, { cause: details.cause });
    this.status = details.status ?? 0;
    this.retryable = details.retryable ?? false;
    this.requestId = details.requestId ?? null;
    this.errors = details.errors ?? [];
    this.retryAfterMs = details.retryAfterMs ?? null;
  }
}

/** The server refused the request, or could not answer it. */
export class ServerError extends ChatError {
  override readonly name = 'ServerError';
}

/** No usable answer came: the connection failed, it took too long, or what came is not from this API. */
export class NetworkError extends ChatError {
  override readonly name = 'NetworkError';
}

/** There is no token that the server takes; `getToken` failed or gave one that is refused. */
export class AuthError extends ChatError {
  override readonly name = 'AuthError';
}

/** The caller's signal was aborted, or the client was closed. */
export class AbortedError extends ChatError {
  override readonly name = 'AbortedError';
  constructor(cause?: unknown) {
    super('aborted', 'The request was aborted.', { cause });
  }
}
/** Whether this is a problem of the server, as bodies and acks have it: resources have no `code`. */
export function isProblem(value: unknown): value is Problem {
  const { code, status } = (value ?? {}) as Partial<Problem>;
  return typeof code === 'string' && typeof status === 'number';
}

/** A problem of the server as an error. */
export function problemError(problem: Problem, retryAfterMs?: number): ChatError {
  const { code, status, retryable, requestId, errors } = problem;
  const kind = status === 401 ? AuthError : ServerError;
  return new kind(code, problem.detail ?? problem.message ?? code, {
    status,
    retryable: retryable === true,
    requestId,
    errors,
    retryAfterMs,
  });
}

/** What was thrown, as an error of ours. */
export function chatError(error: unknown): ChatError {
  return error instanceof ChatError ? error : new ChatError('network', String(error), { cause: error });
}
