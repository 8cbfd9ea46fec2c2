import { ProblemError } from '@threadlog/events';
import { GARBAGE_TOKENS } from '@threadlog/testing';
import jwt from 'jsonwebtoken';
import { createHmac, generateKeyPairSync } from 'node:crypto';
import type { IssuerSettings, TokenSettings } from './settings';
import { bearerToken, createTokenVerifier } from './verifier';

const NOW = Date.UTC(2026, 10, 21, 12);
const seconds = NOW / 1000;
const secret = 'a shared secret of thirty-two bytes or more';
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pemOf = ({ publicKey }: typeof rsa) => publicKey.export({ type: 'spki', format: 'pem' }).toString();

const claims = { sub: 'ann', tenant_id: 'acme', iss: 'master-service', iat: seconds - 10, exp: seconds + 600 };
const byText: IssuerSettings = {
  issuer: 'master-service',
  audience: null,
  key: { kind: 'secret', secret: () => secret },
  algorithm: null,
  tenants: '*',
};
const byPem = (pair: typeof rsa): IssuerSettings => ({ ...byText, key: { kind: 'publicKey', pem: pemOf(pair) } });

function verifierOf(...issuers: IssuerSettings[]) {
  const clock = { now: NOW };
  const settings: TokenSettings = { issuers, defaultTenant: null, defaultRole: 'user', clockToleranceSeconds: 5 };
  return { clock, ...createTokenVerifier(settings, { now: () => clock.now }) };
}
const hs = (payload: object, options: jwt.SignOptions = {}) =>
  jwt.sign(payload, secret, { ...options, noTimestamp: true });

