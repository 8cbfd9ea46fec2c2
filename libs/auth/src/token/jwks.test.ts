import jwt from 'jsonwebtoken';
import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IssuerSettings } from './settings';
import { createTokenVerifier } from './verifier';

const keys = Object.fromEntries(
  ['one', 'two', 'three'].map((kid) => [kid, generateKeyPairSync('rsa', { modulusLength: 2048 })]),
) as Record<string, { publicKey: KeyObject; privateKey: KeyObject }>;
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = (kid: string, more: object = {}) => ({ ...keys[kid]!.publicKey.export({ format: 'jwk' }), kid, ...more });

/** The key set of an issuer on a real HTTP server, whose answer the test chooses. */
async function issuerServer() {
  const state = {
    answer: () => ({ status: 200, body: JSON.stringify({ keys: [jwk('one')] }), location: '' }),
    asked: 0,
    silent: false,
  };
  const server: Server = createServer((_request, response) => {
    state.asked += 1;
    if (state.silent) return;
    const { status, body, location } = state.answer();
    response.writeHead(status, location ? { location } : {}).end(body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const serve = (body: string, status = 200, location = '') => (state.answer = () => ({ status, body, location }));
  return {
    state,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    serve,
    serveKeys: (...list: object[]) => serve(JSON.stringify({ keys: list })),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe('keys by URL', () => {
  let server: Awaited<ReturnType<typeof issuerServer>>;
  let now: number;
  beforeEach(async () => {
    server = await issuerServer();
    now = Date.UTC(2026, 10, 21);
  });
  afterEach(() => server.close());

  const verifier = (algorithm: IssuerSettings['algorithm'] = null) =>
    createTokenVerifier(
      {
        issuers: [{ issuer: null, audience: null, key: { kind: 'jwks', url: server.url }, algorithm, tenants: '*' }],
        defaultTenant: null,
        defaultRole: 'user',
        clockToleranceSeconds: 0,
      },
      { now: () => now },
    );
  let count = 0;
  /** Every token is another, so that none is answered from the cache of verified tokens. */
  const token = (kid: string | undefined, key = keys[kid ?? 'one']!.privateKey, header: object = {}) => {
    const claims = { sub: 'ann', tenant_id: 'acme', exp: now / 1000 + 3600, jti: String((count += 1)) };
    const algorithm = key.asymmetricKeyType === 'ec' ? 'ES256' : 'RS256';
    return jwt.sign(claims, key, { algorithm, header: { alg: algorithm, ...(kid ? { kid } : {}), ...header } });
  };
  const unauthorized = { problem: { code: 'unauthorized' } };

  test('given many tokens of one key, when verified at once and later, then the set is fetched once', async () => {
    const { verify } = verifier();
    const actors = await Promise.all(Array.from({ length: 10 }, () => verify(token('one'))));
    expect(actors).toHaveLength(10);
    await verify(token('one'));
    expect(server.state.asked).toBe(1);
  });

  test('given the issuer changes its keys, when a token of the new one comes, then it is fetched, and the old one ends', async () => {
    const { verify } = verifier();
    await verify(token('one'));
    server.serveKeys(jwk('one'), jwk('two'));
    now += 30_000;
    expect(await verify(token('two'))).toMatchObject({ id: 'ann' });
    server.serveKeys(jwk('two'), jwk('three'));
    now += 30_000;
    expect(await verify(token('three'))).toMatchObject({ id: 'ann' });
    now += 30_000;
    await expect(verify(token('one'))).rejects.toMatchObject(unauthorized);
  });

  test('given tokens with made-up kids, when they pour in, then the issuer is asked once in 30 s at most', async () => {
    const { verify } = verifier();
    await verify(token('one'));
    const attack = async () => {
      for (let index = 0; index < 20; index += 1)
        await expect(verify(token(`made-up-${index}`, keys.one!.privateKey))).rejects.toMatchObject(unauthorized);
    };
    await attack();
    expect(server.state.asked).toBe(1);
    now += 30_000;
    await attack();
    expect(server.state.asked).toBe(2);
  });

  test.each(['../../etc/passwd', "' or 1=1 --", '__proto__', 'constructor', ''])(
    'given the kid %j, when verified, then it names no key',
    async (kid) => {
      const { verify } = verifier();
      await expect(verify(token('one', undefined, { kid }))).rejects.toMatchObject(unauthorized);
    },
  );

  test('given a token that names a key set of its own, when verified, then only ours is asked', async () => {
    const theirs = await issuerServer();
    theirs.serveKeys(jwk('two', { kid: 'one' }));
    const { verify } = verifier();
    const bait = { jku: theirs.url, x5u: theirs.url, jwk: jwk('two') };
    await expect(verify(token('one', keys.two!.privateKey, bait))).rejects.toMatchObject(unauthorized);
    expect(theirs.state.asked).toBe(0);
    theirs.close();
  });

  test('given the issuer goes away, when tokens of known keys come, then they are taken, after hours too', async () => {
    const { verify } = verifier();
    await verify(token('one'));
    server.serve('away', 503);
    for (let hour = 0; hour < 3; hour += 1, now += 3_600_000)
      expect(await verify(token('one'))).toMatchObject({ id: 'ann' });
    await expect(verify(token('two'))).rejects.toMatchObject(unauthorized);
  });

  test('given keys that are old, when used, then they are read again in the background', async () => {
    const { verify } = verifier();
    await verify(token('one'));
    server.serveKeys(jwk('two'));
    now += 600_000;
    expect(await verify(token('one'))).toMatchObject({ id: 'ann' });
    // The next fetch, of an unknown kid, joins the one under way: once it is done, the old key has ended.
    await expect(verify(token('three'))).rejects.toMatchObject(unauthorized);
    await expect(verify(token('one'))).rejects.toMatchObject(unauthorized);
    expect(server.state.asked).toBe(2);
  });

  test.each<[string, () => void]>([
    ['answers with an error', () => server.serve('no', 500)],
    ['answers with a page', () => server.serve('<html>')],
    ['answers with something else', () => server.serve('{"keys": 1}')],
    ['answers without end', () => server.serve(' '.repeat(300_000))],
    ['sends us elsewhere', () => server.serve('', 302, 'http://127.0.0.1:1/')],
  ])('given an issuer that %s, when a token comes, then the fault is ours and passes', async (_, misbehave) => {
    misbehave();
    const { verify } = verifier();
    await expect(verify(token('one'))).rejects.toMatchObject({ problem: { code: 'unavailable', retryAfter: 1 } });
    server.serveKeys(jwk('one'));
    await expect(verify(token('one'))).rejects.toMatchObject({ problem: { code: 'unavailable' } });
    now += 1_000;
    expect(await verify(token('one'))).toMatchObject({ id: 'ann' });
  });

  test('given an issuer that never answers, when a token comes, then we wait three seconds', async () => {
    server.state.silent = true;
    const began = performance.now();
    await expect(verifier().verify(token('one'))).rejects.toMatchObject({ problem: { code: 'unavailable' } });
    const waited = performance.now() - began;
    // Timers are cut to whole milliseconds; a busy machine may be late by as much again.
    expect(waited).toBeGreaterThan(2_990);
    expect(waited).toBeLessThan(6_000);
  });

  test('given a set with keys that are not for us, when a token comes, then the others still count', async () => {
    const shared = Buffer.from('a shared secret that has no business here');
    server.serveKeys(
      { kty: 'oct', k: shared.toString('base64url'), kid: 'shared', alg: 'HS256' },
      { kty: 'RSA', kid: 'broken', n: '!', e: 'AQAB' },
      jwk('two', { use: 'enc' }),
      jwk('three', { alg: 'PS256' }),
      { ...ec.publicKey.export({ format: 'jwk' }), kid: 'curve' },
      jwk('one', { use: 'sig', alg: 'RS256' }),
    );
    const { verify } = verifier();
    expect(await verify(token('one'))).toMatchObject({ id: 'ann' });
    expect(await verify(token('curve', ec.privateKey))).toMatchObject({ id: 'ann' });
    for (const kid of ['two', 'three']) await expect(verify(token(kid))).rejects.toMatchObject(unauthorized);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const input = `${part({ alg: 'HS256', kid: 'shared' })}.${part({ sub: 'eve', tenant_id: 'acme', exp: now / 1000 + 60 })}`;
    const forged = `${input}.${createHmac('sha256', shared).update(input).digest('base64url')}`;
    await expect(verify(forged)).rejects.toMatchObject(unauthorized);
  });

  test('given an algorithm is pinned, when a key of another kind is used, then it is refused', async () => {
    server.serveKeys(jwk('one'), { ...ec.publicKey.export({ format: 'jwk' }), kid: 'curve' });
    const { verify } = verifier('RS256');
    expect(await verify(token('one'))).toMatchObject({ id: 'ann' });
    await expect(verify(token('curve', ec.privateKey))).rejects.toMatchObject(unauthorized);
  });

  test('given a token without a kid, when the set has one key, then that is meant; of several, none', async () => {
    expect(await verifier().verify(token(undefined))).toMatchObject({ id: 'ann' });
    server.serveKeys(jwk('one'), jwk('two'));
    await expect(verifier().verify(token(undefined))).rejects.toMatchObject(unauthorized);
  });
});
