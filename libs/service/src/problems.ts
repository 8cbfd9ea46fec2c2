import { LIMITS, type FieldError, type Problem, type ProblemError, PROBLEMS } from '@threadlog/events';
import type { z } from 'zod';

/** The problem object as it travels: RFC 9457 members, and `error` and `message` for clients of older dialects. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance?: string;
  code: string;
  requestId?: string;
  retryable: boolean;
  errors?: FieldError[];
  error: string;
  message: string;
}

/** What a schema found wrong with a part of a request. */
export interface Faulty {
  error: z.ZodError;
  /** `params`, `query` …; left out for the body. */
  place?: string;
}

/** The refusal of a request: its first faults by name, and how many more there are. However large it was, this is small. */
export function invalidRequest(parts: readonly Faulty[]): Problem & { errors: FieldError[] } {
  const faults = parts.flatMap(({ error, place }) => error.issues.map((issue) => ({ issue, place })));
  const errors = faults.slice(0, LIMITS.faultsNamed).map(({ issue, place }) => fieldError(issue, place));
  const more = faults.length - errors.length;
  const [first] = errors;
  const told = first ? `${first.pointer || 'body'}: ${first.message}` : 'The request is invalid.';
  return { code: 'invalid_request', detail: more > 0 ? `${told} (${more} more faults are not named)` : told, errors };
}

/** A fault with its place as a JSON pointer below `place`. */
function fieldError(issue: z.core.$ZodIssue, place?: string): FieldError {
  const path = place ? [place, ...issue.path] : issue.path;
  const pointer = path.map((part) => `/${escapePointer(String(part))}`).join('');
  return { pointer: shortened(pointer), code: issue.code, message: shortened(issue.message) };
}

function shortened(text: string): string {
  return text.length > LIMITS.faultCharacters ? `${text.slice(0, LIMITS.faultCharacters)}…` : text;
}

function escapePointer(part: string): string {
  return part.replace(/~/g, '~0').replace(/\//g, '~1');
}

/** The problem of anything thrown; undefined means a fault of ours, to be logged and answered as `internal`. */
export function problemOf(error: unknown): Problem | undefined {
  if (isProblemError(error)) return error.problem;
  if (isZodError(error)) return invalidRequest([{ error }]);
  return ofHttpError(error);
}

export const INTERNAL: Problem = { code: 'internal', detail: 'Something went wrong on our side.' };

/** The body of a problem, for HTTP answers and socket acks alike. `instance` is a path without its query. */
export function problemBody(problem: Problem, about: { instance?: string; requestId?: string } = {}): ProblemBody {
  const { status, title, retryable } = PROBLEMS[problem.code];
  return {
    type: `urn:threadlog:problem:${problem.code}`,
    title,
    status,
    detail: problem.detail,
    instance: about.instance,
    code: problem.code,
    requestId: about.requestId,
    retryable,
    errors: problem.errors,
    error: problem.detail,
    message: problem.detail,
  };
}

/** Recognised by its data, so that it survives a second copy of the class. */
function isProblemError(error: unknown): error is ProblemError {
  return error instanceof Error && error.name === 'ProblemError' && 'problem' in error;
}

/** Recognised by shape: another copy of zod in the tree must not turn a 400 into a 500. */
function isZodError(error: unknown): error is z.ZodError {
  return error instanceof Error && error.name === 'ZodError' && Array.isArray((error as z.ZodError).issues);
}

/** Errors of Express and its body parser: they carry `type` and `status`. */
function ofHttpError(error: unknown): Problem | undefined {
  if (!(error instanceof Error)) return undefined;
  const { type, status } = error as { type?: unknown; status?: unknown };
  switch (type) {
    case 'entity.too.large':
      return { code: 'payload_too_large', detail: 'The body is larger than this route takes.' };
    case 'entity.parse.failed':
      return { code: 'invalid_request', detail: 'The body is not valid JSON.' };
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return { code: 'unsupported_media_type', detail: 'The body must be UTF-8, plain or gzip, deflate or br.' };
  }
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return { code: 'invalid_request', detail: 'The request is malformed.' };
  }
  return undefined;
}
