import { problem, type ProblemError } from '@threadlog/events';
import jwt, { type JwtHeader } from 'jsonwebtoken';
import type { Actor } from '../actor';
import { createTokenCache } from './cache';
import { actorOf, type Claims } from './claims';
import { keyFinder } from './keyFinder';
import type { FindKey, VerificationKey } from './keys';
import type { IssuerSettings, TokenSettings } from './settings';

/** Longest token accepted, in characters; longer ones are not even parsed. */
const MAX_TOKEN_LENGTH = 16_384;
const MAX_CACHED = 20_000;

export interface TokenVerifier {
  /**
   * The actor of a token. Rejects with problem `unauthorized`, whose detail never holds the token or a claim's value,
   * or with `unavailable` while an issuer's keys could not be read even once.
   */
  verify(token: string): Promise<Actor>;
  /** The actor of a token verified within the last minute and not expired; for the hot path. */
  verifyCached(token: string): Actor | undefined;
}

export interface TokenVerifierDeps {
  /** Milliseconds since the epoch. */
  now?: () => number;
  fetch?: typeof fetch;
}

interface Issuer {
  settings: IssuerSettings;
  findKey: FindKey;
}

/**
 * Verifies tokens as `settings` say. Which key and algorithm count is decided by the settings alone: `alg`, `jku`,
 * `x5u` and `jwk` of a token choose nothing, `kid` only among the issuer's own keys. Throws on unusable keys.
 */
export function createTokenVerifier(settings: TokenSettings, deps: TokenVerifierDeps = {}): TokenVerifier {
  const now = deps.now ?? Date.now;
  const cache = createTokenCache(MAX_CACHED, now);
  const keyDeps = { now, fetch: deps.fetch ?? fetch };
  const issuers: Issuer[] = settings.issuers.map((issuer) => ({
    settings: issuer,
    findKey: keyFinder(issuer.key, keyDeps),
  }));

  const known = (token: string) => (token.length <= MAX_TOKEN_LENGTH ? cache.get(token) : undefined);

  async function verify(token: string): Promise<Actor> {
    const cached = known(token);
    if (cached) return cached;
    const { header, claims } = unverified(token);
    const issuer = issuers.find(({ settings: { issuer: name } }) => name === null || name === claims.iss);
    if (!issuer) throw refused('The issuer of the token is not accepted.');
    const key = await issuer.findKey(header.kid);
    if (!key) throw refused('The key of the token is not known.');
    const verified = verifiedClaims(token, key, issuer.settings, {
      clockTolerance: settings.clockToleranceSeconds,
      clockTimestamp: Math.floor(now() / 1000),
    });
    const actor = actorOf(verified, issuer.settings, settings);
    cache.set(token, actor);
    return actor;
  }

  return { verify, verifyCached: known };
}

/** What a token says before anything is proven: good for choosing an issuer and a key of its, for nothing else. */
function unverified(token: string): { header: JwtHeader; claims: Claims } {
  const { header, payload } = (token.length <= MAX_TOKEN_LENGTH && decode(token)) || NOTHING;
  if (!isObject(header) || !isObject(payload)) throw refused('The token is malformed.');
  // RFC 7515 section 4.1.11: extensions that are not understood must not be passed over.
  if ('crit' in header || (header.kid !== undefined && typeof header.kid !== 'string'))
    throw refused('The token is malformed.');
  return { header: header as JwtHeader & Claims, claims: payload };
}

/** Both parts are any JSON that somebody wrote: `null`, a number, a list, whatever the parser's types promise. */
interface Parts {
  header: unknown;
  payload: unknown;
}
const NOTHING: Parts = { header: null, payload: null };

function isObject(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Errors of the parser are dropped: their messages quote what they stumbled over. */
function decode(token: string): Parts | null {
  try {
    return jwt.decode(token, { complete: true });
  } catch {
    return null;
  }
}

type Timing = Pick<jwt.VerifyOptions, 'clockTolerance' | 'clockTimestamp'>;

function verifiedClaims(
  token: string,
  { key, algorithm }: VerificationKey,
  issuer: IssuerSettings,
  timing: Timing,
): Claims {
  if (issuer.algorithm !== null && issuer.algorithm !== algorithm) throw refused('The key of the token is not known.');
  const options: jwt.VerifyOptions & { complete: false } = { complete: false, ...timing, algorithms: [algorithm] };
  if (issuer.issuer !== null) options.issuer = issuer.issuer;
  if (issuer.audience !== null) options.audience = issuer.audience as [string, ...string[]];
  try {
    const claims: unknown = jwt.verify(token, key, options);
    if (isObject(claims)) return claims;
  } catch (error) {
    throw refused(reasonOf(error));
  }
  throw refused('The token is malformed.');
}

function reasonOf(error: unknown): string {
  if (error instanceof jwt.TokenExpiredError) return 'The token has expired.';
  if (error instanceof jwt.NotBeforeError) return 'The token is not valid yet.';
  return 'The token is not valid.';
}

function refused(detail: string): ProblemError {
  return problem('unauthorized', detail);
}

/** The token of an `Authorization: Bearer …` header; undefined where there is none. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +([A-Za-z0-9_.~+/=-]+) *$/i.exec(header ?? '')?.[1];
}
