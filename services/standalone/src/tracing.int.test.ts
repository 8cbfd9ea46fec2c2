import { randomBytes } from 'node:crypto';
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import type { ThreadResource } from '@threadlog/events';
import { ChatService } from '@threadlog/grpc';
import { createLogger, createMetrics } from '@threadlog/service';
import { eventually, testActor } from '@threadlog/testing';
import { createAgents } from '@threadlog/worker';
import { io, type Socket } from 'socket.io-client';
import { startAgentService, streams } from './testing/agentService';
import { startCollector, type CollectedSpan } from './testing/collector';
import { scenesOf } from './testing/scenes';
import { givenStandalone, tokenOf } from './testing/standalone';
import { givenWebhooks, PATIENT } from './testing/webhooks';

const env: Record<string, string> = { ROLES: 'projector,command-api,query-api,realtime,grpc' };
let collector: Awaited<ReturnType<typeof startCollector>>;
beforeAll(async () => {
  collector = await startCollector();
  env.OTEL_EXPORTER_OTLP_ENDPOINT = `${collector.url}/`;
});
const api = givenStandalone(env);
afterAll(() => collector.close());
const scenes = scenesOf(api);
const hooks = givenWebhooks(api);

const ada = testActor('zebulon-the-traced', { tenant: 'traced-school' });
const TEXT = 'a text that nobody may find in a trace';
const authorization = () => ({ authorization: `Bearer ${tokenOf(ada)}` });
const newTrace = () => randomBytes(16).toString('hex');
const sampled = (trace: string) => `00-${trace}-${randomBytes(8).toString('hex')}-01`;
const of = (trace: string) => collector.spans.filter(({ traceId }) => traceId === trace);

jest.setTimeout(120_000);

/** Names from a trace's beginning to each of its ends. */
function paths(spans: readonly CollectedSpan[]): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const pathTo = (span: CollectedSpan): string[] => {
    const parent = byId.get(span.parentSpanId ?? '');
    return parent ? [...pathTo(parent), span.name] : [span.name];
  };
  const parents = new Set(spans.map(({ parentSpanId }) => parentSpanId));
  // What is tried again, since the machine stood still, is there twice.
  const ends = spans.filter(({ spanId }) => !parents.has(spanId));
  return [...new Set(ends.map((span) => pathTo(span).join(' > ')))];
}
const untilPaths = (trace: () => string, expected: string[]) =>
  eventually(() => expect(paths(of(trace())).sort()).toEqual(expected.sort()), PATIENT);

async function follow(threadId: string): Promise<Socket> {
  const socket = io(api.sockets(), { auth: { token: tokenOf(ada) }, transports: ['websocket'] });
  hooks.atEnd(() => socket.close());
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  await socket.emitWithAck('conversation:join', { conversationId: threadId });
  return socket;
}

async function askAgents(url: string): Promise<string> {
  const stopping = new AbortController();
  const agentId = 'tutor';
  const ended = createAgents({
    ...api.runtime(),
    router: api.router(),
    agent: { id: agentId, url, secrets: [`whsec_${Buffer.alloc(32, 6).toString('base64')}`], contextMessages: 20 },
    ...{ reader: agentId, retriesMs: [50] },
    logger: createLogger({ service: 'test', level: 'silent' }),
    metrics: createMetrics({ defaults: false }),
  }).run(stopping.signal);
  hooks.atEnd(async () => {
    stopping.abort();
    await ended;
  });
  const sql = 'select 1 from threadlog.agent_positions where agent_id = $1';
  await eventually(async () => {
    expect((await api.runtime().database.query(sql, [agentId])).rows).toHaveLength(api.runtime().log.partitions);
  }, PATIENT);
  return agentId;
}

