import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BOUNDS, createAsk, type Question } from './ask';

const TOKEN = 'Bearer do-not-tell';
const read: Question = { method: 'GET', path: '/api/v1/threads' };
const servers: Server[] = [];
const signal = new AbortController().signal;

async function serve(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const asked = async (url: string, question = read, bounds = BOUNDS) => {
  const answer = await createAsk(url, bounds)(question, { authorization: TOKEN, signal });
  expect(JSON.stringify(answer)).not.toContain('do-not-tell');
  return answer;
};

it('passes on what the API says, and the caller’s own header', async () => {
  const url = await serve((request, response) => {
    response.writeHead(429, { 'content-type': 'application/problem+json', 'retry-after': '7' });
    response.end(
      JSON.stringify({ code: 'rate_limited', asked: request.url, by: request.headers.authorization?.length }),
    );
  });
  const answer = await asked(`${url}/base`, { ...read, query: new URLSearchParams({ learnerId: 'a&b' }) });
  const body = { code: 'rate_limited', asked: '/base/api/v1/threads?learnerId=a%26b', by: TOKEN.length };
  expect(answer).toMatchObject({ status: 429, body, retryAfter: 7 });
});

it('does not follow a redirect, as the token would go along', async () => {
  let elsewhere = 0;
  const other = await serve((_request, response) => void response.end(String((elsewhere += 1))));
  for (const status of [301, 302, 307, 308]) {
    const url = await serve((_request, response) => {
      response.writeHead(status, { location: `${other}/steal`, 'content-type': 'application/json' }).end('{}');
    });
    expect(await asked(url)).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  }
  expect(elsewhere).toBe(0);
});

it('gives up an answer that has no end', async () => {
  let written = 0;
  const url = await serve((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const piece = Buffer.alloc(65_536, ' ');
    const write = (): void => {
      while (!response.destroyed && response.write(piece)) written += piece.length;
    };
    response.on('drain', write);
    write();
  });
  const answer = await asked(url, read, { ...BOUNDS, answerBytes: 100_000 });
  expect(answer).toMatchObject({ status: 413, body: { code: 'payload_too_large' } });
  expect(written).toBeLessThan(50_000_000);
});

it.each([
  ['a page', 'text/html', '<html>do-not-tell</html>'],
  ['half an answer', 'application/json', '{"threads":['],
])('takes %s for no answer', async (_what, type, body) => {
  const url = await serve((_request, response) => void response.writeHead(200, { 'content-type': type }).end(body));
  expect(await asked(url)).toMatchObject({ status: 503, body: { code: 'unavailable', retryable: true } });
});

it('says of a write without an answer that nobody knows', async () => {
  const url = await serve((request) => void request.socket.destroy());
  const post: Question = { method: 'POST', path: '/x', body: {} };
  expect(await asked(url, post)).toMatchObject({ body: { code: 'outcome_unknown' } });
  expect(await asked(url)).toMatchObject({ body: { code: 'unavailable' } });
});

it('waits no longer than it may, and no longer than the caller does', async () => {
  const url = await serve(() => undefined);
  expect(await asked(url, read, { ...BOUNDS, timeoutMs: 50 })).toMatchObject({ body: { code: 'unavailable' } });
  const gone = AbortSignal.abort();
  const answer = await createAsk(url)(read, { authorization: TOKEN, signal: gone });
  expect(answer).toMatchObject({ body: { code: 'unavailable' } });
});

it('asks only so much at once, and nothing that is longer than a URL', async () => {
  const held: (() => void)[] = [];
  const url = await serve((_request, response) => {
    held.push(() => response.writeHead(204).end());
    if (held.length === 2) held.forEach((release) => release());
  });
  const ask = createAsk(url, { ...BOUNDS, atOnce: 2 });
  const answers = await Promise.all([1, 2, 3].map(() => ask(read, { authorization: TOKEN, signal })));
  expect(answers.map(({ status }) => status)).toEqual([204, 204, 503]);
  expect((await ask({ ...read, path: `/${'x'.repeat(20_000)}` }, { authorization: TOKEN, signal })).status).toBe(400);
});

it('tells no header that cannot be sent', async () => {
  const ask = createAsk('http://127.0.0.1:9');
  const answer = await ask(read, { authorization: 'Bearer do-not-tell\r\nx: y', signal });
  expect(JSON.stringify(answer)).not.toContain('do-not-tell');
  expect(answer).toMatchObject({ body: { code: 'unavailable' } });
});
