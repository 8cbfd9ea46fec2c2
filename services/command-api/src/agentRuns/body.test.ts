import { once } from 'node:events';
import { createServer, request, type ClientRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Heard, StreamPatience } from '@threadlog/agents';
import { hearBody, leaveRest } from './body';

const PATIENT: StreamPatience = { idleMs: 60_000, totalMs: 60_000, maxAnswerBytes: 1_000 };
const nobody = { text: () => undefined, tool: () => undefined };

/** A server that hears one body and answers with what it heard, and a client that sends it. */
async function hearing(patience: Partial<StreamPatience>, send: (sent: ClientRequest, soFar: () => string) => unknown) {
  let text = '';
  const server = createServer((message, response) => {
    const progress = { ...nobody, text: (soFar: string) => void (text = soFar) };
    const hear = hearBody(message, { ...PATIENT, ...patience });
    void hear({ signal: new AbortController().signal, progress })
      .then((heard) => response.end(JSON.stringify(heard)))
      .finally(() => leaveRest(message));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const headers = { 'content-type': 'text/plain' };
  const sent = request({ host: '127.0.0.1', port, method: 'POST', headers });
  sent.on('error', () => undefined);
  // What is written at once comes with the head of the request, however slow the machine is.
  send(sent, () => text);
  sent.flushHeaders();
  const [response] = (await once(sent, 'response')) as [AsyncIterable<Buffer>];
  let answer = '';
  for await (const piece of response) answer += String(piece);
  sent.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return JSON.parse(answer) as Heard;
}

test('a body that ends is what was said', async () => {
  expect(await hearing({}, (sent) => sent.end('Try x'))).toMatchObject({ content: 'Try x', finish: 'complete' });
});

test('silence ends it: what was said until then counts, and where nothing was another try may help', async () => {
  const idle = { idleMs: 100 };
  expect(await hearing(idle, (sent) => sent.write('Try x'))).toMatchObject({ content: 'Try x', finish: 'failed' });
  expect(await hearing(idle, () => undefined)).toEqual({ kind: 'broken', reason: 'timeout' });
});

test('time ends it however much comes', async () => {
  const talking = (sent: ClientRequest) => {
    sent.write('x');
    const timer = setInterval(() => sent.write('x'), 5);
    sent.once('close', () => clearInterval(timer));
  };
  expect(await hearing({ totalMs: 200, maxAnswerBytes: 1e6 }, talking)).toMatchObject({ finish: 'failed' });
});

test('bytes end it: the piece that is too much is not part of it', async () => {
  const much = (sent: ClientRequest, soFar: () => string) => {
    sent.write('y'.repeat(999));
    const timer = setInterval(() => {
      if (soFar().length < 999) return;
      clearInterval(timer);
      sent.write('zz');
    }, 5);
  };
  expect(await hearing({}, much)).toMatchObject({ content: 'y'.repeat(999), finish: 'failed' });
});
