import { sign } from 'jsonwebtoken';
import { tokenOf, type Claims, type Signing } from './tokens';

/** An `Authorization` header that opens nothing; empty where none is sent. */
export interface WrongToken {
  what: string;
  header(claims: Claims, options: Signing): string;
}

/** Every way of being nobody: each is refused with `unauthorized`, on every surface. */
export const WRONG_TOKENS: readonly WrongToken[] = [
  { what: 'no token', header: () => '' },
  { what: 'another scheme', header: () => 'Basic YW5uOmFubg==' },
  { what: 'a text that is no token', header: () => 'Bearer nonsense' },
  { what: 'an unsigned token', header: () => `Bearer ${unsigned()}` },
  { what: 'an expired token', header: (claims, options) => `Bearer ${tokenOf(claims, options, -600)}` },
  {
    what: 'a token of another key',
    header: (claims, options) =>
      `Bearer ${tokenOf(claims, { ...options, secret: `${options.secret} of somebody else` })}`,
  },
  {
    what: 'a token of another algorithm',
    header: (claims, { secret, issuer }) => {
      const payload = { sub: claims.id, tenant_id: claims.tenant, role: claims.role, ...(issuer && { iss: issuer }) };
      return `Bearer ${sign(payload, secret, { algorithm: 'HS512', expiresIn: 600 })}`;
    },
  },
  {
    what: 'a token that was changed',
    header: (claims, options) => {
      const [head, payload = '', signature] = tokenOf(claims, options).split('.');
      const said = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
      return `Bearer ${head}.${part({ ...said, role: 'admin' })}.${signature}`;
    },
  },
];

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function unsigned(): string {
  return `${part({ alg: 'none', typ: 'JWT' })}.${part({ sub: 'ann', tenant_id: 't', exp: 9_999_999_999 })}.`;
}
