import type { z } from 'zod';
import { tenantIdInputSchema } from '@threadlog/events';
import { keyFinder } from '../token/keyFinder';
import type { IssuerKey } from '../token/settings';
import { fits, keyOf, parseIssuers } from './issuers';
import type { AuthEnvironment } from './schema';

/** Shortest secret of an issuer in production, in bytes: as long as the hash it keys. */
const MIN_SECRET_BYTES = 32;

type Report = (name: string, message: string) => void;

/**
 * Reports what no variable can tell alone: `superRefine` of a schema with `authConfigShape` and `ENVIRONMENT`. Messages
 * hold no values. The strength of secrets that have a variable of their own is the loader's to check.
 */
export function checkAuthConfig(env: AuthEnvironment, context: Pick<z.RefinementCtx, 'addIssue'>): void {
  const report: Report = (name, message) => context.addIssue({ code: 'custom', path: [name], message });
  checkSource(env, report);
  checkOnlyIssuer(env, report);
  checkIssuers(env, report);
  if (env.AUTH_DEFAULT_TENANT !== undefined && !tenantIdInputSchema.safeParse(env.AUTH_DEFAULT_TENANT).success)
    report('AUTH_DEFAULT_TENANT', 'must be a tenant id');
}

const SOURCES = ['AUTH_JWT_SECRET', 'AUTH_JWT_PUBLIC_KEY', 'AUTH_JWKS_URL', 'AUTH_ISSUERS'] as const;

function checkSource(env: AuthEnvironment, report: Report): void {
  const given = SOURCES.filter((name) => env[name] !== undefined);
  if (given.length === 0) report('AUTH_JWT_SECRET', `one of ${SOURCES.join(', ')} must be set`);
  if (given.length > 1) report(given[1] ?? '', `only one of ${given.join(', ')} may be set`);
}

function checkOnlyIssuer(env: AuthEnvironment, report: Report): void {
  const sources = [
    { name: 'AUTH_JWT_SECRET', given: { secret: env.AUTH_JWT_SECRET } },
    { name: 'AUTH_JWT_PUBLIC_KEY', given: { publicKey: env.AUTH_JWT_PUBLIC_KEY } },
    { name: 'AUTH_JWKS_URL', given: { jwksUrl: env.AUTH_JWKS_URL } },
  ];
  for (const { name, given } of sources) {
    if (Object.values(given).every((value) => value === undefined)) continue;
    const key = keyOf(given);
    checkKey(key, env, (message) => report(name, message));
    const { AUTH_JWT_ALGORITHM: algorithm } = env;
    if (algorithm !== undefined && !fits(algorithm as 'HS256', key))
      report('AUTH_JWT_ALGORITHM', 'HS256 goes with AUTH_JWT_SECRET, RS256 and ES256 with public keys');
  }
}

function checkIssuers(env: AuthEnvironment, report: Report): void {
  if (env.AUTH_ISSUERS === undefined) return;
  const { issuers, problems } = parseIssuers(env.AUTH_ISSUERS);
  for (const message of problems) report('AUTH_ISSUERS', message);
  for (const { issuer, key } of issuers) {
    checkKey(key, env, (message) => report('AUTH_ISSUERS', `${issuer}: its key ${message}`));
    if (key.kind === 'secret' && isProduction(env) && Buffer.byteLength(key.secret()) < MIN_SECRET_BYTES)
      report('AUTH_ISSUERS', `${issuer}: its key must have at least ${MIN_SECRET_BYTES} bytes in production`);
  }
}

function checkKey(key: IssuerKey, env: AuthEnvironment, report: (message: string) => void): void {
  if (key.kind === 'jwks') {
    if (!isSafe(key.url, env)) report('must be fetched by https');
    return;
  }
  try {
    keyFinder(key, { now: Date.now, fetch });
  } catch {
    const publicKey = 'must be the PEM of a public key, RSA of 2048 bits or more or EC P-256';
    report(key.kind === 'secret' ? 'must be a shared secret, not a PEM' : publicKey);
  }
}

/** Keys that came over an open line prove nothing; within one machine, or in development, there is no such line. */
function isSafe(url: string, env: AuthEnvironment): boolean {
  const { protocol, hostname } = new URL(url);
  const near = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  const development = /^(dev|test|local)/i.test(env.ENVIRONMENT ?? '');
  return protocol === 'https:' || (protocol === 'http:' && (near || development));
}

function isProduction({ ENVIRONMENT = '' }: AuthEnvironment): boolean {
  return /^prod/i.test(ENVIRONMENT);
}
