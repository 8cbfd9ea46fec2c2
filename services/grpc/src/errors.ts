import type { DescMessage, MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import type { Problem, ProblemCode } from '@threadlog/events';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RequestInfoSchema,
  RetryInfoSchema,
} from './gen/google/rpc/error_details_pb';

/** What each problem is in the words of gRPC; `docs/errors.md` shows the same. */
export const CODES: { [C in ProblemCode]: Code } = {
  invalid_request: Code.InvalidArgument,
  unauthorized: Code.Unauthenticated,
  forbidden: Code.PermissionDenied,
  not_found: Code.NotFound,
  method_not_allowed: Code.Unimplemented,
  conflict: Code.FailedPrecondition,
  already_exists: Code.AlreadyExists,
  thread_closed: Code.FailedPrecondition,
  thread_full: Code.FailedPrecondition,
  agent_off: Code.FailedPrecondition,
  run_over: Code.FailedPrecondition,
  edit_limit_reached: Code.FailedPrecondition,
  legal_hold: Code.FailedPrecondition,
  gone: Code.NotFound,
  subject_erased: Code.FailedPrecondition,
  version_mismatch: Code.FailedPrecondition,
  payload_too_large: Code.InvalidArgument,
  unsupported_media_type: Code.InvalidArgument,
  idempotency_key_reused: Code.InvalidArgument,
  rate_limited: Code.ResourceExhausted,
  overloaded: Code.Unavailable,
  outcome_unknown: Code.Aborted,
  projection_lagging: Code.Unavailable,
  unavailable: Code.Unavailable,
  internal: Code.Internal,
};

const DOMAIN = 'threadlog';

interface Detail {
  desc: DescMessage;
  value: MessageInitShape<DescMessage>;
}
export const detail = <Desc extends DescMessage>(desc: Desc, value: MessageInitShape<Desc>): Detail =>
  ({ desc, value }) as Detail;

export interface ToldError {
  requestId: string;
  /** In place of the problem's own. */
  code?: Code;
  /** Further details, behind those of the problem. */
  details?: readonly Detail[];
}

/** A problem as an error of gRPC: its code as the reason, faults of fields, and when to come again. */
export function errorOf(
  problem: Problem,
  { requestId, code = CODES[problem.code], details = [] }: ToldError,
): ConnectError {
  const { errors, retryAfter } = problem;
  const all = [
    detail(ErrorInfoSchema, { reason: problem.code.toUpperCase(), domain: DOMAIN }),
    detail(RequestInfoSchema, { requestId }),
    ...(errors ? [detail(BadRequestSchema, { fieldViolations: errors.map(violationOf) })] : []),
    ...(retryAfter === undefined ? [] : [detail(RetryInfoSchema, { retryDelay: secondsOf(retryAfter) })]),
    ...details,
  ];
  return new ConnectError(problem.detail, code, undefined, all);
}

/** `/attachments/0/label` is the field `attachments[0].label`. */
function violationOf({ pointer, code, message }: NonNullable<Problem['errors']>[number]) {
  const parts = pointer.replace(/^\/(?:params|query|headers)(?=\/)/, '').split('/');
  const field = parts
    .slice(1)
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path ? `${path}.${part}` : part), '');
  return { field: snakeCase(field), reason: code.toUpperCase(), description: message };
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function secondsOf(seconds: number) {
  return { seconds: BigInt(Math.max(1, Math.ceil(seconds))) };
}

/** As status codes are written: `ALREADY_EXISTS`, here in lower case as metrics have it. */
export function outcomeOf({ code }: Pick<ConnectError, 'code'>): string {
  return snakeCase(Code[code]!).replace(/^_/, '');
}
