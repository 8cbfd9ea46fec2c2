import { create, toBinary } from '@bufbuild/protobuf';
import { ChatService, ServerReflection } from '@threadlog/grpc';
import type { ThreadResource } from '@threadlog/events';
import { envOfChild, eventually, freePort, testActor } from '@threadlog/testing';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { join } from 'node:path';
import { grpcUrl } from './testing/grpcAlone';
import { reflectedClient } from './testing/reflectedClient';
import { givenStandalone, tokenOf } from './testing/standalone';

const MAIN = join(__dirname, '../dist/main.js');
const CALLS = 200;
const PATIENT = { timeoutMs: 60_000 };
jest.setTimeout(120_000);

const ada = testActor('ada');
const authorization = `Bearer ${tokenOf(ada)}`;
const api = givenStandalone({ ROLES: 'projector,query-api' });
const children: ChildProcess[] = [];
afterAll(() => children.forEach((child) => child.kill('SIGKILL')));

/** What writes and serves gRPC, as an operator runs it, in a process of its own; each start is on the same ports. */
async function processOnPorts() {
  const [port, httpPort] = [await freePort(), await freePort()];
  const ports = { GRPC_PORT: String(port), API_PORT: String(httpPort), OPS_PORT: '0' };
  const roles = { ENVIRONMENT: 'test', LOG_LEVEL: 'silent', ROLES: 'command-api,query-api,grpc' };
  async function start(): Promise<{ stop(): Promise<number | null> }> {
    const env = { ...envOfChild(), ...api.env(), ...roles, ...ports };
    const child = spawn(process.execPath, [MAIN], { stdio: 'ignore', env });
    children.push(child);
    const exited = once(child, 'exit') as Promise<[number | null]>;
    await eventually(
      async () => expect((await fetch(`http://127.0.0.1:${httpPort}/readyz`)).status).toBe(200),
      PATIENT,
    );
    return {
      stop() {
        child.kill('SIGTERM');
        return exited.then(([code]) => code);
      },
    };
  }
  return { start, grpc: grpcUrl(port), http: `http://127.0.0.1:${httpPort}` };
}

async function newConversation(base: string): Promise<string> {
  const headers = { authorization, 'content-type': 'application/json' };
  const response = await fetch(`${base}/api/v1/threads`, { method: 'POST', headers, body: '{}' });
  return ((await response.json()) as ThreadResource).id;
}

/** A message to send as it is on the wire. */
function bodyOf(conversationId: string, content: string): Buffer {
  const { input } = ChatService.method.sendMessage;
  const message = toBinary(input, create(input, { conversationId, content, idempotencyKey: `stop-${content}` }));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function open(session: ClientHttp2Session, method: string): ClientHttp2Stream {
  return session.request({
    ...{ ':method': 'POST', ':path': `/${ChatService.typeName}/${method}` },
    ...{ 'content-type': 'application/grpc', te: 'trailers', authorization },
  });
}

interface OpenCall {
  content: string;
  /** Sends what is missing of the message. */
  finish(): void;
  /** gRPC's status, or why there is none. */
  ended: Promise<string>;
}

/** A call of which the server has everything but the last bytes. */
function openCall(session: ClientHttp2Session, conversationId: string, content: string): OpenCall {
  const stream = open(session, 'SendMessage');
  const body = bodyOf(conversationId, content);
  stream.write(body.subarray(0, 8));
  return { content, finish: () => void stream.end(body.subarray(8)), ended: statusOf(stream) };
}

async function statusOf(stream: ClientHttp2Stream): Promise<string> {
  let status = 'none';
  stream.on('trailers', (trailers) => (status = String(trailers['grpc-status'])));
  stream.on('error', (error: Error) => (status = error.message));
  stream.resume();
  await new Promise((resolve) => stream.once('close', resolve));
  return status;
}

it(`a process that is stopped answers each of ${CALLS} open calls, and has what they wrote; idle clients go on after it`, async () => {
  const { start, grpc, http } = await processOnPorts();
  const first = await start();
  const idle = await reflectedClient(grpc, ServerReflection);
  const list = () => idle.call('GetConversations', {}, { authorization });
  expect((await list()).code).toBe(0);
  const conversationId = await newConversation(http);

  const session = connect(grpc);
  const calls = Array.from({ length: CALLS }, (_, at) => openCall(session, conversationId, `text-${at}`));
  // The server has seen all of them once it answers one that came after them.
  const after = open(session, 'GetConversations');
  after.end(Buffer.alloc(5));
  expect(await statusOf(after)).toBe('0');
  const goesAway = once(session, 'goaway');
  const exited = first.stop();
  await goesAway;
  for (const { finish } of calls) finish();
  expect(new Set(await Promise.all(calls.map(({ ended }) => ended)))).toEqual(new Set(['0']));
  expect(await exited).toBe(0);

  const written = calls.map(({ content }) => content).sort();
  const page = `/v1/conversations/${conversationId}/messages?limit=200`;
  await eventually(async () => {
    const { body } = await api.as(ada).call<{ messages: { content: string }[] }>('GET', page);
    expect(body.messages.map(({ content }) => content).sort()).toEqual(written);
  }, PATIENT);

  const second = await start();
  expect(await list()).toMatchObject({ code: 0, body: { conversations: [{ id: conversationId }] } });
  idle.close();
  expect(await second.stop()).toBe(0);
});
