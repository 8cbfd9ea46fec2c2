import { sign } from 'jsonwebtoken';
import type { Options } from './options';

/** What a token says of somebody. */
export interface Claims {
  id: string;
  tenant: string;
  role: string;
  learnerIds: string[] | '*';
  /** Replace those of the role. */
  permissions?: string[];
}

const LIFETIME_SECONDS = 900;

/** What of a system's options makes a token that it accepts. */
export type Signing = Pick<Options, 'secret' | 'issuer' | 'audience'>;

/** A bearer token as an application would issue it. */
export function tokenOf(claims: Claims, options: Signing, lifetimeSeconds = LIFETIME_SECONDS): string {
  const { id, tenant, role, learnerIds, permissions } = claims;
  const now = Math.floor(Date.now() / 1000);
  const { issuer, audience, secret } = options;
  const payload = {
    sub: id,
    tenant_id: tenant,
    role,
    learner_ids: learnerIds,
    ...(permissions && { permissions }),
    iat: Math.min(now, now + lifetimeSeconds),
    exp: now + lifetimeSeconds,
    ...(issuer && { iss: issuer }),
    ...(audience && { aud: audience }),
  };
  return sign(payload, secret, { algorithm: 'HS256' });
}
