import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { STREAMS, type Heard } from '@threadlog/agents';
import { LIMITS } from '@threadlog/events';
import { CONVERSATION_PATIENCE, createOutboundClient } from '@threadlog/outbound';
import { ask, type Asked } from './ask';

const client = createOutboundClient();
let server: Server;
let respond: (response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((request, response) => void request.resume().once('end', () => respond(response)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  client.close();
  server.closeAllConnections();
  server.close();
});

function asked(by: (response: ServerResponse) => void, patience = {}, signal = new AbortController().signal) {
  respond = by;
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const options = { client, url, trusted: true, patience: { ...CONVERSATION_PATIENCE, ...patience } };
  return ask(options, { body: '{}', headers: {} }, signal);
}
const whole = (status: number, type: string, body: string) => (response: ServerResponse) =>
  void response.writeHead(status, { 'content-type': type }).end(body);
const sse = (...parts: (object | string)[]): string =>
  parts.map((part) => `data: ${typeof part === 'string' ? part : JSON.stringify(part)}\n\n`).join('');
const events = (...parts: (object | string)[]) => whole(200, 'text/event-stream', sse(...parts));
const REASONING = sse(
  { type: 'reasoning-delta', id: 'r', delta: 'hm' },
  { type: 'tool-input-available', toolCallId: 't' },
);
const delta = (text: string, id = '1') => ({ type: 'text-delta', id, delta: text });

test.each<[string, (response: ServerResponse) => void, Partial<Asked>]>([
  ['nothing', (response) => void response.writeHead(204).end(), { kind: 'silent' }],
  ['plain text', whole(200, 'text/plain; charset=utf-8', 'Grüß dich'), { kind: 'said', content: 'Grüß dich' }],
  ['blank text', whole(200, 'text/plain', ' \n'), { kind: 'silent' }],
  [
    'JSON',
    whole(200, 'application/json', JSON.stringify({ content: 'Hi', metadata: { a: 1 }, mentions: ['bo'], extra: 1 })),
    { kind: 'said', content: 'Hi', metadata: { a: 1 }, mentions: ['bo'], finish: 'complete' },
  ],
  ['JSON that is none', whole(200, 'application/json', '{'), { kind: 'failed', status: 200 }],
  [
    'JSON with a name that makes a prototype',
    whole(200, 'application/json', '{"content":"Hi","metadata":{"__proto__":{"a":1}}}'),
    { kind: 'failed', status: 200 },
  ],
  ['a page', whole(200, 'text/html', '<p>'), { kind: 'failed', status: 200 }],
  ['a redirect', (response) => void response.writeHead(302, { location: 'http://x/' }).end(), { kind: 'failed' }],
  ['a refusal', whole(401, 'text/plain', 'no'), { kind: 'failed', status: 401 }],
  ['a fault', whole(503, 'text/plain', 'no'), { kind: 'retry', status: 503 }],
  ['too many requests', whole(429, 'text/plain', 'no'), { kind: 'retry', status: 429 }],
  ['text that no store takes', whole(200, 'text/plain', 'a\0b'), { kind: 'said', content: 'ab' }],
  ['more than a message holds', whole(200, 'text/plain', '👍'.repeat(32_001)), { finish: 'failed' }],
])('takes %s', async (_what, by, expected) => {
  expect(await asked(by)).toMatchObject(expected);
});

test('puts a UI message stream together, with what it says of tokens, and passes over what it does not know', async () => {
  const stream = events(
    { type: 'start', messageId: 'x' },
    { type: 'reasoning-delta', id: 'r', delta: 'hidden thoughts' },
    { type: 'tool-input-available', toolCallId: 't', toolName: 'look', input: {} },
    { type: 'text-start', id: '1' },
    delta('Hello'),
    delta(', world'),
    { type: 'text-end', id: '1' },
    { type: 'data-weather', data: { a: 1 } },
    'not json',
    delta('Bye', '2'),
    { type: 'finish', messageMetadata: { inputTokens: 12, outputTokens: 3, model: 'maker/one', cost: -1 } },
    '[DONE]',
  );
  expect(await asked(stream)).toMatchObject({
    kind: 'said',
    content: 'Hello, world\n\nBye',
    finish: 'complete',
    usage: { toolCalls: 1, inputTokens: 12, outputTokens: 3, model: 'maker/one' },
  });
});

test('does not mind where a stream is cut, in characters or lines', async () => {
  const bytes = Buffer.from(sse(delta('Grüße 👍'), '[DONE]').replaceAll('\n', '\r\n'));
  const piecewise = (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const [...all] = bytes;
    const send = (at: number): void => {
      if (at === all.length) response.end();
      else response.write(Buffer.from([all[at]!]), () => setImmediate(send, at + 1));
    };
    send(0);
  };
  expect(await asked(piecewise)).toMatchObject({ content: 'Grüße 👍', finish: 'complete' });
});

test('reads a line that comes in very many pieces without looking through it again with each', async () => {
  const mebibyte = sse(delta('x'.repeat(2 ** 20 - 100)));
  async function* pieces() {
    for (let at = 0; at < mebibyte.length; at += 4) yield Buffer.from(mebibyte.slice(at, at + 4));
    yield Promise.resolve(Buffer.from('data: [DONE]\r'));
  }
  const { content } = (await STREAMS['text/event-stream']!(pieces(), {
    ...{ signal: new AbortController().signal, progress: { text: () => undefined, tool: () => undefined } },
    faultOf: () => null,
  })) as Extract<Heard, { kind: 'said' }>;
  expect(content).toHaveLength(LIMITS.contentCharacters);
});

test.each<[string, string, Partial<Asked>]>([
  ['thoughts and tools alone', REASONING.repeat(2_000), { kind: 'silent' }],
  ['half characters and NUL', sse(delta('a\ud83d\0'), delta('\udc4db\0')), { content: 'a\ufffd\ufffdb' }],
  [
    'parts that are none',
    sse('null', '[]', '7', '{"type":{}}', '{"type":"text-delta","delta":{}}', delta('So')),
    { content: 'So' },
  ],
  [
    'what would be everybody’s',
    `${sse('{"type":"finish","messageMetadata":{"__proto__":{"inputTokens":1},"model":"maker/one"}}', delta('So'))}`,
    { content: 'So', usage: { toolCalls: 0, model: 'maker/one' } },
  ],
])('takes nothing but text from %s', async (_what, body, expected) => {
  expect(await asked(whole(200, 'text/event-stream', `${body}${sse('[DONE]')}`))).toMatchObject(expected);
  expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('inputTokens');
});

test('keeps what was said before an error, an abort or a broken connection, and says so', async () => {
  expect(await asked(events(delta('So'), { type: 'error', errorText: 'x' }))).toMatchObject({
    content: 'So',
    finish: 'failed',
  });
  expect(await asked(events(delta('So'), { type: 'abort' }))).toMatchObject({ content: 'So', finish: 'stopped' });
  expect(await asked(events(delta('So')))).toMatchObject({ content: 'So', finish: 'failed' });
  expect(await asked(events({ type: 'error', errorText: 'x' }))).toMatchObject({ kind: 'retry' });
  const cut = (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(sse(delta('So')), () => response.destroy());
  };
  expect(await asked(cut)).toMatchObject({ content: 'So', finish: 'failed' });
});

test('waits for no agent that says nothing any more, and reads no endless answer', async () => {
  const hangs = (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(sse(delta('So')));
  };
  expect(await asked(hangs, { idleMs: 100 })).toMatchObject({ content: 'So', finish: 'failed' });
  expect(await asked(() => undefined, { firstByteMs: 100 })).toMatchObject({ kind: 'retry', reason: 'timeout' });
  const endless = (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const send = (): void =>
      void (response.destroyed || response.write(sse(delta('x'.repeat(1_000))), () => setImmediate(send)));
    send();
  };
  expect(await asked(endless, { maxAnswerBytes: 20_000 })).toMatchObject({ kind: 'said', finish: 'failed' });
});

test('is given up at once', async () => {
  const stop = new AbortController();
  const began = Promise.withResolvers<void>();
  const hanging = asked(
    (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(sse(delta('So')), () => began.resolve());
    },
    {},
    stop.signal,
  );
  await began.promise;
  stop.abort(new Error('stopped'));
  await expect(hanging).rejects.toThrow('stopped');
});
