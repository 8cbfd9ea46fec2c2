import { spawn, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { MessageResource } from '@threadlog/events';
import { cleanupAfterAll, envOfChild, eventually, testActor } from '@threadlog/testing';
import { scenesOf } from './testing/scenes';
import { givenStandalone, tokenOf } from './testing/standalone';

jest.setTimeout(60_000);
const MAIN = resolve(__dirname, '../../../examples/terminal-chat/main.js');
/** Clears a terminal, turns what follows around, and rings. */
const HOSTILE = 'see \u001b[2J\u009b2J\u202e\u0007 here\nand below';

const api = givenStandalone({ ROLES: 'projector,command-api,query-api,realtime' });
const scenes = scenesOf(api);
const cleanups = cleanupAfterAll();
const ada = testActor('ada', { tenant: 'terminals' });
const ben = testActor('ben', { tenant: 'terminals' });

/** Part of every Debian; gives a program a terminal. */
const SCRIPT = 'script';
const hasScript = process.platform === 'linux' && spawnSync(SCRIPT, ['--version']).status === 0;

interface Given {
  token?: string;
  /** A terminal in place of pipes. */
  inTerminal?: boolean;
}

function started(threadId: string, { token = tokenOf(ada), inTerminal = false }: Given = {}) {
  const env = { ...envOfChild(), CHAT_URL: api.url(), CHAT_REALTIME_URL: api.sockets(), CHAT_TOKEN: token };
  const [program, args] = inTerminal
    ? [SCRIPT, ['-qec', `'${process.execPath}' '${MAIN}' '${threadId}'`, '/dev/null']]
    : [process.execPath, [MAIN, threadId]];
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  cleanups.add(() => void child.kill('SIGKILL'));
  const said = { out: '' };
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (said.out += text));
  const shown = () => (inTerminal ? stripVTControlCharacters(said.out) : said.out);
  const ended = new Promise<number | null>((done) => child.on('close', (code) => done(code)));
  return {
    ended,
    type: (keys: string) => void child.stdin.write(keys),
    write: (line: string) => void child.stdin.write(`${line}\n`),
    end: () => void child.stdin.end(),
    said: shown,
    says: (text: string) => eventually(() => expect(shown()).toContain(text)),
  };
}

async function threadOfTwo(): Promise<string> {
  const threadId = await scenes.thread(ada, { participantIds: ['ben'] });
  await scenes.projected();
  return threadId;
}

it('shows a thread, sends what is written, and tells what changes', async () => {
  const threadId = await threadOfTwo();
  const first = await scenes.post(ben, threadId, HOSTILE);
  await scenes.projected();
  const chat = started(threadId);
  await chat.says('#1 ben: see \ufffd[2J\ufffd2J\ufffd\ufffd here\n        and below');
  await chat.says('-- Connected.');
  chat.write('Hello Ben');
  await chat.says('#2 ada: Hello Ben');
  const own = await scenes.post(ben, threadId, 'Hello Ada');
  await chat.says('#3 ben: Hello Ada');
  await scenes.done(ben, 'message.edit', { threadId, messageId: own, content: 'Hello, Ada' });
  await chat.says('* #3 says now: Hello, Ada');
  chat.write('/react 3 👍');
  await chat.says('* #3 👍 1');
  await scenes.done(ben, 'message.delete', { threadId, messageId: first });
  await chat.says('* #1 was deleted');
  chat.write('/edit 3 not mine');
  await chat.says('-- ');
  chat.write('/constructor');
  await chat.says('What you write is sent.');
  chat.write('/who');
  await chat.says('ben (member)');
  chat.write('/quit');
  expect(await chat.ended).toBe(0);
  expect(chat.said()).not.toMatch(/(?!\n)[\p{Cc}\u202a-\u202e]/u);
  expect(chat.said().match(/Hello Ben/g)).toHaveLength(1);
});

(hasScript ? it : it.skip)('keeps what is being written below what comes, in a terminal', async () => {
  const threadId = await threadOfTwo();
  const chat = started(threadId, { inTerminal: true });
  await chat.says('-- Connected.');
  chat.type('half a li');
  await chat.says('> half a li');
  await scenes.post(ben, threadId, 'in between');
  await chat.says('#1 ben: in between');
  // Shown again below it, and the rest is added to it.
  await eventually(() => expect(chat.said()).toMatch(/in between[^]*> half a li/));
  chat.type('ne\r');
  await chat.says('#2 ada: half a line');
  chat.type('/quit\r');
  expect(await chat.ended).toBe(0);
  expect(chat.said()).not.toContain('Error');
});

it('sends all lines of a pipe in their order, and then ends', async () => {
  const threadId = await threadOfTwo();
  const chat = started(threadId);
  const lines = Array.from({ length: 130 }, (_none, at) => `line ${at}`);
  for (const line of lines) chat.write(line);
  chat.end();
  expect(await chat.ended).toBe(0);
  await scenes.projected();
  const page = await fetch(new URL(`/api/v1/threads/${threadId}/messages?order=asc&limit=100`, api.url()), {
    headers: { authorization: `Bearer ${tokenOf(ben)}` },
  });
  const { messages } = (await page.json()) as { messages: MessageResource[] };
  expect(messages.map(({ content }) => content)).toEqual(lines.slice(0, 100));
});

it.each([
  ['a wrong token', () => 'not.a.token', '-- The token is not taken.'],
  ['a thread of others', () => tokenOf(testActor('eve', { tenant: 'terminals' })), '-- This thread is not yours'],
])('ends with 1 for %s', async (_what, token, says) => {
  const chat = started(await threadOfTwo(), { token: token() });
  await chat.says(says);
  expect(await chat.ended).toBe(1);
});
