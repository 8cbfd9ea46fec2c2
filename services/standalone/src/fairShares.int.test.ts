import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import type { CommandResult } from '@threadlog/commands';
import type { ThreadResource } from '@threadlog/events';
import { ChatService } from '@threadlog/grpc';
import type { Actor } from '@threadlog/auth';
import { onBehalfOf } from '@threadlog/service';
import { eventually, testActor } from '@threadlog/testing';
import { io, type Socket } from 'socket.io-client';
import { givenStandalone, tokenOf } from './testing/standalone';

/** One partition, so that all share one owner's queue; and the time of a command is never what answers it. */
const api = givenStandalone({
  ROLES: 'projector,command-api,query-api,realtime,grpc',
  CHAT_PARTITIONS: '1',
  COMMAND_TIMEOUT_MS: '60000',
});
const loud = testActor('lou', { tenant: 'loud-school' });
const quiet = testActor('quinn', { tenant: 'quiet-school' });
/** Of one tenant: what is under way, and what waits behind it. */
const UNDER_WAY = 512;
const WAITING = 2_048;

async function threadOf(actor: Actor): Promise<string> {
  const { body } = await api.as(actor).call<ThreadResource>('POST', '/api/v1/threads', { title: actor.id });
  return body.id;
}

/** Past HTTP, as sockets and the worker write. */
function post(actor: Actor, threadId: string, content: string): Promise<CommandResult> {
  const rest = { attachments: [], metadata: null, replyTo: null, mentions: [], clientMessageId: null };
  return api.router().execute({
    actor,
    command: { type: 'message.post', input: { threadId, content, messageType: 'text', ...rest } },
    idempotencyKey: null,
    correlationId: 'fair-shares',
    timeoutMs: 60_000,
  });
}
const posts = (actor: Actor, threadId: string, count: number): Promise<CommandResult>[] =>
  Array.from({ length: count }, (_, index) => post(actor, threadId, `${index}`));

const codeOf = (result: CommandResult): string => (result.ok ? 'ok' : result.problem.code);
const offsetOf = (result: CommandResult): number => (result.ok ? result.position!.offset : NaN);
function countsOf(codes: readonly string[]): Record<string, number> {
  return Object.fromEntries([...new Set(codes)].map((code) => [code, codes.filter((one) => one === code).length]));
}

/** So many messages stand in the thread, once the read model has them. */
async function expectMessages(actor: Actor, threadId: string, count: number): Promise<void> {
  const read = () => api.as(actor).call<ThreadResource>('GET', `/api/v1/threads/${threadId}`);
  await eventually(async () => expect((await read()).body.messageCount).toBe(count), { timeoutMs: 20_000 });
}

/** By surface, how many requests were shed for one of these reasons. */
async function shedFor(...reasons: string[]): Promise<Record<string, number>> {
  const metric = api.runtime().metrics.registry.getSingleMetric('threadlog_requests_shed_total')!;
  const { values } = await metric.get();
  const found = values.filter(({ labels }) => reasons.includes(String(labels.reason)));
  return found.reduce<Record<string, number>>(
    (sums, { labels, value }) => ({ ...sums, [labels.surface!]: (sums[labels.surface!] ?? 0) + value }),
    {},
  );
}