/** A token put together by hand, as an attacker would. */
function forged(header: object, payload: object, sign: (input: string) => string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${part(header)}.${part(payload)}`;
  return `${input}.${sign(input)}`;
}
const hmac = (key: string) => (input: string) => createHmac('sha256', key).update(input).digest('base64url');

async function refusal(verify: (token: string) => Promise<unknown>, token: string): Promise<ProblemError> {
  const error: unknown = await verify(token).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ProblemError)) throw new Error('the token was not refused', { cause: error });
  return error;
}

describe('tokens that are right', () => {
  test.each([
    ['HS256', byText, hs(claims)],
    ['RS256', byPem(rsa), jwt.sign(claims, rsa.privateKey, { algorithm: 'RS256' })],
    ['ES256', byPem(ec), jwt.sign(claims, ec.privateKey, { algorithm: 'ES256' })],
  ])('given a token signed by %s, when verified, then it gives its actor', async (_, issuer, token) => {
    const { verify } = verifierOf(issuer);
    expect(await verify(token)).toEqual({
      tenantId: 'acme',
      id: 'ann',
      type: 'user',
      role: 'user',
      permissions: ['chat:read', 'chat:write'],
      learnerScope: [],
      expiresAt: seconds + 600,
    });
  });

  test.each([
    ['just expired', { exp: seconds - 4 }],
    ['valid in a moment', { nbf: seconds + 4 }],
  ])('given clocks that differ a little, when a token %s is verified, then it is taken', async (_, change) => {
    const { verify } = verifierOf(byText);
    expect(await verify(hs({ ...claims, ...change }))).toMatchObject({ id: 'ann' });
  });

  test('given an audience is configured, when one of those of the token matches, then it is taken', async () => {
    const { verify } = verifierOf({ ...byText, audience: ['chat', 'chat-v2'] });
    expect(await verify(hs({ ...claims, aud: ['web', 'chat'] }))).toMatchObject({ id: 'ann' });
  });

  test('given no issuer is configured, when verified, then any is taken, or none', async () => {
    const { verify } = verifierOf({ ...byText, issuer: null });
    expect(await verify(hs({ ...claims, iss: 'somebody' }))).toMatchObject({ id: 'ann' });
    const { iss: _iss, ...without } = claims;
    expect(await verify(hs(without))).toMatchObject({ id: 'ann' });
  });
});

describe('tokens that are wrong', () => {
  const good = hs(claims);
  const [head, body, signature] = good.split('.') as [string, string, string];
  const { exp: _exp, ...endless } = claims;
  const { iss: _iss, ...anonymous } = claims;
  const swapped = (part: string) => (part.startsWith('A') ? `B${part.slice(1)}` : `A${part.slice(1)}`);
  const rs = (payload: object, options: jwt.SignOptions = {}) =>
    jwt.sign(payload, rsa.privateKey, { ...options, algorithm: 'RS256' });
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 });

  const cases: [string, IssuerSettings, string][] = [
    ['nothing', byText, ''],
    ['text', byText, 'not a token'],
    ['two dots', byText, '..'],
    ['a header that is no JSON', byText, `${Buffer.from('{"alg"').toString('base64url')}.${body}.${signature}`],
    ['a payload that is a string', byText, jwt.sign('text', secret)],
    ['a payload that is a list', byText, forged({ alg: 'HS256' }, [1], hmac(secret))],
    ['algorithm none', byText, forged({ alg: 'none' }, claims, () => '')],
    ['algorithm nOnE', byText, forged({ alg: 'nOnE' }, claims, () => '')],
    ['no signature', byText, `${head}.${body}.`],
    ['another secret', byText, jwt.sign(claims, `${secret}!`)],
    ['HS512', byText, jwt.sign(claims, secret, { algorithm: 'HS512' })],
    [
      'a changed payload',
      byText,
      `${head}.${Buffer.from(JSON.stringify({ ...claims, sub: 'eve' })).toString('base64url')}.${signature}`,
    ],
    ['a changed signature', byText, `${head}.${body}.${swapped(signature)}`],
    ['the public key as shared secret', byPem(rsa), forged({ alg: 'HS256' }, claims, hmac(pemOf(rsa)))],
    [
      'the public key without its last line break',
      byPem(rsa),
      forged({ alg: 'HS256' }, claims, hmac(pemOf(rsa).trim())),
    ],
    ['RS256 where a secret is configured', byText, rs(claims)],
    ['ES256 where RSA is configured', byPem(rsa), jwt.sign(claims, ec.privateKey, { algorithm: 'ES256' })],
    ['RS512', byPem(rsa), jwt.sign(claims, rsa.privateKey, { algorithm: 'RS512' })],
    ['PS256', byPem(rsa), jwt.sign(claims, rsa.privateKey, { algorithm: 'PS256' })],
    ['another RSA key', byPem(rsa), jwt.sign(claims, other.privateKey, { algorithm: 'RS256' })],
    [
      'its own key in the header',
      byPem(rsa),
      jwt.sign(claims, other.privateKey, {
        algorithm: 'RS256',
        header: { alg: 'RS256', jwk: other.publicKey.export({ format: 'jwk' }) } as jwt.JwtHeader,
      }),
    ],
    ['an algorithm that is not the pinned one', { ...byPem(rsa), algorithm: 'ES256' }, rs(claims)],
    ['a critical extension', byText, forged({ alg: 'HS256', crit: ['x'], x: 1 }, claims, hmac(secret))],
    ['a kid that is no text', byText, forged({ alg: 'HS256', kid: { a: 1 } }, claims, hmac(secret))],
    ['an expiry that is over', byText, hs({ ...claims, exp: seconds - 6 })],
    ['no expiry', byText, hs(endless)],
    ['an expiry that is no number', byText, forged({ alg: 'HS256' }, { ...claims, exp: '9999999999' }, hmac(secret))],
    ['a time that has not come', byText, hs({ ...claims, nbf: seconds + 6 })],
    ['another issuer', byText, hs({ ...claims, iss: 'another' })],
    ['a list as issuer', byText, forged({ alg: 'HS256' }, { ...claims, iss: ['master-service'] }, hmac(secret))],
    ['no issuer', byText, hs(anonymous)],
    ['another audience', { ...byText, audience: ['chat'] }, hs({ ...claims, aud: 'web' })],
    ['no audience', { ...byText, audience: ['chat'] }, hs(claims)],
    ['no tenant', byText, hs({ ...claims, tenant_id: undefined })],
    ['a tenant the issuer does not speak for', { ...byText, tenants: ['other'] }, hs(claims)],
    ['more than a token can hold', byText, hs({ ...claims, filler: 'x'.repeat(20_000) })],
  ];
  test.each(cases)(
    'given %s, when verified, then it is refused, and the problem tells nothing of it',
    async (_, issuer, token) => {
      const { verify, verifyCached } = verifierOf(issuer);
      const error = await refusal(verify, token);
      expect(error.problem.code).toBe('unauthorized');
      expect(verifyCached(token)).toBeUndefined();
      const told = `${JSON.stringify(error.problem)} ${error.stack} ${String(error.cause)}`;
      for (const part of [...token.split('.'), 'ann', 'acme', secret])
        if (part.length > 2) expect(told).not.toContain(part);
    },
  );

  test.each(GARBAGE_TOKENS)(
    'given %s, when verified under whichever key, then it is refused as any other',
    async (_, token) => {
      for (const issuer of [byText, byPem(rsa), byPem(ec), { ...byText, issuer: null }]) {
        const { verify, verifyCached } = verifierOf(issuer);
        expect((await refusal(verify, token)).problem.code).toBe('unauthorized');
        expect(verifyCached(token)).toBeUndefined();
      }
    },
  );

  test.each([null, [1], 7, 'text', true])(
    'given %j, signed with the right key, when verified, then it is refused',
    async (payload) => {
      const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const input = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(payload)}`;
      const { verify } = verifierOf({ ...byText, issuer: null });
      expect((await refusal(verify, `${input}.${hmac(secret)(input)}`)).problem.code).toBe('unauthorized');
    },
  );

  test('given a token that has expired, when verified, then the problem says so', async () => {
    const { verify } = verifierOf(byText);
    expect((await refusal(verify, hs({ ...claims, exp: seconds - 60 }))).problem.detail).toBe('The token has expired.');
  });
});

