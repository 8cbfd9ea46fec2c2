import { FORWARD_SIGNATURE_HEADER, type ForwardSigner } from '@threadlog/auth';
import { randomUUID } from 'node:crypto';
import { createForwardGuard } from './forwardGuard';
import type { CommandRequest, CommandResult } from './router';

/** Path of the endpoint on the operations port that takes commands from other processes. */
export const FORWARD_PATH = '/internal/commands';

/** A command as one process hands it to another. */
export interface ForwardedCommand {
  request: CommandRequest;
  /** Which of a pair's direct conversations is meant: how many before it were deleted. */
  directGeneration: number;
  /** `owner`: carry it out there or say that it is not the owner. `route`: bring it to whoever is. */
  as: 'owner' | 'route';
}

/** The other side's answer; `notOwner` promises that nothing was appended. */
export type ForwardAnswer = { result: CommandResult } | { notOwner: true };

export interface ForwardClientOptions {
  signer: ForwardSigner;
  /** Address ranges (CIDR) that commands may be sent to, whatever a lease row says. */
  allowedRanges: readonly string[];
  /** Connections kept to each instance. */
  connections?: number;
}

export interface ForwardClient {
  /** Rejects with `NotReachedError` when nothing was sent; after that an unknown outcome is an answer like any other. */
  send(baseUrl: string, command: ForwardedCommand): Promise<ForwardAnswer>;
  close(): Promise<void>;
}

/** The request did not reach the other process: nothing was appended there. */
export class NotReachedError extends Error {
  override readonly name = 'NotReachedError';
}

const NOTHING_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);
const CONNECT_TIMEOUT_MS = 1_000;
/** The other side answers within the command's time; the answer itself needs a little more. */
const GRACE_MS = 500;

export function createForwardClient({ signer, allowedRanges, connections = 16 }: ForwardClientOptions): ForwardClient {
  const guard = createForwardGuard(allowedRanges);
  let opened: ReturnType<typeof open> | undefined;

  /** With the first command: where all roles are in one process nothing is ever sent, and this would take 9 MB. */
  async function open() {
    const { Agent, request } = await import('undici');
    const connect = { timeout: CONNECT_TIMEOUT_MS, lookup: guard.lookup };
    return { request, dispatcher: new Agent({ connections, connect }) };
  }

  return {
    async send(baseUrl, command) {
      if (!guard.allows(baseUrl)) throw new NotReachedError(`${baseUrl} is outside the allowed ranges`);
      const body = JSON.stringify({ ...command, request: withKey(command.request) });
      const signature = signer.signForward({ method: 'POST', path: FORWARD_PATH, body });
      const timeout = command.request.timeoutMs + GRACE_MS;
      try {
        const { request, dispatcher } = await (opened ??= open());
        const response = await request(`${baseUrl}${FORWARD_PATH}`, {
          method: 'POST',
          body,
          dispatcher,
          headersTimeout: timeout,
          bodyTimeout: timeout,
          headers: { 'content-type': 'application/json', [FORWARD_SIGNATURE_HEADER]: signature },
        });
        const answer = (await response.body.json()) as ForwardAnswer;
        if (REFUSED.has(response.statusCode)) throw new NotReachedError(`${baseUrl} has another cluster secret`);
        return response.statusCode === 200 ? answer : UNKNOWN;
      } catch (error) {
        if (error instanceof NotReachedError) throw error;
        if (NOTHING_SENT.has((error as NodeJS.ErrnoException).code ?? '')) {
          throw new NotReachedError(`${baseUrl} cannot be reached`, { cause: error });
        }
        return UNKNOWN;
      }
    },
    close: async () => (await opened)?.dispatcher.close(),
  };
}

/**
 * Whoever reads the wire could send the signed request again while its signature counts: under a key that changes
 * nothing, so one is minted where the caller has none. The worker's commands can be given twice anyway, and must get
 * through where the tenant's key, which keys are hashed with, is destroyed.
 */
function withKey(request: CommandRequest): CommandRequest {
  if (request.idempotencyKey !== null || request.actor.type === 'system') return request;
  return { ...request, idempotencyKey: `minted:${randomUUID()}` };
}

/** The signature was not accepted, or too many before it were not: the command was not looked at. */
const REFUSED: ReadonlySet<number> = new Set([401, 429]);

const UNKNOWN: ForwardAnswer = {
  result: {
    ok: false,
    problem: {
      code: 'outcome_unknown',
      detail: 'The command may have been carried out or not. Send it again with the same idempotency key.',
      retryAfter: 1,
    },
  },
};
