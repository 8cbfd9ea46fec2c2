import { bearerToken, holds, type Actor, type TokenVerifier } from '@threadlog/auth';
import { threadIdSchema } from '@threadlog/events';
import { problemOf } from '@threadlog/service';
import { z } from 'zod';
import type { Since } from '../sync/join';

/** What the handshake of a socket proved and asked for. */
export interface Handshake {
  actor: Actor;
  resume: Since | null;
}

interface HandshakeSource {
  auth: Record<string, unknown>;
  headers: { authorization?: string | undefined };
}

const resumeSchema = z.record(threadIdSchema, z.int().min(0));

/**
 * The actor and resume map of a handshake: the token from `auth.token`, with or without `Bearer`, else from the
 * `Authorization` header; never from the URL, which ends up in logs. Rejects with an Error whose message goes to the
 * client's `connect_error`: `unauthorized`, `forbidden`, `invalid_request`, `unavailable`.
 */
export async function readHandshake(
  { auth, headers }: HandshakeSource,
  verifier: Pick<TokenVerifier, 'verify'>,
  maxResume: number,
): Promise<Handshake> {
  const given = typeof auth.token === 'string' && auth.token !== '' ? auth.token : (headers.authorization ?? '');
  const token = bearerToken(given) ?? given;
  if (!token) throw new Error('unauthorized');
  const actor = await verifier.verify(token).catch((cause: unknown) => {
    throw new Error(problemOf(cause)?.code ?? 'unavailable', { cause });
  });
  if (!holds(actor, 'chat:read')) throw new Error('forbidden');
  return { actor, resume: readResume(auth.resume, maxResume) };
}

function readResume(given: unknown, most: number): Since | null {
  if (given === undefined || given === null) return null;
  const parsed = resumeSchema.safeParse(given);
  if (!parsed.success || Object.keys(parsed.data).length > most) throw new Error('invalid_request');
  return new Map(Object.entries(parsed.data));
}
