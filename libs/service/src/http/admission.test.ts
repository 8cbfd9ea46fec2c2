import { createTokenVerifier } from '@threadlog/auth';
import { problem } from '@threadlog/events';
import { GARBAGE_TOKENS } from '@threadlog/testing';
import { createRateLimits, type LimitName } from './rateLimits';
import { defineRoute, type RouteAuth } from './route';
import { actorNamed, testApp, type TestAppOptions } from './app.testing';

const route = (auth: RouteAuth) =>
  defineRoute({
    method: 'get',
    path: `/${auth}`,
    summary: auth,
    tags: [],
    auth,
    responses: {},
    handler: ({ actor }) => ({ status: 200, body: { tenant: actor.tenantId, id: actor.id, type: actor.type } }),
  });

const open: { close(): Promise<void> }[] = [];
async function start(options: TestAppOptions = {}) {
  const app = await testApp({ routes: [route('user'), route('internal'), route('none')], ...options });
  open.push(app);
  const get = (path: string, headers: Record<string, string> = {}) => fetch(`${app.url}${path}`, { headers });
  return { ...app, get, as: (name: string, path = '/user') => get(path, { authorization: `Bearer ${name}` }) };
}
afterEach(async () => void (await Promise.all(open.splice(0).map((app) => app.close()))));

const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;