describe('a tenant with thousands of commands at once', () => {
  test('is told of those that find no room, delays the command of another by a turn, and keeps its own order', async () => {
    const [crowded, calm] = [await threadOf(loud), await threadOf(quiet)];
    const atHand = [await post(loud, crowded, 'at hand'), await post(quiet, calm, 'at hand')];
    expect(atHand.map(codeOf)).toEqual(['ok', 'ok']);
    const sent = posts(loud, crowded, 5_000);
    const single = await post(quiet, calm, 'mine');
    const results = await Promise.all(sent);
    const accepted = results.filter(({ ok }) => ok);
    const before = accepted.filter((one) => offsetOf(one) < offsetOf(single)).length;
    expect(codeOf(single)).toBe('ok');
    expect(before).toBeLessThanOrEqual(UNDER_WAY);
    const counts = countsOf(results.map(codeOf));
    expect(counts).toEqual({ ok: accepted.length, overloaded: 5_000 - accepted.length });
    expect(accepted.length).toBeGreaterThanOrEqual(UNDER_WAY);
    expect(accepted.length).toBeLessThanOrEqual(UNDER_WAY + WAITING);
    const offsets = accepted.map(offsetOf);
    expect(offsets).toEqual(offsets.toSorted((one, other) => one - other));
    expect(new Set(offsets).size).toBe(accepted.length);
    expect(await shedFor('waiting', 'age')).toEqual({ internal: counts.overloaded });
    await expectMessages(loud, crowded, 1 + accepted.length);
  });

  describe('which all wait for a store', () => {
    let release: () => Promise<void>;
    let crowded: string;
    let calm: string;
    let sent: Promise<CommandResult>[];
    const sockets: Socket[] = [];

    beforeAll(async () => {
      [crowded, calm] = [await threadOf(loud), await threadOf(quiet)];
      for (const actor of [loud, quiet]) {
        const socket = io(api.sockets(), { auth: { token: tokenOf(actor) }, transports: ['websocket'] });
        sockets.push(socket);
        await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
      }
      expect(codeOf(await post(quiet, calm, 'at hand'))).toBe('ok');
      // Streams that are not at hand cannot be loaded now; those that are go on.
      const client = await api.runtime().database.connect();
      await client.query('begin');
      await client.query('lock table read_1.webhook_endpoints in access exclusive mode');
      release = async () => {
        await client.query('rollback');
        client.release();
      };
      sent = posts(loud, 'not-there', UNDER_WAY + WAITING);
    });
    afterAll(() => sockets.forEach((socket) => socket.close()));

    test('is refused on every surface, and nobody else is', async () => {
      const body = { content: 'one more' };
      const path = (threadId: string) => `/api/v1/threads/${threadId}/messages`;
      const say = (socket: Socket, conversationId: string) =>
        socket.emitWithAck('message:send', { conversationId, content: 'one more' }) as Promise<{ code?: string }>;
      const chat = createClient(ChatService, createGrpcTransport({ baseUrl: api.grpc() }));
      const call = chat.sendMessage(
        { conversationId: crowded, content: 'one more', idempotencyKey: 'one-more' },
        { headers: { authorization: `Bearer ${tokenOf(loud)}` } },
      );
      // All at once: each waits 2 s at most, and none of what they wait behind is given up by the database before 10 s.
      const [refused, said, called] = await Promise.all([
        api.as(loud).call<{ code: string }>('POST', path(crowded), body),
        say(sockets[0]!, crowded),
        call.then(
          () => Code.Unknown,
          (error: unknown) => ConnectError.from(error).code,
        ),
      ]);
      expect([refused.status, refused.body.code, refused.headers.get('retry-after')]).toEqual([503, 'overloaded', '1']);
      expect(said.code).toBe('overloaded');
      expect(called).toBe(Code.Unavailable);

      expect((await api.as(quiet).call('POST', path(calm), body)).status).toBe(201);
      expect((await say(sockets[1]!, calm)).code).toBeUndefined();
      await release();
      const codes = new Set((await Promise.all(sent)).map(codeOf));
      expect([...codes].filter((code) => !['not_found', 'overloaded', 'unavailable'].includes(code))).toEqual([]);
      expect(codes).toContain('not_found');
      expect(await shedFor('waiting', 'age')).toMatchObject({ http: 1, sockets: 1, grpc: 1 });
      await expectMessages(quiet, calm, 3);
      await expectMessages(loud, crowded, 0);
    });
  });
});

describe('a tenant with a thousand slow reads at once', () => {
  /** Of the pool's 20 connections, what one tenant may have; and what waits behind it. */
  const UNDER_WAY = 12;
  const WAITING = 1_000;

  test('is refused what finds no room, and another reads on every surface meanwhile', async () => {
    const calm = await threadOf(quiet);
    const { database } = api.runtime();
    const holder = await database.connect();
    await holder.query('select pg_advisory_lock(28)');
    const ended: string[] = [];
    const slow = async (): Promise<void> => {
      const work = () => database.query('select pg_advisory_xact_lock(28)');
      ended.push(await onBehalfOf({ tenantId: loud.tenantId, surface: 'http' }, work).then(() => 'ok', String));
    };
    const reads = Array.from({ length: UNDER_WAY + WAITING }, slow);

    expect((await api.as(quiet).call('GET', `/api/v1/threads/${calm}/messages`)).status).toBe(200);
    const chat = createClient(ChatService, createGrpcTransport({ baseUrl: api.grpc() }));
    const headers = { authorization: `Bearer ${tokenOf(quiet)}` };
    expect((await chat.getConversations({}, { headers })).conversations).not.toEqual([]);
    expect(ended.filter((how) => how === 'ok')).toEqual([]);
    const refused = await api.request('GET', '/api/v1/threads', { as: loud });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(refused.body).toMatchObject({ code: 'overloaded' });

    await holder.query('select pg_advisory_unlock(28)');
    holder.release();
    await Promise.all(reads);
    expect(ended).toHaveLength(reads.length);
    expect((await api.request('GET', '/api/v1/threads', { as: loud })).status).toBe(200);
  });
});
