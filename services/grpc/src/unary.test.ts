import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { problem, type V1Message } from '@threadlog/events';
import { eventually } from '@threadlog/testing';
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { SendMessageRequestSchema, SendMessageResponseSchema } from './gen/chat/v1/chat_pb';
import type { ChatCalls } from './ports';
import { enveloped, headers as authorized, serveRole, verifier } from './served.testing';

const message: V1Message = {
  ...{ id: 'm', conversation_id: 'c', thread_id: 'c', seq: 1, message_index: 1, sender_id: 'ada', sender_type: 'user' },
  ...{ sender_name: 'Ada', message_type: 'text', content: 'Hello', attachments: [], metadata: null, reply_to: null },
  ...{ mentions: [], edited: false },
  ...{ created_at: '2026-01-15T10:30:00.123456Z', updated_at: '2026-01-15T10:30:00.123456Z' },
} as V1Message;

const asked: { content: string; timeoutMs: number; requestId: string }[] = [];
let answered = Promise.resolve();
const calls = {
  async sendMessage({ timeoutMs, requestId }, request) {
    const { content } = request as { content: string };
    asked.push({ content, timeoutMs, requestId });
    await answered;
    if (content === 'thread_closed') throw problem('thread_closed', 'It is closed: «no»', { retryAfter: 3 });
    if (content === 'a fault') throw new Error('secret');
    return { message: { ...message, content }, duplicate: content === 'again', token: 'the-token' };
  },
} as Partial<ChatCalls> as ChatCalls;

let verified = 0;
const countingVerifier: typeof verifier = {
  ...verifier,
  verify(token) {
    verified += 1;
    return verifier.verify(token);
  },
};

let served: Awaited<ReturnType<typeof serveRole>>;
let session: ClientHttp2Session;
beforeAll(async () => {
  served = await serveRole({ calls, verifier: countingVerifier, limits: { messageBytes: 1_000, drainMs: 5_000 } });
  session = connect(served.url);
});
afterAll(async () => {
  session.close();
  await served.end();
});
beforeEach(() => asked.splice(0));

/** Calls that were counted as taken back. */
async function canceled(): Promise<number> {
  const text = await served.metrics.registry.metrics();
  return Number(/_count\{[^}]*code="canceled"\} (\d+)/.exec(text)?.[1] ?? 0);
}

/** Compression is left to the library; a message of a call that may be compressed need not be. */
const OVER_LIBRARY = { 'grpc-encoding': 'gzip', 'grpc-accept-encoding': 'identity' };
const send = (content: string) =>
  enveloped(toBinary(SendMessageRequestSchema, create(SendMessageRequestSchema, { conversationId: 'c', content })));

function open(more: Record<string, string> = {}, over = session): ClientHttp2Stream {
  const path = '/chat.v1.ChatService/SendMessage';
  const head = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' };
  const stream = over.request({ ...head, 'x-request-id': 'req-12345', ...authorized, ...more });
  stream.on('error', () => undefined);
  return stream;
}

/** All that comes over a stream until it is closed. */
async function read(stream: ClientHttp2Stream) {
  const chunks: Buffer[] = [];
  let head: Record<string, unknown> = {};
  let trailers: Record<string, unknown> = {};
  stream.on('response', (got) => (head = { ...got }));
  stream.on('trailers', (got) => (trailers = { ...got }));
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => stream.once('close', resolve));
  const { date: _date, ...told } = head;
  const body = Buffer.concat(chunks);
  const answer = body.length > 0 ? fromBinary(SendMessageResponseSchema, body.subarray(5)) : undefined;
  return { head: told, trailers, answer, status: Number(trailers['grpc-status']) };
}
type Read = Awaited<ReturnType<typeof read>>;

/** One call over each of both ways. */
async function both(body: Buffer, more: Record<string, string> = {}): Promise<[Read, Read]> {
  const over = (further: object) => {
    const stream = open({ ...more, ...further });
    stream.end(body);
    return read(stream);
  };
  return [await over({}), await over(OVER_LIBRARY)];
}

