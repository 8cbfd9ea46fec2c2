import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { envOfChild, testActor } from '@threadlog/testing';
import { scenesOf } from './testing/scenes';
import { givenStandalone, tokenOf } from './testing/standalone';

jest.setTimeout(60_000);
const MAIN = resolve(__dirname, '../../../examples/summariser/main.js');
const ada = testActor('ada', { tenant: 'sums' });
const bot = testActor('bot', { tenant: 'sums', role: 'agent', type: 'agent' });

/** Clears a terminal, and turns what follows around. */
const HOSTILE = 'Hard \u001b[2J\u009b2J\u202e fractions have different denominators.';

const api = givenStandalone();
const scenes = scenesOf(api);
let threadId: string;
/** Before the system: fails as often as it is told to, then asks it. */
let edge: Server;
let failures: ('drop' | 429 | 503)[] = [];
let asked = 0;

beforeAll(async () => {
  threadId = await scenes.thread(ada, { participantIds: ['bot'] });
  for (const text of ['Fractions are hard.', 'Which fractions?', 'Adding fractions is hard. See you!'])
    await scenes.post(ada, threadId, text);
  await scenes.post(bot, threadId, HOSTILE);
  await scenes.projected();
  edge = createServer((request, response) => {
    asked += 1;
    const failure = failures.shift();
    if (failure === 'drop') return request.socket.destroy();
    if (failure !== undefined) return response.writeHead(failure, { 'retry-after': '0' }).end();
    const headers = { authorization: request.headers.authorization ?? '' };
    return void fetch(new URL(request.url!, api.url()), { headers }).then(async (answer) => {
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type')! });
      response.end(await answer.text());
    });
  });
  await new Promise<void>((done) => edge.listen(0, '127.0.0.1', done));
});
beforeEach(() => void ([failures, asked] = [[], 0]));
afterAll(() => {
  edge.closeAllConnections();
  edge.close();
});

interface Ended {
  code: number;
  out: string;
  err: string;
}

function run(args: string[], env: Record<string, string>): Promise<Ended> {
  const url = `http://127.0.0.1:${(edge.address() as AddressInfo).port}`;
  return new Promise((done) => {
    const all = { ...envOfChild(), CHAT_SERVICE_URL: url, CHAT_SERVICE_RETRY_DELAY: '1ms', ...env };
    execFile(process.execPath, [MAIN, ...args], { env: all }, (error, out, err) => {
      for (const token of [env.CHAT_TOKEN].filter(Boolean)) expect(`${out}${err}`).not.toContain(token);
      done({ code: (error?.code as number | undefined) ?? 0, out, err });
    });
  });
}

it('sums up a conversation of a started system, through a network that fails', async () => {
  failures = ['drop', 503, 429];
  const { code, out, err } = await run([threadId], { CHAT_TOKEN: tokenOf(ada) });
  expect(JSON.parse(out)).toMatchObject({
    messages: 4,
    by: { ada: 3, bot: 1 },
    types: { user: 3, assistant: 1 },
    summary: [{ text: 'Fractions are hard.' }, { text: 'Which fractions?' }, { text: 'Adding fractions is hard.' }],
  });
  expect([code, asked]).toEqual([0, 4]);
  const lines = err
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(lines).toMatchObject(
    ['network', 'unavailable', 'rate_limited'].map((reason, at) => ({
      ...{ level: 'warn', component: 'chat_client', operation: 'get_recent_messages', retry: at + 1, code: reason },
    })),
  );
});

it('reads page by page, the newest and no more', async () => {
  const { out } = await run([threadId, '2'], { CHAT_TOKEN: tokenOf(bot) });
  expect(JSON.parse(out)).toMatchObject({ messages: 2, by: { ada: 1, bot: 1 } });
  // What others wrote is data for a terminal, too.
  expect(out).toMatch(/^[\n\x20-\x7e]*$/);
  expect((JSON.parse(out) as { summary: object[] }).summary).toContainEqual({ by: 'bot', text: HOSTILE });
});

it.each([
  ['a wrong token', { CHAT_TOKEN: 'wrong.token.here' }, 1, 1],
  ['a token that is none', { CHAT_TOKEN: 'a b' }, 78, 0],
  ['no token', {}, 78, 0],
  ['a duration that is none', { CHAT_TOKEN: 'x', CHAT_SERVICE_TIMEOUT: '1e9h' }, 78, 0],
  ['a service that is away', { CHAT_TOKEN: 'x', CHAT_SERVICE_URL: 'http://127.0.0.1:9' }, 1, 0],
] as [string, Record<string, string>, number, number][])(
  'says what is wrong with %s',
  async (_what, env, exit, times) => {
    const { code, out, err } = await run([threadId], env);
    expect([code, out, asked]).toEqual([exit, '', times]);
    expect(err).not.toBe('');
  },
);

it('is refused what its user may not see', async () => {
  const { code, err } = await run([threadId], { CHAT_TOKEN: tokenOf(testActor('eve', { tenant: 'sums' })) });
  expect([code, asked]).toEqual([1, 1]);
  expect(err).toContain('not_found');
});