describe('several issuers', () => {
  const first: IssuerSettings = { ...byText, issuer: 'first', tenants: ['acme', 'umbrella'] };
  const second: IssuerSettings = { ...byPem(rsa), issuer: 'second', tenants: ['globex'], algorithm: 'RS256' };
  const bySecond = (payload: object) =>
    jwt.sign({ ...claims, iss: 'second', ...payload }, rsa.privateKey, { algorithm: 'RS256' });

  test('given each has its key and tenants, when their tokens are verified, then each speaks for its own', async () => {
    const { verify } = verifierOf(first, second);
    expect(await verify(hs({ ...claims, iss: 'first' }))).toMatchObject({ tenantId: 'acme' });
    expect(await verify(bySecond({ tenant_id: 'globex' }))).toMatchObject({ tenantId: 'globex' });
    expect(await verify(bySecond({ tenant_id: undefined }))).toMatchObject({ tenantId: 'globex' });
  });

  test.each([
    ["another's tenant", bySecond({ tenant_id: 'acme' })],
    ["another's name", jwt.sign({ ...claims, iss: 'first' }, rsa.privateKey, { algorithm: 'RS256' })],
    ["another's key", hs({ ...claims, iss: 'second', tenant_id: 'globex' })],
    ['a name of nobody', hs({ ...claims, iss: 'third' })],
  ])('given a token with %s, when verified, then it is refused', async (_, token) => {
    const { verify } = verifierOf(first, second);
    expect((await refusal(verify, token)).problem.code).toBe('unauthorized');
  });
});

describe('verified tokens', () => {
  test('given a verified token, when asked again, then the same actor is there at once, for a minute', async () => {
    const { verify, verifyCached, clock } = verifierOf(byText);
    const token = hs(claims);
    expect(verifyCached(token)).toBeUndefined();
    const actor = await verify(token);
    clock.now += 59_999;
    expect(verifyCached(token)).toBe(actor);
    clock.now += 1;
    expect(verifyCached(token)).toBeUndefined();
    expect(await verify(token)).toEqual(actor);
  });

  test('given a token that expires within the minute, when it has, then it is refused', async () => {
    const { verify, verifyCached, clock } = verifierOf(byText);
    const token = hs({ ...claims, exp: seconds + 20 });
    await verify(token);
    clock.now += 19_999;
    expect(verifyCached(token)).toBeDefined();
    clock.now += 1;
    expect(verifyCached(token)).toBeUndefined();
    clock.now += 6_000;
    expect((await refusal(verify, token)).problem.detail).toBe('The token has expired.');
  });

  test('given an actor that many requests share, when one changes it, then that fails', async () => {
    const actor = await verifierOf(byText).verify(hs({ ...claims, learner_ids: ['leo'] }));
    expect(() => actor.permissions.push('chat:admin')).toThrow(TypeError);
    expect(() => (actor.learnerScope as string[]).push('lia')).toThrow(TypeError);
    expect(() => Object.assign(actor, { tenantId: 'other' })).toThrow(TypeError);
  });
});

test.each([
  ['Bearer abc.def-_', 'abc.def-_'],
  ['bearer  abc ', 'abc'],
  ['Basic abc', undefined],
  ['Bearer', undefined],
  ['Bearer a b', undefined],
  [undefined, undefined],
])('given the header %s, when read, then its token is %s', (header, token) => {
  expect(bearerToken(header)).toBe(token);
});

test('given a PEM as shared secret, or a key too weak, when a verifier is made, then that fails', () => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const curve = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
  expect(() => verifierOf({ ...byText, key: { kind: 'secret', secret: () => pemOf(rsa) } })).toThrow(TypeError);
  expect(() => verifierOf(byPem(weak))).toThrow(TypeError);
  expect(() => verifierOf(byPem(curve))).toThrow(TypeError);
});