describe('a call of one message and one answer says what the library would', () => {
  it.each(['Hello', 'x'.repeat(500), '', 'again', 'thread_closed', 'a fault'])('for the text %p', async (content) => {
    const [own, library] = await both(send(content));
    expect(own).toEqual(library);
    expect(own.head).toMatchObject({ ':status': 200, 'x-request-id': 'req-12345' });
  });

  it('with an answer and a token, or with a status and its details', async () => {
    const [sent] = await both(send('Hello'));
    expect(sent).toMatchObject({
      answer: { message: { content: 'Hello' } },
      head: { 'x-consistency-token': 'the-token' },
    });
    expect(sent.trailers).toMatchObject({ 'grpc-status': '0' });
    const [again] = await both(send('again'));
    expect([again.status, again.answer]).toEqual([Code.AlreadyExists, undefined]);
    const [closed] = await both(send('thread_closed'));
    expect(closed.status).toBe(Code.FailedPrecondition);
    expect(decodeURIComponent(String(closed.trailers['grpc-message']))).toBe('It is closed: «no»');
    expect(closed.trailers['grpc-status-details-bin']).toBeDefined();
    const [fault] = await both(send('a fault'));
    expect([fault.status, JSON.stringify(fault).includes('secret')]).toEqual([Code.Internal, false]);
  });

  it.each([
    ['no token', send('Hello'), { authorization: '' }, Code.Unauthenticated],
    ['a bad token', send('Hello'), { authorization: 'Bearer other' }, Code.Unauthenticated],
    ['a timeout that is none', send('Hello'), { 'grpc-timeout': 'soon' }, Code.InvalidArgument],
    ['a deadline that is over', send('Hello'), { 'grpc-timeout': '0n' }, Code.DeadlineExceeded],
    ['no message', Buffer.alloc(0), {}, Code.Unimplemented],
    ['two messages', Buffer.concat([send('a'), send('b')]), {}, Code.Unimplemented],
    ['a message cut short', send('Hello').subarray(0, -1), {}, Code.InvalidArgument],
    ['a message that is too large', send('x'.repeat(2_000)), {}, Code.ResourceExhausted],
    ['what is no message', enveloped(Uint8Array.of(0x12, 100, 0x61)), {}, Code.Internal],
  ])('refusing %s', async (_what, body, more, code) => {
    const [own, library] = await both(body, more);
    expect([own.status, library.status]).toEqual([code, code]);
    expect(asked).toEqual([]);
  });

  it('and hands the deadline on', async () => {
    await both(send('Hello'), { 'grpc-timeout': '30000m' });
    for (const { timeoutMs, requestId } of asked) {
      expect(requestId).toBe('req-12345');
      expect(timeoutMs).toBeLessThanOrEqual(30_000);
      expect(timeoutMs).toBeGreaterThan(0);
    }
    expect(asked).toHaveLength(2);
  });
});

describe('callers that do not end their call', () => {
  it('are refused before they have sent it, and told to stop', async () => {
    const stream = open({ authorization: 'Bearer other' });
    stream.write(send('Hello').subarray(0, 3));
    const { status } = await read(stream);
    expect([status, stream.rstCode]).toEqual([Code.Unauthenticated, constants.NGHTTP2_NO_ERROR]);
  });

  it('are refused as soon as it is too large', async () => {
    const stream = open();
    stream.write(send('x'.repeat(5_000)).subarray(0, 3_000));
    expect((await read(stream)).status).toBe(Code.ResourceExhausted);
  });

  it('are cut off in the middle of it, and nothing is done', async () => {
    const before = verified;
    const other = connect(served.url);
    const stream = open({}, other);
    stream.write(send('Hello').subarray(0, 8));
    await eventually(() => expect(verified).toBe(before + 1));
    other.destroy();
    await eventually(async () => expect(await canceled()).toBe(1));
    expect(asked).toEqual([]);
  });

  it('go while it is carried out, which it is to the end', async () => {
    const before = await canceled();
    const held = Promise.withResolvers<void>();
    answered = held.promise;
    const stream = open();
    stream.end(send('Hello'));
    await eventually(() => expect(asked).toHaveLength(1));
    stream.close(constants.NGHTTP2_CANCEL);
    const counted = async () => expect(await canceled()).toBe(before + 1);
    await eventually(counted);
    held.resolve();
    expect((await both(send('and the next')))[0].answer?.message?.content).toBe('and the next');
  });
});