describe('a trace', () => {
  it('goes from the request over command, log, read model and frame to the webhook, and to what the agent answers', async () => {
    const agent = await startAgentService(streams(() => 'an answer'));
    hooks.atEnd(() => agent.close());
    const agentId = await askAgents(agent.url);
    const threadId = await scenes.thread(ada, {});
    await scenes.done(ada, 'participant.add', { threadId, userId: agentId, role: 'agent' });
    await hooks.follow([hooks.endpointOf(ada.tenantId)]);
    await follow(threadId);
    const trace = newTrace();
    const path = `/api/v1/threads/${threadId}/messages`;
    const headers = { traceparent: sampled(trace) };
    expect((await api.request('POST', path, { as: ada, headers, body: { content: TEXT } })).status).toBe(201);
    const asked = 'POST /api/v1/threads/{threadId}/messages > decide > append';
    const answered = `${asked} > run > decide > append`;
    const read = ['fold', 'frame', 'delivery'];
    await untilPaths(
      () => trace,
      [...read.map((name) => `${asked} > ${name}`), ...read.map((name) => `${answered} > ${name}`)],
    );

    const route = of(trace).find(({ name }) => name.startsWith('POST'))!;
    expect(route.attributes).toContainEqual({ key: 'http.response.status_code', value: { intValue: 201 } });
    for (const { startTimeUnixNano: from, endTimeUnixNano: to } of of(trace))
      expect(BigInt(to) >= BigInt(from)).toBe(true);
    expect([...collector.services]).toEqual(['threadlog-test']);
  });

  it('begins where a socket or a call of gRPC sends a command, and says why one was refused', async () => {
    const threadId = await scenes.thread(ada, {});
    const socket = await follow(threadId);
    const socketTrace = () => collector.spans.findLast(({ name }) => name === 'socket message:send')?.traceId ?? '';
    await socket.emitWithAck('message:send', { conversationId: threadId, content: TEXT });
    const ends = (begin: string) => ['fold', 'frame'].map((name) => `${begin} > decide > append > ${name}`);
    await untilPaths(socketTrace, ends('socket message:send'));

    const chat = createClient(ChatService, createGrpcTransport({ baseUrl: api.grpc() }));
    const trace = newTrace();
    const message = { conversationId: threadId, content: TEXT, idempotencyKey: 'traced' };
    await chat.sendMessage(message, { headers: { ...authorization(), traceparent: sampled(trace) } });
    await untilPaths(() => trace, ends('chat.v1.ChatService/SendMessage'));

    const refused = newTrace();
    const elsewhere = '/api/v1/threads/00000000-0000-7000-8000-000000000000/messages';
    const headers = { traceparent: sampled(refused) };
    expect((await api.request('POST', elsewhere, { as: ada, headers, body: { content: TEXT } })).status).toBe(404);
    await untilPaths(() => refused, ['POST /api/v1/threads/{threadId}/messages > decide']);
    expect(of(refused).find(({ name }) => name === 'decide')!.status).toMatchObject({ code: 2, message: 'not_found' });
  });

  it('is not kept where whoever asks does not want it, and leaves a record alone that has none', async () => {
    const threadId = await scenes.thread(ada, {});
    const [unwanted, wanted] = [newTrace(), newTrace()];
    const path = `/api/v1/threads/${threadId}/messages`;
    const post = async (traceparent: string) => {
      const answer = await api.request('POST', path, { as: ada, headers: { traceparent }, body: { content: TEXT } });
      expect(answer.status).toBe(201);
    };
    await post(sampled(unwanted).replace(/01$/, '00'));
    await post(`00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`);
    await post(sampled(unwanted) + '0'.repeat(10_000));
    await post(sampled(wanted));
    await untilPaths(() => wanted, ['POST /api/v1/threads/{threadId}/messages > decide > append > fold']);
    expect(of(unwanted)).toEqual([]);
    expect(of('0'.repeat(32))).toEqual([]);
    expect(collector.sent()).not.toContain(unwanted);
  });

  it('holds no text, no token, and nobody’s name', async () => {
    const { body } = await api.as(ada).call<ThreadResource>('POST', '/api/v1/threads', { title: TEXT });
    await eventually(() => expect(collector.spans.at(-1)).toBeDefined(), PATIENT);
    const sent = collector.sent();
    expect(sent).toContain('decide');
    for (const secret of [TEXT, tokenOf(ada), ada.id, ada.tenantId, body.id, 'an answer'])
      expect(sent).not.toContain(secret);
  });
});
