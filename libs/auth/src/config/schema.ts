import { z } from 'zod';
import { ROLES } from '../actor';
import { ALGORITHMS } from '../token/settings';

/** Marks what must not be printed, may come from a file, and is checked for strength in production. */
const secret = () => z.string().meta({ secret: 'key' });

/**
 * What tokens and internal callers are verified by, as variables of the environment: part of a service's schema.
 * `checkAuthConfig` sees what no variable can tell alone.
 */
export const authConfigShape = {
  AUTH_JWT_SECRET: secret().optional().describe('HS256: the secret shared with whoever signs the tokens'),
  AUTH_JWT_PUBLIC_KEY: z.string().optional().describe('RS256 or ES256: the public key of the signer, PEM'),
  AUTH_JWKS_URL: z.url().optional().describe('RS256 or ES256: where the key set of the signer is'),
  AUTH_ISSUERS: z
    .string()
    .meta({ secret: 'url' })
    .optional()
    .describe(
      'Several signers: JSON list of `{issuer, algorithm, secret | publicKey | jwksUrl, audience?, tenants}`, tenants being a list or `*`',
    ),
  AUTH_JWT_ALGORITHM: z.enum(ALGORITHMS).optional().describe('The only algorithm accepted; by default that of the key'),
  AUTH_JWT_ISSUER: z.string().optional().describe('What `iss` must be'),
  AUTH_JWT_AUDIENCE: z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .optional()
    .describe('What `aud` must hold, one of these'),
  AUTH_DEFAULT_TENANT: z.string().optional().describe('Tenant of tokens that name none; unset: they are refused'),
  AUTH_DEFAULT_ROLE: z.enum(ROLES).default('user').describe('Role of tokens that name none that is known'),
  AUTH_CLOCK_TOLERANCE_SECONDS: z.coerce
    .number()
    .int()
    .min(0)
    .max(60)
    .default(5)
    .describe('By how much the clocks of signers may differ'),
  INTERNAL_API_SECRET: secret()
    .optional()
    .describe('`X-Internal-Secret`; two, comma-separated, while rotating; unset: no internal API'),
  CLUSTER_SECRET: secret()
    .optional()
    .describe('Signs what instances forward to each other; two, comma-separated, while rotating: the first signs'),
};

/** The values of `authConfigShape`, as far as they are needed here. */
export interface AuthEnvironment {
  ENVIRONMENT?: string | undefined;
  AUTH_JWT_SECRET?: string | undefined;
  AUTH_JWT_PUBLIC_KEY?: string | undefined;
  AUTH_JWKS_URL?: string | undefined;
  AUTH_ISSUERS?: string | undefined;
  AUTH_JWT_ALGORITHM?: string | undefined;
  AUTH_JWT_ISSUER?: string | undefined;
  AUTH_JWT_AUDIENCE?: readonly string[] | undefined;
  AUTH_DEFAULT_TENANT?: string | undefined;
  AUTH_DEFAULT_ROLE?: string | undefined;
  AUTH_CLOCK_TOLERANCE_SECONDS?: number | undefined;
  INTERNAL_API_SECRET?: string | undefined;
  CLUSTER_SECRET?: string | undefined;
}
