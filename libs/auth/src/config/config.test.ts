import jwt from 'jsonwebtoken';
import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { z } from 'zod';
import { createTokenVerifier } from '../token/verifier';
import { checkAuthConfig } from './check';
import { authConfigShape } from './schema';
import { clusterSecrets, internalSecrets, tokenSettings } from './settings';

const schema = z
  .object({ ENVIRONMENT: z.string().default('development'), ...authConfigShape })
  .superRefine(checkAuthConfig);
const secret = 'a shared secret of thirty-two bytes or more';
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const issuers = (...list: object[]) => ({ AUTH_ISSUERS: JSON.stringify(list) });
const first = { issuer: 'first', algorithm: 'HS256', secret, tenants: ['acme'] };

/** The names of the variables that are at fault. */
const faults = (env: Record<string, string>) => (schema.safeParse(env).error?.issues ?? []).map(({ path }) => path[0]);

describe('configuration of tokens', () => {
  test.each<[string, Record<string, string>]>([
    ['a secret', { AUTH_JWT_SECRET: secret }],
    ['a public key', { AUTH_JWT_PUBLIC_KEY: pem, AUTH_JWT_ALGORITHM: 'ES256' }],
    ['a public key in one line', { AUTH_JWT_PUBLIC_KEY: pem.replaceAll('\n', '\\n') }],
    ['a key set', { AUTH_JWKS_URL: 'https://issuer.example/jwks.json', ENVIRONMENT: 'production' }],
    ['a key set on this machine', { AUTH_JWKS_URL: 'http://127.0.0.1:3000/jwks', ENVIRONMENT: 'production' }],
    ['a key set by http in development', { AUTH_JWKS_URL: 'http://issuer/jwks' }],
    ['issuers', issuers(first, { ...first, issuer: 'second', tenants: '*', audience: 'chat' })],
  ])('given %s, when checked, then it is accepted', (_, env) => {
    expect(faults(env)).toEqual([]);
    expect(tokenSettings(schema.parse(env)).issuers.length).toBeGreaterThan(0);
  });

  test.each<[string, Record<string, string>, string[]]>([
    ['no key at all', {}, ['AUTH_JWT_SECRET']],
    ['two kinds of keys', { AUTH_JWT_SECRET: secret, AUTH_JWT_PUBLIC_KEY: pem }, ['AUTH_JWT_PUBLIC_KEY']],
    ['a PEM as secret', { AUTH_JWT_SECRET: pem }, ['AUTH_JWT_SECRET']],
    ['a text as public key', { AUTH_JWT_PUBLIC_KEY: secret }, ['AUTH_JWT_PUBLIC_KEY']],
    [
      'an algorithm that does not fit',
      { AUTH_JWT_SECRET: secret, AUTH_JWT_ALGORITHM: 'RS256' },
      ['AUTH_JWT_ALGORITHM'],
    ],
    ['an algorithm that is none', { AUTH_JWT_SECRET: secret, AUTH_JWT_ALGORITHM: 'none' }, ['AUTH_JWT_ALGORITHM']],
    ['a key set by http', { AUTH_JWKS_URL: 'http://issuer/jwks', ENVIRONMENT: 'staging' }, ['AUTH_JWKS_URL']],
    [
      'a host that only looks near',
      { AUTH_JWKS_URL: 'http://127.0.0.1.evil.example/', ENVIRONMENT: 'production' },
      ['AUTH_JWKS_URL'],
    ],
    ['a key set in a file', { AUTH_JWKS_URL: 'file:///etc/jwks' }, ['AUTH_JWKS_URL']],
    ['issuers that are no JSON', { AUTH_ISSUERS: '{' }, ['AUTH_ISSUERS']],
    ['no issuer', issuers(), ['AUTH_ISSUERS']],
    ['an issuer twice', issuers(first, first), ['AUTH_ISSUERS']],
    ['an issuer without key', issuers({ ...first, secret: undefined }), ['AUTH_ISSUERS']],
    ['an issuer with two keys', issuers({ ...first, publicKey: pem }), ['AUTH_ISSUERS']],
    ['an issuer whose algorithm does not fit', issuers({ ...first, algorithm: 'RS256' }), ['AUTH_ISSUERS']],
    ['an issuer without tenants', issuers({ ...first, tenants: [] }), ['AUTH_ISSUERS']],
    [
      'an issuer with a weak secret',
      { ...issuers({ ...first, secret: 'weak' }), ENVIRONMENT: 'production' },
      ['AUTH_ISSUERS'],
    ],
    ['a tenant that is no id', { AUTH_JWT_SECRET: secret, AUTH_DEFAULT_TENANT: 'a/b' }, ['AUTH_DEFAULT_TENANT']],
    ['a role that does not exist', { AUTH_JWT_SECRET: secret, AUTH_DEFAULT_ROLE: 'root' }, ['AUTH_DEFAULT_ROLE']],
    [
      'clocks far apart',
      { AUTH_JWT_SECRET: secret, AUTH_CLOCK_TOLERANCE_SECONDS: '61' },
      ['AUTH_CLOCK_TOLERANCE_SECONDS'],
    ],
  ])('given %s, when checked, then the variable is named and no value is told', (_, env, names) => {
    expect(faults(env)).toEqual(names);
    const told = JSON.stringify(schema.safeParse(env).error?.issues);
    for (const value of [secret, 'weak', pem.slice(30, 60)]) expect(told).not.toContain(value);
  });

  test('given the settings, when they are printed, then no secret is in it', () => {
    for (const env of [{ AUTH_JWT_SECRET: secret }, issuers(first)]) {
      const settings = tokenSettings(schema.parse(env));
      expect(inspect(settings, { depth: null }) + JSON.stringify(settings)).not.toContain(secret);
    }
  });

  test('given the settings, when a token is verified by them, then issuer, audience, tenant and role are as configured', async () => {
    const env = schema.parse({
      AUTH_JWT_PUBLIC_KEY: pem.replaceAll('\n', '\\n'),
      AUTH_JWT_ISSUER: 'master-service',
      AUTH_JWT_AUDIENCE: 'chat, chat-v2',
      AUTH_DEFAULT_TENANT: 'acme',
      AUTH_DEFAULT_ROLE: 'learner',
    });
    const { verify } = createTokenVerifier(tokenSettings(env));
    const sign = (iss: string) =>
      jwt.sign({ sub: 'ann', iss, aud: 'chat-v2' }, pair.privateKey, { algorithm: 'ES256', expiresIn: 60 });
    expect(await verify(sign('master-service'))).toMatchObject({ tenantId: 'acme', role: 'learner' });
    await expect(verify(sign('another'))).rejects.toMatchObject({ problem: { code: 'unauthorized' } });
  });

  test('given secrets for a rotation, when read, then there are two, the first in front', () => {
    const env = schema.parse({ AUTH_JWT_SECRET: secret, INTERNAL_API_SECRET: 'a, b', CLUSTER_SECRET: 'c' });
    expect(internalSecrets(env).map((read) => read())).toEqual(['a', 'b']);
    expect(clusterSecrets(env).map((read) => read())).toEqual(['c']);
    expect(internalSecrets({})).toEqual([]);
  });
});
