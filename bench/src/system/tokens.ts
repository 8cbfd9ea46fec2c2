import { randomBytes } from 'node:crypto';
import { sign } from 'jsonwebtoken';

export interface TokenSettings {
  secret: string;
  issuer: string;
}

/** Somebody who uses the system, with the token that says so. */
export interface Person {
  userId: string;
  token: string;
}

export interface Tenant {
  tenantId: string;
  /** With the role `user` unless another is named: whoever is asked for twice keeps the first. */
  person(userId: string, role?: 'admin' | 'user'): Person;
}

const VALID_SECONDS = 6 * 3_600;

/** A tenant of its own for each run, so that a system in use can be measured without touching what is in it. */
export function createTenant(kind: string, { secret, issuer }: TokenSettings): Tenant {
  const tenantId = `${kind}-${randomBytes(6).toString('hex')}`;
  const people = new Map<string, Person>();
  return {
    tenantId,
    person(userId, role = 'user') {
      let person = people.get(userId);
      if (!person) {
        const claims = { sub: userId, tenant_id: tenantId, role };
        person = { userId, token: sign(claims, secret, { algorithm: 'HS256', issuer, expiresIn: VALID_SECONDS }) };
        people.set(userId, person);
      }
      return person;
    },
  };
}
