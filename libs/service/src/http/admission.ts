import { PERMISSIONS, type Actor } from '@threadlog/auth';
import { problem, tenantIdSchema } from '@threadlog/events';
import type { Request, Response } from 'express';
import { createHash, timingSafeEqual } from 'node:crypto';
import { problemOf } from '../problems';
import { addressKey } from './clientAddress';
import type { LimitName, LimitState, RateLimits } from './rateLimits';
import { contextOf } from './requestContext';
import type { RouteAuth } from './route';

/** What libs/auth offers: the signature and claims of a token checked, and an actor made of them. */
export interface TokenVerifier {
  /** Rejects with problem `unauthorized`, or `unavailable` where keys cannot be fetched. */
  verify(token: string): Promise<Actor>;
  /** The actor of a token that was verified before and has not expired; never waits. */
  verifyCached(token: string): Actor | undefined;
}

/** The door of a process: sets the context's actor and counts against the rate limits, or throws a problem. */
export interface Admission {
  admit(auth: RouteAuth, request: Request, response: Response): Promise<void>;
}

export interface AdmissionOptions {
  verifier: TokenVerifier;
  limits: RateLimits;
  /** Accepted values of `X-Internal-Secret`; none means that internal routes do not exist. */
  internalSecrets?: readonly string[];
  /** Tenant of internal requests without `X-Tenant-Id`. */
  defaultTenant?: string;
}

/** A door per process, shared by all its routes. */
export function createAdmission({
  verifier,
  limits,
  internalSecrets = [],
  defaultTenant,
}: AdmissionOptions): Admission {
  const digests = internalSecrets.map(sha256);

  async function admitAnyone(request: Request, response: Response): Promise<void> {
    spend(response, [await limits.consume('ip', addressKey(request.ip))]);
  }

  /** Whoever has no valid credential is counted by address, so that guessing is slow. */
  async function refuse(request: Request, response: Response, error: unknown): Promise<never> {
    await admitAnyone(request, response);
    response.setHeader('WWW-Authenticate', 'Bearer');
    throw error;
  }

  async function verified(request: Request, response: Response): Promise<Actor> {
    const token = bearerToken(request);
    if (!token) return refuse(request, response, problem('unauthorized', 'A bearer token is required.'));
    const known = verifier.verifyCached(token);
    if (known) return known;
    return verifier.verify(token).catch((error: unknown) => {
      if (problemOf(error)?.code === 'unauthorized') return refuse(request, response, error);
      throw error;
    });
  }

  async function admitUser(request: Request, response: Response): Promise<void> {
    const actor = await verified(request, response);
    contextOf(request).actor = actor;
    const own = await limits.consume('actor', `${actor.tenantId}/${actor.id}`);
    // What an actor is refused must not use up its tenant's share.
    spend(response, own?.exceeded ? [own] : [own, await limits.consume('tenant', actor.tenantId)]);
  }

  async function admitInternal(request: Request, response: Response): Promise<void> {
    if (digests.length === 0) throw problem('not_found', 'No such route.');
    const given = sha256(request.get('x-internal-secret') ?? '');
    // Every digest is compared, so that the time taken does not tell which one was close.
    const matches = digests.filter((digest) => timingSafeEqual(digest, given)).length;
    if (matches === 0) {
      await admitAnyone(request, response);
      throw problem('unauthorized', 'X-Internal-Secret is missing or wrong.');
    }
    contextOf(request).actor = internalActor(request.get('x-tenant-id') ?? defaultTenant);
  }

  const doors = { none: admitAnyone, user: admitUser, internal: admitInternal };
  return { admit: (auth, request, response) => doors[auth](request, response) };
}

function bearerToken(request: Request): string | undefined {
  const header = request.headers.authorization;
  if (!header || header.slice(0, 7).toLowerCase() !== 'bearer ') return undefined;
  return header.slice(7).trim() || undefined;
}

function internalActor(tenant: string | undefined): Actor {
  const parsed = tenantIdSchema.safeParse(tenant);
  if (!parsed.success) throw problem('invalid_request', 'X-Tenant-Id must name a tenant.');
  return {
    tenantId: parsed.data,
    id: 'internal',
    type: 'internal',
    role: 'admin',
    permissions: [...PERMISSIONS],
    learnerScope: '*',
    expiresAt: null,
  };
}

/** Writes the headers of the limit that is nearest to its end, and refuses where one is exceeded. */
function spend(response: Response, consumed: readonly (LimitState | undefined)[]): void {
  const states = consumed.filter((state) => state !== undefined);
  const [tightest] = states.toSorted((a, b) => a.remaining / a.quota - b.remaining / b.quota);
  if (!tightest) return;
  response.setHeader('RateLimit', `"${tightest.limit}";r=${tightest.remaining};t=${tightest.resetSeconds}`);
  response.setHeader('RateLimit-Policy', states.map(policyOf).join(', '));
  const exceeded = states.find((state) => state.exceeded);
  if (exceeded) {
    throw problem('rate_limited', REFUSALS[exceeded.limit], { retryAfter: exceeded.resetSeconds });
  }
}

function policyOf({ limit, quota, windowSeconds }: LimitState): string {
  return `"${limit}";q=${quota};w=${windowSeconds}`;
}

const REFUSALS: Record<LimitName, string> = {
  ip: 'Too many requests without a valid token from this address.',
  actor: 'Too many requests of this user.',
  tenant: 'Too many requests of this tenant.',
};

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
