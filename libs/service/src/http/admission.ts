import { bearerToken, internalSecretVerifier, PERMISSIONS, type Actor } from '@threadlog/auth';
import { problem, tenantIdInputSchema } from '@threadlog/events';
import type { Request, Response } from 'express';
import { problemOf } from '../problems';
import { countActor, countAddress, requireLeft, type Counted } from './budget';
import { requesterKey } from './clientAddress';
import type { LimitState, RateLimits } from './rateLimits';
import { contextOf } from './requestContext';
import type { RouteAuth } from './route';

/** What libs/auth offers: the signature and claims of a token checked, and an actor made of them. */
export interface TokenVerifier {
  /** Rejects with problem `unauthorized`, or `unavailable` where keys cannot be fetched. */
  verify(token: string): Promise<Actor>;
  /** The actor of a token that was verified before and has not expired; never waits. */
  verifyCached(token: string): Actor | undefined;
}

/**
 * The door of a process: sets the context's actor and counts against the rate limits, or throws a problem. Whoever is
 * refused without a valid credential is counted by address where refusals become answers (`countUnauthenticated`).
 */
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
  const isInternalSecret = internalSecretVerifier(internalSecrets);

  async function admitAnyone(request: Request, response: Response): Promise<void> {
    contextOf(request).counted = true;
    spend(response, await countAddress(limits, requesterKey(request, proxiesOf(request))));
  }

  async function verified(request: Request, response: Response): Promise<Actor> {
    const token = bearerToken(request.headers.authorization);
    const known = token && verifier.verifyCached(token);
    if (known) return known;
    try {
      if (!token) throw problem('unauthorized', 'A bearer token is required.');
      return await verifier.verify(token);
    } catch (error) {
      if (problemOf(error)?.code === 'unauthorized') response.setHeader('WWW-Authenticate', 'Bearer');
      throw error;
    }
  }

  async function admitUser(request: Request, response: Response): Promise<void> {
    const actor = await verified(request, response);
    const context = contextOf(request);
    context.actor = actor;
    context.counted = true;
    spend(response, await countActor(limits, actor));
  }

  async function admitInternal(request: Request): Promise<void> {
    if (internalSecrets.length === 0) throw problem('not_found', 'No such route.');
    if (!isInternalSecret(request.get('x-internal-secret')))
      throw problem('unauthorized', 'X-Internal-Secret is missing or wrong.');
    const context = contextOf(request);
    context.counted = true;
    context.actor = internalActor(request.get('x-tenant-id') ?? defaultTenant);
  }

  const doors = { none: admitAnyone, user: admitUser, internal: admitInternal };
  return { admit: (auth, request, response) => doors[auth](request, response) };
}

function internalActor(tenant: string | undefined): Actor {
  const parsed = tenantIdInputSchema.safeParse(tenant);
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
function spend(response: Response, states: Counted): void {
  if (response.headersSent) return;
  const [tightest] = states.toSorted((a, b) => a.remaining / a.quota - b.remaining / b.quota);
  if (!tightest) return;
  response.setHeader('RateLimit', `"${tightest.limit}";r=${tightest.remaining};t=${tightest.resetSeconds}`);
  response.setHeader('RateLimit-Policy', states.map(policyOf).join(', '));
  requireLeft(states);
}

function policyOf({ limit, quota, windowSeconds }: LimitState): string {
  return `"${limit}";q=${quota};w=${windowSeconds}`;
}

/** Counts whoever is refused without having proven who it is, by its address, so that guessing is slow. */
export type CountUnauthenticated = (request: Request, response: Response) => Promise<void>;

/**
 * For the one place where anything thrown becomes an answer: each 4xx and 5xx of somebody unknown counts, whatever went
 * wrong. Rejects with `rate_limited` where the address had too many.
 */
export function countUnauthenticated(limits: Pick<RateLimits, 'consume'>): CountUnauthenticated {
  return async (request, response) => {
    const context = contextOf(request);
    if (context.counted) return;
    context.counted = true;
    spend(response, await countAddress(limits, requesterKey(request, proxiesOf(request))));
  };
}

function proxiesOf(request: Request): number {
  return request.app.get('trust proxy') as number;
}
