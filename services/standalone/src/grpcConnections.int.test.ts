import { Code } from '@connectrpc/connect';
import { connect, constants, type ClientHttp2Session } from 'node:http2';
import type { ThreadResource } from '@threadlog/events';
import { eventually, freePort, testActor } from '@threadlog/testing';
import { chatAt, codeOf, grpcUrl, startGrpcAlone } from './testing/grpcAlone';
import { givenStandalone, tokenOf } from './testing/standalone';

const ada = testActor('ada');
const api = givenStandalone({ ROLES: 'projector,command-api,query-api,grpc' });
const authorized = () => ({ headers: { authorization: `Bearer ${tokenOf(ada)}` } });
let keys = 0;
const newKey = () => `connections-${(keys += 1)}`;
async function conversation(): Promise<string> {
  return (await api.as(ada).call<ThreadResource>('POST', '/api/v1/threads', {})).body.id;
}

async function startAlone(port: number) {
  const alone = await startGrpcAlone(api, port);
  await eventually(async () => expect(await codeOf(chatAt(grpcUrl(port)).getConversations({}, authorized()))).toBe(0));
  return alone.stop;
}

describe('a stop', () => {
  it('loses none of the calls that were taken, and an idle client goes on after it', async () => {
    const port = await freePort();
    const conversationId = await conversation();
    const stop = await startAlone(port);
    const client = chatAt(grpcUrl(port));
    expect(await codeOf(client.getConversations({}, authorized()))).toBe(0);
    const contents = Array.from({ length: 200 }, (_, at) => `text ${at}`);
    const calls = contents.map((content) =>
      codeOf(client.sendMessage({ conversationId, content, idempotencyKey: newKey() }, authorized())),
    );
    await eventually(async () =>
      expect((await client.getMessages({ conversationId, limit: 1 }, authorized())).messages).not.toEqual([]),
    );
    const stopped = stop();
    const codes = await Promise.all(calls);
    await stopped;
    // What was not taken was refused before anything was done.
    expect(codes.filter((code) => code !== 0 && code !== Code.Unavailable)).toEqual([]);
    const taken = contents.filter((_content, at) => codes[at] === 0);
    const there = async () =>
      (await chatAt(api.grpc()).getMessages({ conversationId, limit: 200 }, authorized())).messages;
    await eventually(async () => expect((await there()).map(({ content }) => content).sort()).toEqual(taken.sort()));

    const stopAgain = await startAlone(port);
    expect(await codeOf(client.getConversations({}, authorized()))).toBe(0);
    await stopAgain();
  });
});

describe('hostile connections', () => {
  const open = (): ClientHttp2Session => {
    const session = connect(api.grpc(), { maxOutstandingPings: 5_000 });
    session.on('error', () => undefined);
    return session;
  };
  const closed = (session: ClientHttp2Session) => eventually(() => expect(session.destroyed).toBe(true));
  const healthy = async () => expect(await codeOf(chatAt(api.grpc()).getConversations({}, authorized()))).toBe(0);
  const path = '/chat.v1.ChatService/GetConversations';
  const head = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' };

  it('that open calls and take them back at once are ended', async () => {
    const session = open();
    for (let n = 0; n < 3_000 && !session.destroyed; n += 1) {
      const stream = session.request(head);
      stream.on('error', () => undefined);
      stream.close(constants.NGHTTP2_CANCEL);
      if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await closed(session);
    await healthy();
  });

  it('that only ping are ended', async () => {
    const session = open();
    await new Promise((resolve) => session.once('connect', resolve));
    for (let n = 0; n < 3_000 && !session.destroyed; n += 1) {
      session.ping(() => undefined);
      if (n % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await closed(session);
    await healthy();
  });

  it('that send more metadata than there may be get no call', async () => {
    const session = open();
    const stream = session.request({ ...head, 'x-large': 'x'.repeat(60_000) });
    stream.on('error', () => undefined);
    stream.end();
    const status = await new Promise<unknown>((resolve) => {
      stream.on('response', (headers) => resolve(headers[':status']));
      stream.on('close', () => resolve(null));
    });
    expect(status).toBe(431);
    session.destroy();
    await healthy();
  });

  it.each([
    ['a text that is no UTF-8', [0x12, 2, 0xff, 0xfe]],
    ['a message that ends too early', [0x12, 100, 0x61]],
    ['a field of no type', [0x17]],
  ])('%s is refused, as gRPC has it', async (_what, bytes) => {
    const session = open();
    const stream = session.request({
      ...head,
      ':path': '/chat.v1.ChatService/SendMessage',
      authorization: `Bearer ${tokenOf(ada)}`,
    });
    const frame = Buffer.from([0, 0, 0, 0, bytes.length, ...bytes]);
    stream.end(frame);
    stream.resume();
    const status = await new Promise((resolve) => {
      stream.on('trailers', (trailers) => resolve(trailers['grpc-status']));
      stream.on('response', (headers) => headers['grpc-status'] !== undefined && resolve(headers['grpc-status']));
    });
    expect(Number(status)).toBe(Code.Internal);
    session.close();
  });

  it('messages that are too large, and metadata that is nested too deeply, are refused', async () => {
    const conversationId = await conversation();
    const nested = (depth: number): object => (depth === 0 ? {} : { a: nested(depth - 1) });
    const client = chatAt(api.grpc());
    const sends = (request: object) =>
      codeOf(client.sendMessage({ conversationId, content: 'x', idempotencyKey: newKey(), ...request }, authorized()));
    expect(await sends({ content: 'x'.repeat(300_000) })).toBe(Code.ResourceExhausted);
    for (const depth of [33, 60]) expect(await sends({ metadata: nested(depth) })).toBe(Code.InvalidArgument);
    expect(await sends({ metadata: nested(500) })).toBe(Code.Internal);
    expect(await sends({ metadata: nested(30) })).toBe(0);
    expect(await sends({ content: 'a\0b' })).toBe(Code.InvalidArgument);
  });
});