describe('bearer tokens', () => {
  it('make the actor of a request', async () => {
    const { as, get } = await start();
    expect(await (await as('t2/bob')).json()).toEqual({ tenant: 't2', id: 'bob', type: 'user' });
    expect((await get('/user', { authorization: 'bearer   ada' })).status).toBe(200);
  });

  it('are required, and the verifier says why one is refused', async () => {
    const { as, get } = await start();
    const without = await get('/user');
    expect([without.status, without.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await (await as('bad')).json()).toMatchObject({ code: 'unauthorized', detail: 'The token has expired.' });
    for (const header of ['Basic ada', 'Bearer', 'Bearer ']) {
      expect((await get('/user', { authorization: header })).status).toBe(401);
    }
  });

  it('are not to blame when keys cannot be fetched', async () => {
    const verify = () => Promise.reject(problem('unavailable', 'The keys of the issuer cannot be fetched.'));
    const { as } = await start({ admission: { verifier: { verifyCached: () => undefined, verify } } });
    expect((await as('ada')).status).toBe(503);
  });

  it('that are known are not verified again', async () => {
    const verify = jest.fn();
    const { as } = await start({ admission: { verifier: { verifyCached: actorNamed, verify } } });
    expect((await as('ada')).status).toBe(200);
    expect(verify).not.toHaveBeenCalled();
  });

  it('do not help where there is no actor to ask for', async () => {
    const { as } = await start();
    expect(await codeOf(await as('ada', '/none'))).toBe('unauthorized');
  });
});

describe('internal routes', () => {
  const admission = { internalSecrets: ['first-secret', 'second-secret'], defaultTenant: 'home' };

  it('open to any of the secrets, for the named tenant or the default one', async () => {
    const { get } = await start({ admission });
    const named = await get('/internal', { 'x-internal-secret': 'second-secret', 'x-tenant-id': 't9' });
    expect(await named.json()).toEqual({ tenant: 't9', id: 'internal', type: 'internal' });
    const home = await get('/internal', { 'x-internal-secret': 'first-secret' });
    expect((await home.json()) as unknown).toMatchObject({ tenant: 'home' });
  });

  it('refuse a wrong secret, a user token and a tenant that cannot be', async () => {
    const { get, as } = await start({ admission });
    expect((await get('/internal', { 'x-internal-secret': 'first-secret2' })).status).toBe(401);
    expect((await as('ada', '/internal')).status).toBe(401);
    const odd = await get('/internal', { 'x-internal-secret': 'first-secret', 'x-tenant-id': 'a b' });
    expect(await codeOf(odd)).toBe('invalid_request');
  });

  it('do not exist where no secret is configured', async () => {
    const { get } = await start();
    expect((await get('/internal', { 'x-internal-secret': '' })).status).toBe(404);
  });
});

describe('rate limits', () => {
  const of = (points: number) => ({ points, seconds: 60 });

  it('say where an actor stands, and refuse with the time to wait', async () => {
    const { as } = await start({ rates: { actor: of(2), tenant: of(100) } });
    const first = await as('ada');
    expect(first.headers.get('ratelimit')).toMatch(/^"actor";r=1;t=(60|59)$/);
    expect(first.headers.get('ratelimit-policy')).toBe('"actor";q=2;w=60, "tenant";q=100;w=60');
    await as('ada');
    const third = await as('ada');
    expect(third.status).toBe(429);
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(await third.json()).toMatchObject({ code: 'rate_limited', retryable: true });
    expect((await as('bob')).status).toBe(200);
    expect((await as('t2/ada')).status).toBe(200);
  });

  it('hold for a tenant as a whole, of which refused actors use nothing up', async () => {
    const { as } = await start({ rates: { actor: of(2), tenant: of(3) } });
    for (let n = 0; n < 5; n += 1) await as('ada');
    expect((await as('bob')).status).toBe(200);
    expect((await as('bob')).status).toBe(429);
    expect((await as('t2/ada')).status).toBe(200);
  });

  it('count by address only what comes without a valid token', async () => {
    const { as, get } = await start({ rates: { ip: of(3) } });
    for (let n = 0; n < 5; n += 1) expect((await as('ada')).status).toBe(200);
    expect([(await get('/user')).status, (await as('bad')).status]).toEqual([401, 401]);
    expect((await get('/none')).status).toBe(401);
    expect((await as('bad')).status).toBe(429);
    expect((await as('ada')).status).toBe(200);
  });

  it('count each garbage token for its address, as 401 and never as a fault', async () => {
    const secret = 'a shared secret of thirty-two bytes or more';
    const issuers = [
      {
        issuer: null,
        audience: null,
        key: { kind: 'secret' as const, secret: () => secret },
        algorithm: null,
        tenants: '*' as const,
      },
    ];
    const verifier = createTokenVerifier({
      issuers,
      defaultTenant: null,
      defaultRole: 'user',
      clockToleranceSeconds: 5,
    });
    const counted: string[] = [];
    const limits = createRateLimits({
      rates: { ip: of(1_000) },
      onConsume: (limit, key) => counted.push(`${limit} ${key}`),
    });
    const { get, lines } = await start({ admission: { verifier, limits, internalSecrets: ['right'] }, limits });
    // The parser of HTTP refuses what is larger than all headers may be.
    const sent = GARBAGE_TOKENS.filter(([, token]) => token.length < 15_000);
    for (const [name, token] of sent) {
      const { status } = await get('/user', { authorization: `Bearer ${token}` });
      expect([name, status]).toEqual([name, 401]);
      const internal = await get('/internal', { 'x-internal-secret': token });
      expect([name, internal.status]).toEqual([name, 401]);
    }
    expect(counted).toEqual(sent.flatMap(() => ['ip 127.0.0.1', 'ip 127.0.0.1']));
    expect(lines.filter(({ level }) => level === 'error' || level === 50)).toEqual([]);
  });

  it('count whatever a stranger is refused, and nothing that somebody known is', async () => {
    const boom = { ...route('none'), path: '/boom', handler: () => Promise.reject(new Error('broken')) };
    const own = {
      ...route('user'),
      path: '/own',
      handler: () => Promise.reject(problem('not_found', 'No such thread.')),
    };
    const unread = Object.assign(route('user'), { method: 'post' as const, path: '/unread' });
    const verify = (token: string) =>
      token === 'away' ? Promise.reject(problem('unavailable', 'No keys.')) : Promise.resolve(actorNamed(token));
    const admission = { verifier: { verifyCached: () => undefined, verify }, internalSecrets: ['right'] };
    const app = await start({
      routes: [route('user'), route('internal'), boom, own, unread],
      rates: { ip: of(6) },
      admission,
    });
    for (let n = 0; n < 8; n += 1) expect((await app.as('ada', '/own')).status).toBe(404);
    const odd = { 'x-internal-secret': 'right', 'x-tenant-id': 'a b' };
    for (let n = 0; n < 8; n += 1) expect((await app.get('/internal', odd)).status).toBe(400);
    const strangers = [
      () => app.get('/nowhere'),
      () => app.get('/unread'),
      () => app.get('/user'),
      () => app.as('away'),
      () => app.get('/internal', { 'x-internal-secret': 'wrong' }),
      () => app.get('/boom'),
    ];
    const statuses = [];
    for (const ask of strangers) statuses.push((await ask()).status);
    expect(statuses).toEqual([404, 405, 401, 503, 401, 500]);
    for (const ask of strangers) {
      const refused = await ask();
      expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([429, null]);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await app.as('ada')).status).toBe(200);
  });

  it('slow down guessing of the internal secret', async () => {
    const { get } = await start({ rates: { ip: of(1) }, admission: { internalSecrets: ['right'] } });
    expect((await get('/internal', { 'x-internal-secret': 'wrong' })).status).toBe(401);
    expect((await get('/internal', { 'x-internal-secret': 'wrong' })).status).toBe(429);
  });

  it('believe X-Forwarded-For only as far as there are proxies of ours', async () => {
    const forwarded = (address: string) => ({ 'x-forwarded-for': address });
    const direct = await start({ rates: { ip: of(1) } });
    expect((await direct.get('/user', forwarded('203.0.113.1'))).status).toBe(401);
    expect((await direct.get('/user', forwarded('203.0.113.2'))).status).toBe(429);
    const behind = await start({ rates: { ip: of(1) }, config: { TRUST_PROXY: 1 } });
    expect((await behind.get('/user', forwarded('203.0.113.1'))).status).toBe(401);
    expect((await behind.get('/user', forwarded('203.0.113.2'))).status).toBe(401);
    expect((await behind.get('/user', forwarded('6.6.6.6, 203.0.113.2'))).status).toBe(429);
  });

  it('charge what other instances have let through, and tell a reconciler what this one has', async () => {
    const counted: [LimitName, string][] = [];
    const limits = createRateLimits({ rates: { actor: of(10) }, onConsume: (...what) => counted.push(what) });
    expect(await limits.consume('actor', 't1/ada')).toMatchObject({ remaining: 9, exceeded: false });
    await limits.charge('actor', 't1/ada', 9);
    expect(await limits.consume('actor', 't1/ada')).toMatchObject({ remaining: 0, exceeded: true });
    expect(await limits.consume('tenant', 't1')).toBeUndefined();
    expect(counted).toEqual([
      ['actor', 't1/ada'],
      ['actor', 't1/ada'],
    ]);
  });
});
