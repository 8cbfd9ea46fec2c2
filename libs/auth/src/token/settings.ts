import type { TenantId } from '@threadlog/events';
import type { Role } from '../actor';

export const ALGORITHMS = ['HS256', 'RS256', 'ES256'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** A secret as a function: loggers, JSON and error messages cannot print what it holds. */
export type Secret = () => string;

/** How an issuer's tokens are verified: a shared secret of 32 bytes or more, a public key as PEM, or a key set by URL. */
export type IssuerKey =
  { kind: 'secret'; secret: Secret } | { kind: 'publicKey'; pem: string } | { kind: 'jwks'; url: string };

/** One issuer, bound to its key, its algorithm and its tenants. */
export interface IssuerSettings {
  /** What `iss` must be; null accepts any, and then there is no other issuer. */
  issuer: string | null;
  /** What `aud` must hold, one of these; null does not look at it. */
  audience: readonly string[] | null;
  key: IssuerKey;
  /** The only algorithm accepted; null takes it from the key: RSA is RS256, P-256 is ES256, a secret is HS256. */
  algorithm: Algorithm | null;
  /** Tenants it may speak for. */
  tenants: '*' | readonly string[];
}

export interface TokenSettings {
  issuers: readonly IssuerSettings[];
  /** Tenant of tokens that name none; null refuses them. */
  defaultTenant: TenantId | null;
  /** Role of tokens that name none, or none that is known here. */
  defaultRole: Role;
  /** Seconds by which clocks may differ, 60 at most. */
  clockToleranceSeconds: number;
}
