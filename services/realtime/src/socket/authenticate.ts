import { bearerToken, type Actor, type TokenVerifier } from '@threadlog/auth';
import { problem } from '@threadlog/events';
import { countActor, countAddress, requireLeft, type RateLimits } from '@threadlog/service';
import { admit, type AdmitDeps, type Admitted } from '../connect/admit';

/** What the handshake of a socket proved and asked for. */
export interface Handshake extends Admitted {
  actor: Actor;
  /** What it is counted under while it has not proven who it is. */
  address: string;
}

export interface HandshakeSource {
  auth: Record<string, unknown>;
  headers: { authorization?: string | undefined };
}

export interface HandshakeDeps extends AdmitDeps {
  verifier: Pick<TokenVerifier, 'verify'>;
  rateLimits: Pick<RateLimits, 'consume'>;
}

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
  return { ...admit(deps, actor, source.auth.resume), actor, address };
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
