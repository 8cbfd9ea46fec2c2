import { request, type IncomingHttpHeaders } from 'node:http';
import { startDemoServer } from './demoServer';
import { demoTokens } from './demoTenants';

const tokens = demoTokens('a-secret-for-this-test-alone-0123456789', 'threadlog-dev');
const files = new Map([
  ['index.html', Buffer.from('<title>Demo</title>')],
  ['assets/app.js', Buffer.from('void 0')],
]);
let server: Awaited<ReturnType<typeof startDemoServer>>;

beforeAll(async () => {
  server = await startDemoServer({ port: 0, api: 4000, realtime: 4001, files, tokens });
});
afterAll(() => server.stop());

interface Asked {
  method?: string;
  body?: string;
  headers?: Record<string, string>;
}

const ask = (path: string, { method = 'GET', headers = {}, body }: Asked = {}) =>
  new Promise<{ status?: number; headers: IncomingHttpHeaders; text: string }>((resolve, reject) => {
    const host = `localhost:${server.port}`;
    const options = { host: '127.0.0.1', port: server.port, path, method, headers: { host, ...headers }, agent: false };
    request(options, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    })
      .on('error', reject)
      .end(body);
  });

describe('the server of the demo page', () => {
  it.each(['/demo', '/demo/', '/demo/index.html', '/demo?from=banner'])('serves the page at %s', async (path) => {
    const { status, headers, text } = await ask(path);
    expect([status, headers['content-type'], text]).toEqual([200, 'text/html; charset=utf-8', '<title>Demo</title>']);
  });

  it('allows scripts and styles of its own alone, and connections to the service', async () => {
    const policy = String((await ask('/demo')).headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain("connect-src 'self' http://localhost:4000 http://localhost:4001 ws://localhost:4001;");
    expect(policy).not.toMatch(/unsafe|\*/);
  });

  it('gives the page tokens of the teacher and the learner of one tenant, to be kept nowhere', async () => {
    const { headers, text } = await ask('/demo/config.json', { headers: { 'sec-fetch-site': 'same-origin' } });
    expect(JSON.parse(text)).toMatchObject({
      tenantId: 'riverside-school',
      people: [
        { role: 'teacher', userId: 'mr-okafor', token: tokens[1]?.token },
        { role: 'learner', userId: 'mia', token: tokens[0]?.token },
      ],
    });
    expect(headers['cache-control']).toBe('no-store');
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  it.each([
    ['a name that was made to point here', '/demo/config.json', { host: 'evil.example:4003' }],
    ['another port', '/demo/config.json', { host: 'localhost:1' }],
    ['another site', '/demo/config.json', { 'sec-fetch-site': 'cross-site' }],
    ['another port of this machine', '/demo/config.json', { 'sec-fetch-site': 'same-site' }],
    ['a link to the tokens', '/demo/config.json', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
    ['a name that was made to point here, for the page', '/demo', { host: 'evil.example' }],
  ])('refuses what asks by %s', async (_, path, headers) => {
    const { status, text } = await ask(path, { headers });
    expect([status, text]).toEqual([403, 'Forbidden']);
  });

  it('can be linked to', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await ask('/demo', { headers })).status).toBe(200);
  });

  it.each([
    '/demo/../package.json',
    '/demo/%2e%2e/package.json',
    '/etc/passwd',
    '/demo/assets',
    '//demo',
    '/demo/nope',
  ])('has nothing at %s', async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  it('takes no other methods, and knows its start page', async () => {
    expect((await ask('/demo', { method: 'POST' })).status).toBe(405);
    expect(await ask('/demo/assets/app.js', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
    expect((await ask('/')).headers.location).toBe('/demo');
  });

  it('has an agent that says the next of its answers, and refuses what is no request to one', async () => {
    const say = (role: string) => ({ role, parts: [{ type: 'text', text: 'How do I begin?' }] });
    const answer = (messages: unknown, headers = {}) =>
      ask('/demo/agent', { method: 'POST', body: JSON.stringify({ messages }), headers });
    const first = await answer([say('user')]);
    expect([first.status, first.headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
    expect(first.text).toContain('equal parts');
    expect((await answer([say('user'), say('assistant'), say('user')])).text).toContain('number below');
    expect((await answer('none')).status).toBe(400);
    expect((await answer('x'.repeat(2_000_000)).catch(() => ({ status: 400 }))).status).toBe(400);
    expect((await answer([say('user')], { host: 'rebound.example' })).status).toBe(403);
  });
});
