import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { problem, type ProblemError, type ServerFrame } from '@threadlog/events';
import { eventually } from '@threadlog/testing';
import { connect, constants } from 'node:http2';
import { ChatService } from './gen/chat/v1/chat_pb';
import { Health } from './gen/grpc/health/v1/health_pb';
import type { EventStreams } from './ports';
import { headers, serveRole } from './served.testing';

const hello: ServerFrame = {
  name: 'hello',
  payload: { serverTime: '2026-01-15T10:30:00.125Z', heartbeatMs: 1, userId: 'ada', tenantId: 'acme', limits: {} },
};

/** Streams that say hello, then a text again and again, until the test ends them. */
function scripted(text?: string) {
  const open = new Set<(why: ProblemError) => void>();
  const streams: EventStreams = {
    open() {
      const end = Promise.withResolvers<never>();
      end.promise.catch(() => undefined);
      const listeners: (() => void)[] = [];
      const close = (why: ProblemError) => {
        if (!open.delete(close)) return;
        end.reject(why);
        listeners.forEach((listener) => listener());
      };
      open.add(close);
      const typing: ServerFrame = {
        name: 'user:typing',
        payload: { conversationId: 't', threadId: 't', userId: text ?? '', isTyping: true },
      };
      let count = 0;
      return {
        next: () =>
          count++ === 0 ? Promise.resolve(hello) : text && open.has(close) ? Promise.resolve(typing) : end.promise,
        whenClosed: (listener) => void listeners.push(listener),
        leave: () => close(problem('unavailable', 'left')),
      };
    },
    drain: () => Promise.resolve([...open].forEach((close) => close(problem('unavailable', 'drained')))),
  };
  return { streams, open };
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function serve({ streams }: Pick<ReturnType<typeof scripted>, 'streams'>) {
  const limits = { streamsPerConnection: 2, watchesPerConnection: 2, streamEndMs: 50, drainMs: 5_000 };
  const served = await serveRole({ streams, limits });
  stops.push(served.end);
  return served;
}

/** Frames of a stream as they come, and how it ended. */
function read(stream: AsyncIterable<unknown>) {
  const got: unknown[] = [];
  const code = (async () => {
    try {
      for await (const each of stream) got.push(each);
      return 0;
    } catch (error) {
      return ConnectError.from(error).code;
    }
  })();
  return { got, code };
}
const first = ({ got }: ReturnType<typeof read>) => eventually(() => expect(got).toHaveLength(1));

describe('Subscribe', () => {
  it('has so many streams a connection; one that goes makes room, and its place is given back', async () => {
    const script = scripted();
    const { url } = await serve(script);
    const client = createClient(ChatService, createGrpcTransport({ baseUrl: url }));
    const call = new AbortController();
    const gone = read(client.subscribe({}, { headers, signal: call.signal }));
    await first(gone);
    await first(read(client.subscribe({}, { headers })));
    expect(await read(client.subscribe({}, { headers })).code).toBe(Code.ResourceExhausted);
    // Another connection has its own.
    const other = createClient(ChatService, createGrpcTransport({ baseUrl: url }));
    await first(read(other.subscribe({}, { headers })));
    call.abort();
    await eventually(() => expect(script.open.size).toBe(2));
    await first(read(client.subscribe({}, { headers })));
  });

  it('ends as its streams do, and with the process', async () => {
    const script = scripted();
    const { url, end } = await serve(script);
    const client = createClient(ChatService, createGrpcTransport({ baseUrl: url }));
    const expired = read(client.subscribe({}, { headers }));
    await first(expired);
    for (const close of script.open) close(problem('unauthorized', 'The token has expired.'));
    expect(await expired.code).toBe(Code.Unauthenticated);
    const late = read(client.subscribe({}, { headers, timeoutMs: 100 }));
    expect(await late.code).toBe(Code.DeadlineExceeded);
    await eventually(() => expect(script.open.size).toBe(0));
    const drained = read(client.subscribe({}, { headers }));
    await first(drained);
    await end();
    expect(await drained.code).toBe(Code.Unavailable);
  });

  it('asks for no more than its client takes, and cuts it off where it does not even take the end', async () => {
    const script = scripted('x'.repeat(10_000));
    const { url } = await serve(script);
    const session = connect(url);
    session.on('error', () => undefined);
    const head = { ':method': 'POST', ':path': '/chat.v1.ChatService/Subscribe', 'content-type': 'application/grpc' };
    const stream = session.request({ ...head, te: 'trailers', ...headers });
    const closed = new Promise((resolve) => stream.once('close', () => resolve(stream.rstCode)));
    stream.on('error', () => undefined);
    stream.end(Buffer.from([0, 0, 0, 0, 0]));
    await new Promise((resolve) => stream.once('response', resolve));
    for (const close of script.open) close(problem('rate_limited', 'too slow'));
    expect(await closed).toBe(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    session.destroy();
  });
});

describe('Watch', () => {
  it('tells what is so, and that the process stops; of what is not there, that it is unknown', async () => {
    const { url, end } = await serve(scripted());
    const health = createClient(Health, createGrpcTransport({ baseUrl: url }));
    const known = read(health.watch({ service: 'chat.v1.ChatService' }));
    const unknown = read(health.watch({ service: 'other' }));
    await first(known);
    await first(unknown);
    expect(await read(health.watch({})).code).toBe(Code.ResourceExhausted);
    await end();
    expect([await known.code, await unknown.code]).toEqual([Code.Unavailable, Code.Unavailable]);
    expect(known.got).toMatchObject([{ status: 1 }, { status: 2 }]);
    expect(unknown.got).toMatchObject([{ status: 3 }]);
  });
});
