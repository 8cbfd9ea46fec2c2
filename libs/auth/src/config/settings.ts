import { tenantIdInputSchema } from '@threadlog/events';
import { z } from 'zod';
import { ROLES } from '../actor';
import { ALGORITHMS, type IssuerSettings, type Secret, type TokenSettings } from '../token/settings';
import { keyOf, parseIssuers } from './issuers';
import type { AuthEnvironment } from './schema';

const DEFAULT_TOLERANCE_SECONDS = 5;

/** Token settings of an environment that `checkAuthConfig` has passed; throws on others. */
export function tokenSettings(env: AuthEnvironment): TokenSettings {
  return {
    issuers: env.AUTH_ISSUERS === undefined ? [onlyIssuer(env)] : listedIssuers(env.AUTH_ISSUERS),
    defaultTenant: tenantIdInputSchema.nullable().parse(env.AUTH_DEFAULT_TENANT ?? null),
    defaultRole: z.enum(ROLES).parse(env.AUTH_DEFAULT_ROLE ?? 'user'),
    clockToleranceSeconds: env.AUTH_CLOCK_TOLERANCE_SECONDS ?? DEFAULT_TOLERANCE_SECONDS,
  };
}

function listedIssuers(text: string): IssuerSettings[] {
  const { issuers, problems } = parseIssuers(text);
  if (problems.length > 0) throw new TypeError(`AUTH_ISSUERS: ${problems.join('; ')}`);
  return issuers;
}

function onlyIssuer(env: AuthEnvironment): IssuerSettings {
  return {
    issuer: env.AUTH_JWT_ISSUER ?? null,
    audience: env.AUTH_JWT_AUDIENCE ?? null,
    key: keyOf({ secret: env.AUTH_JWT_SECRET, publicKey: env.AUTH_JWT_PUBLIC_KEY, jwksUrl: env.AUTH_JWKS_URL }),
    algorithm: z
      .enum(ALGORITHMS)
      .nullable()
      .parse(env.AUTH_JWT_ALGORITHM ?? null),
    tenants: '*',
  };
}

/** The secrets accepted in `X-Internal-Secret`; empty where the internal API is off. */
export function internalSecrets(env: AuthEnvironment): Secret[] {
  return secretList(env.INTERNAL_API_SECRET);
}

/** The secrets for forwarding between instances, the signing one first; empty where none is set. */
export function clusterSecrets(env: AuthEnvironment): Secret[] {
  return secretList(env.CLUSTER_SECRET);
}

/** The tokens of operators; empty where none is set, and then nobody is one. */
export function operatorTokens({ OPS_TOKEN }: { OPS_TOKEN?: string | undefined }): Secret[] {
  return secretList(OPS_TOKEN);
}

/** The tokens of operators who may see what people wrote as well. */
export function revealTokens({ OPS_REVEAL_TOKEN }: { OPS_REVEAL_TOKEN?: string | undefined }): Secret[] {
  return secretList(OPS_REVEAL_TOKEN);
}

function secretList(text = ''): Secret[] {
  const parts = text.split(',').map((part) => part.trim());
  return parts.filter((part) => part !== '').map((part) => () => part);
}
