import type { UrlProblem } from './url';

/** Why no answer came. */
export type FailureReason =
  /** The URL itself, or every address behind its name, is one that nothing is sent to. */
  | 'refused'
  /** The name has no address, or nobody could tell. */
  | 'name'
  | 'connect_timeout'
  | 'first_byte_timeout'
  | 'idle_timeout'
  | 'total_timeout'
  /** The other side's certificate, or that it speaks no TLS. */
  | 'tls'
  /** Refused, reset, closed early, or not HTTP. */
  | 'connection'
  /** More than is read of an answer. */
  | 'too_large'
  /** The caller's signal. */
  | 'aborted';

export interface Failure {
  kind: 'failed';
  reason: FailureReason;
  /** For people: what exactly. Holds no address of this network. */
  detail: string;
}

/** How a request, or the reading of an answer's body, ends other than well. */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';
  constructor(
    readonly reason: FailureReason,
    readonly detail: string,
  ) {
    super(detail);
  }
}

const URL_PROBLEMS: Record<UrlProblem, string> = {
  malformed: 'This is no URL.',
  too_long: 'The URL is too long.',
  scheme: 'Only https is sent to.',
  user_info: 'A URL with a user name or password is not sent to.',
  port: 'Ports below 1024 other than 80 and 443 are not sent to.',
  host: 'A host name without a dot is not sent to.',
  address: 'The address is not one of the public internet.',
};

/** What is wrong with a URL, in words. */
export function describeUrlProblem(problem: UrlProblem): string {
  return URL_PROBLEMS[problem];
}

export function failure(reason: FailureReason, detail: string): Failure {
  return { kind: 'failed', reason, detail };
}

/** From whatever a request was ended with. */
export function failureOf(error: unknown): Failure {
  if (error instanceof OutboundError) return failure(error.reason, error.detail);
  const code = String((error as NodeJS.ErrnoException | undefined)?.code ?? '');
  if (isTls(code)) return failure('tls', `TLS could not be agreed upon (${code}).`);
  return failure('connection', code ? `The connection failed (${code}).` : 'The connection failed.');
}

/** OpenSSL's own errors, Node's, and those of certificates (`CERT_HAS_EXPIRED`, `DEPTH_ZERO_SELF_SIGNED_CERT` …). */
function isTls(code: string): boolean {
  return /^(ERR_SSL_|ERR_TLS_|EPROTO$|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|CRL_|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH)/.test(
    code,
  );
}
