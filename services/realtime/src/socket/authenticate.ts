import { bearerToken, hasPermission, type Actor, type TokenVerifier } from '@threadlog/auth';
import { problem, threadIdInputSchema } from '@threadlog/events';
import { countActor, countAddress, requireLeft, type RateLimits } from '@threadlog/service';
import { z } from 'zod';
import type { Since } from '../sync/join';
import type { SocketSlot, SocketSlots } from './socketSlots';

/** What the handshake of a socket proved and asked for. */
export interface Handshake {
  actor: Actor;
  resume: Since | null;
  /** What it is counted under while it has not proven who it is. */
  address: string;
  slot: SocketSlot;
}

export interface HandshakeSource {
  auth: Record<string, unknown>;
  headers: { authorization?: string | undefined };
}

export interface HandshakeDeps {
  verifier: Pick<TokenVerifier, 'verify'>;
  rateLimits: Pick<RateLimits, 'consume'>;
  slots: SocketSlots;
  /** Threads that a resume map may name. */
  maxResume: number;
}

const resumeSchema = z.record(threadIdInputSchema, z.int().min(0));

/**
 * Lets a handshake in, counted as the API counts a request: with a valid token for its user and tenant, else for its
 * address, so that guessing tokens is slow. Rejects with a problem: `unauthorized`, `unavailable`, `rate_limited`,
 * `forbidden`, `invalid_request`.
 */
export async function admitHandshake(
  deps: HandshakeDeps,
  source: HandshakeSource,
  address: string,
): Promise<Handshake> {
  const actor = await provenActor(source, deps).catch((refusal: unknown) =>
    countUnauthenticated(deps, address, refusal),
  );
  requireLeft(await countActor(deps.rateLimits, actor));
  if (!hasPermission(actor, 'chat:read')) throw problem('forbidden', 'The token does not allow reading.');
  const resume = readResume(source.auth.resume, deps.maxResume);
  const slot = deps.slots.take(actor);
  if (!slot) throw problem('rate_limited', 'This user has too many sockets.', { retryAfter: 1 });
  return { actor, resume, address, slot };
}

/** Counts for its address what somebody without a valid token was refused, and rejects with that. */
export async function countUnauthenticated(
  { rateLimits }: Pick<HandshakeDeps, 'rateLimits'>,
  address: string,
  refusal: unknown,
): Promise<never> {
  requireLeft(await countAddress(rateLimits, address));
  throw refusal;
}

/** The token from `auth.token`, with or without `Bearer`, else from the `Authorization` header; never from the URL, which ends up in logs. */
async function provenActor(
  { auth, headers }: HandshakeSource,
  { verifier }: Pick<HandshakeDeps, 'verifier'>,
): Promise<Actor> {
  const given = typeof auth.token === 'string' && auth.token !== '' ? auth.token : (headers.authorization ?? '');
  const token = bearerToken(given) ?? given;
  if (!token) throw problem('unauthorized', 'A bearer token is required.');
  return verifier.verify(token);
}

function readResume(given: unknown, most: number): Since | null {
  if (given === undefined || given === null) return null;
  // Counted first: a list without an end is not looked through.
  const isTooLong = typeof given === 'object' && Object.keys(given).length > most;
  const parsed = isTooLong ? undefined : resumeSchema.safeParse(given);
  if (!parsed?.success) throw problem('invalid_request', `The resume map must give seqs by thread, ${most} at most.`);
  return new Map(Object.entries(parsed.data));
}
