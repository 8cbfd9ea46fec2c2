import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import type { CommandResult } from '@threadlog/commands';
import type { ThreadResource } from '@threadlog/events';
import { ChatService } from '@threadlog/grpc';
import type { Actor } from '@threadlog/auth';
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
      const refused = await api.as(loud).call<{ code: string }>('POST', path(crowded), body);
      expect([refused.status, refused.body.code, refused.headers.get('retry-after')]).toEqual([503, 'overloaded', '1']);
      const say = (socket: Socket, conversationId: string) =>
        socket.emitWithAck('message:send', { conversationId, content: 'one more' }) as Promise<{ code?: string }>;
      expect((await say(sockets[0]!, crowded)).code).toBe('overloaded');
      const chat = createClient(ChatService, createGrpcTransport({ baseUrl: api.grpc() }));
      const call = chat.sendMessage(
        { conversationId: crowded, content: 'one more', idempotencyKey: 'one-more' },
        { headers: { authorization: `Bearer ${tokenOf(loud)}` } },
      );
      expect(
        await call.then(
          () => Code.Unknown,
          (error: unknown) => ConnectError.from(error).code,
        ),
      ).toBe(Code.Unavailable);

      expect((await api.as(quiet).call('POST', path(calm), body)).status).toBe(201);
      expect((await say(sockets[1]!, calm)).code).toBeUndefined();
      await release();
      const codes = new Set((await Promise.all(sent)).map(codeOf));
      expect([...codes].filter((code) => !['not_found', 'overloaded', 'unavailable'].includes(code))).toEqual([]);
      expect(codes).toContain('not_found');
      await expectMessages(quiet, calm, 3);
      await expectMessages(loud, crowded, 0);
    });
  });
});
