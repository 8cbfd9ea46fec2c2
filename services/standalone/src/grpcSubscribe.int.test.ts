import { Code, type CallOptions } from '@connectrpc/connect';
import { createClient } from '@connectrpc/connect';
import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import type { Actor } from '@threadlog/auth';
import type { MessageResource, ThreadResource } from '@threadlog/events';
import { ChatService, ErrorInfoSchema } from '@threadlog/grpc';
import { eventually, freePort, testActor } from '@threadlog/testing';
import jwt from 'jsonwebtoken';
import { connect } from 'node:http2';
import { chatAt, codeOf, grpcUrl, startGrpcAlone } from './testing/grpcAlone';
import { givenStandalone, SECRET, tokenOf } from './testing/standalone';
import { collect, type Subscription } from './testing/subscription';

const ada = testActor('ada');
const ben = testActor('ben');
const eve = testActor('eve');
const stranger = testActor('root', { tenant: 'globex', role: 'admin', learnerScope: '*' });
const api = givenStandalone({ ROLES: 'projector,command-api,query-api,grpc' });

const open: AbortController[] = [];
afterEach(() => open.splice(0).forEach((call) => call.abort()));

type Asked = Parameters<ReturnType<typeof chatAt>['subscribe']>[0];
interface Options {
  baseUrl?: string;
  token?: string;
}

function subscribe(actor: Actor, asked: Asked = {}, { baseUrl = api.grpc(), token }: Options = {}): Subscription {
  const call = new AbortController();
  open.push(call);
  return collect(chatAt(baseUrl).subscribe(asked, { ...authorized(token ?? tokenOf(actor)), signal: call.signal }));
}
/** Resolves when nothing that happens is missed any more. */
async function live(actor: Actor, asked: Asked = {}, options: Options = {}): Promise<Subscription> {
  const subscription = subscribe(actor, asked, options);
  await subscription.wait('hello');
  return subscription;
}
const authorized = (token: string): CallOptions => ({ headers: { authorization: `Bearer ${token}` } });

async function conversation(owner = ada, participantIds = [ben.id]): Promise<string> {
  const body = { type: 'group', participantIds };
  return (await api.as(owner).call<ThreadResource>('POST', '/api/v1/threads', body)).body.id;
}
async function post(id: string, content: string, actor = ada): Promise<MessageResource> {
  return (await api.as(actor).call<MessageResource>('POST', `/api/v1/threads/${id}/messages`, { content })).body;
}
const idsOf = (subscription: Subscription) =>
  subscription.of('messageCreated').map(({ frame }) => frame.case === 'messageCreated' && frame.value.id);
const contentsOf = (subscription: Subscription) =>
  subscription.of('messageCreated').map(({ frame }) => frame.case === 'messageCreated' && frame.value.content);

describe('live', () => {
  it('tells what happens, in types, as each caller sees it', async () => {
    const id = await conversation();
    const told = await live(ben);
    expect(told.responses[0]).toMatchObject({ type: 'hello', frame: { value: { userId: 'ben', tenantId: 'acme' } } });
    const { id: messageId } = await post(id, 'Hello');
    await api.as(ada).call('PATCH', `/api/v1/threads/${id}/messages/${messageId}`, { content: 'Hello!' });
    await api.as(ben).call('POST', `/api/messages/${messageId}/reactions`, { emoji: '🎉' });
    await api.as(ben).call('PUT', `/api/v1/threads/${id}/read`, {});
    await api.as(ada).call('PATCH', `/api/v1/threads/${id}`, { title: 'Fractions' });
    await api.as(ada).call('DELETE', `/api/v1/threads/${id}/messages/${messageId}`);
    await told.wait('messageDeleted');
    await told.wait('messageRead');

    const [created] = told.of('messageCreated');
    expect(created).toMatchObject({ type: 'message:new', conversationId: id, threadId: id });
    expect(created!.frame.value).toMatchObject({ id: messageId, content: 'Hello', senderId: 'ada', messageIndex: 1 });
    const [updated] = told.of('messageUpdated');
    expect(updated!.frame.value).toMatchObject({ message: { id: messageId, content: 'Hello!', edited: true } });
    expect(updated!.frame.value).toMatchObject({ changed: { paths: ['content', 'edited', 'updated_at'] } });
    const title = { conversation: { id, title: 'Fractions' }, changed: { paths: ['title', 'updated_at'] } };
    expect(told.of('conversationUpdated')[0]!.frame.value).toMatchObject(title);
    expect(told.of('reactionAdded')[0]!.frame.value).toMatchObject({ messageId, emoji: '🎉', userId: 'ben' });
    expect(told.of('messageRead')[0]).toMatchObject({ seq: 0n, frame: { value: { messageId, userId: 'ben' } } });
    const seqs = told.responses.flatMap(({ seq }) => (seq > 0n ? [seq] : []));
    expect(seqs).toEqual(seqs.toSorted((a, b) => Number(a - b)));
    expect(new Set(seqs).size).toBe(seqs.length);
  });

  it('brings new conversations, and takes away those that somebody is removed from, at once', async () => {
    const told = await live(ben);
    const id = await conversation();
    expect((await told.wait('conversationCreated'))[0]!.frame.value).toMatchObject({ id });
    await api.as(ada).call('DELETE', `/api/v1/threads/${id}/participants/ben`);
    await post(id, 'Without ben');
    const other = await conversation();
    await post(other, 'With ben');
    await told.wait('messageCreated');
    expect(told.of('conversationDeleted')[0]).toMatchObject({ threadId: id, frame: { value: { reason: 'removed' } } });
    expect(contentsOf(told)).toEqual(['With ben']);
  });

  it.each([
    ['Connect', '1.1', createConnectTransport],
    ['gRPC-Web', '2', createGrpcWebTransport],
  ] as const)('works in %s over HTTP/%s', async (_name, httpVersion, create) => {
    const id = await conversation();
    const call = new AbortController();
    open.push(call);
    const client = createClient(ChatService, create({ baseUrl: api.grpc(), httpVersion }));
    const told = collect(client.subscribe({}, { ...authorized(tokenOf(ben)), signal: call.signal }));
    await told.wait('hello');
    await post(id, 'Hello');
    await told.wait('messageCreated');
    call.abort();
    expect((await told.ended)?.code).toBe(Code.Canceled);
  });
});

describe('resume', () => {
  it('sends what came after the given seq, once and without a gap, then what follows; of these threads alone', async () => {
    const [id, other] = [await conversation(), await conversation()];
    const { seq } = await post(id, 'known');
    for (const content of ['one', 'two', 'three']) await post(id, content);
    const told = subscribe(ben, { threads: [{ threadId: id, seq: BigInt(seq) }] });
    const posting = (async () => {
      for (const content of ['four', 'five', 'six']) await post(id, content);
    })();
    const [resumed] = await told.wait('resumed');
    await posting;
    await post(other, 'not asked for');
    await post(id, 'seven');
    await eventually(() => expect(contentsOf(told)).toContain('seven'));
    expect(contentsOf(told)).toEqual(['one', 'two', 'three', 'four', 'five', 'six', 'seven']);
    const seqs = told.of('messageCreated').map((response) => Number(response.seq));
    expect(seqs).toEqual(seqs.map((_seq, at) => seq + 1 + at));
    expect(resumed).toMatchObject({ conversationId: id, threadId: id });
    expect(Number(resumed!.seq)).toBeGreaterThanOrEqual(seq);
  });

  it('says what it cannot bring up to date, and what is hidden', async () => {
    const id = await conversation();
    const hidden = await conversation(ada, []);
    const { seq } = await post(id, 'known');
    const watching = await live(ada);
    await api.as(ada).call('DELETE', `/api/v1/threads/${id}/participants/ben`);
    await api.as(ada).call('POST', `/api/v1/threads/${id}/participants`, { userId: 'ben' });
    await watching.wait('participantJoined');
    const threads = [id, hidden].map((threadId) => ({ threadId, seq: BigInt(seq) }));
    const told = subscribe(ben, { threads, andOthers: true });
    expect((await told.wait('resync'))[0]).toMatchObject({ threadId: id });
    const [deleted] = await told.wait('conversationDeleted');
    expect(deleted).toMatchObject({ threadId: hidden, seq: 0n, frame: { value: { reason: 'hidden' } } });
    for (const actor of [eve, stranger]) {
      const blind = subscribe(actor, { threads: [{ threadId: id, seq: 0n }] });
      await blind.wait('conversationDeleted');
      const { id: messageId } = await post(id, 'not for them');
      await eventually(() => expect(idsOf(watching)).toContain(messageId));
      expect(blind.kinds()).toEqual(['hello', 'conversationDeleted']);
    }
  });

  it.each([
    ['an id that is none', { threadId: '../x', seq: 1n }],
    ['a negative seq', { threadId: 'x', seq: -1n }],
    ['a seq that no number is', { threadId: 'x', seq: 2n ** 62n }],
  ])('refuses %s', async (_what, thread) => {
    expect((await subscribe(ben, { threads: [thread] }).ended)?.code).toBe(Code.InvalidArgument);
  });
});

describe('ends', () => {
  it('without a token, and when the token expires', async () => {
    expect((await subscribe(ben, {}, { token: 'none' }).ended)?.code).toBe(Code.Unauthenticated);
    const token = jwt.sign({ sub: ben.id, tenant_id: ben.tenantId, role: ben.role }, SECRET, { expiresIn: 2 });
    const error = await subscribe(ben, {}, { token }).ended;
    expect(error?.code).toBe(Code.Unauthenticated);
    expect(error?.findDetails(ErrorInfoSchema)[0]?.reason).toBe('UNAUTHORIZED');
  });

  it('for those that a user has too many of; one that goes makes room', async () => {
    const cleo = testActor('cleo');
    const many = await Promise.all(Array.from({ length: 50 }, () => live(cleo)));
    expect(many).toHaveLength(50);
    expect((await subscribe(cleo).ended)?.code).toBe(Code.ResourceExhausted);
    await live(ben);
    open[0]!.abort();
    await eventually(async () => {
      const again = subscribe(cleo);
      const greeted = again.wait('hello').then(
        () => true,
        () => false,
      );
      expect(await Promise.race([greeted, again.ended.then(() => false)])).toBe(true);
    });
  });

  it('with the process, and goes on elsewhere without a gap', async () => {
    const port = await freePort();
    const alone = await startGrpcAlone(api, port);
    await eventually(() => alone.check());
    const id = await conversation();
    const { seq } = await post(id, 'known');
    const told = await live(ben, { threads: [{ threadId: id, seq: BigInt(seq) }] }, { baseUrl: grpcUrl(port) });
    await post(id, 'before');
    await told.wait('messageCreated');
    const stopped = alone.stop();
    expect((await told.ended)?.code).toBe(Code.Unavailable);
    await stopped;
    await post(id, 'between');
    const last = Math.max(...told.responses.map((response) => Number(response.seq)));
    const again = subscribe(ben, { threads: [{ threadId: id, seq: BigInt(last) }] });
    await again.wait('resumed');
    await post(id, 'after');
    await again.wait('messageCreated', 2);
    expect([...contentsOf(told), ...contentsOf(again)]).toEqual(['before', 'between', 'after']);
  });
});

it('keeps little for a client that does not read, and tells it to fetch what it missed', async () => {
  const id = await conversation();
  const session = connect(api.grpc());
  const head = { ':method': 'POST', ':path': '/chat.v1.ChatService/Subscribe', 'content-type': 'application/grpc' };
  const stream = session.request({ ...head, te: 'trailers', authorization: `Bearer ${tokenOf(ben)}` });
  stream.end(Buffer.from([0, 0, 0, 0, 0]));
  await new Promise((resolve) => stream.once('response', resolve));
  const metric = async (name: string) => {
    const { values } = await api.runtime().metrics.registry.getSingleMetric(name)!.get();
    return values.reduce((sum, { value }) => sum + value, 0);
  };
  const text = 'x'.repeat(30_000);
  let seq = 0;
  for (let n = 0; n < 60; n += 1) ({ seq } = await post(id, text));
  await eventually(async () => expect(await metric('realtime_slow_sockets_total')).toBe(1));
  const watching = subscribe(ada, { threads: [{ threadId: id, seq: BigInt(seq) }] });
  await eventually(() => expect(watching.kinds().join(' ')).toMatch(/resumed|resync/));
  for (let n = 0; n < 3; n += 1) await post(id, 'missed');
  await watching.wait('messageCreated', 3);
  const read: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => read.push(chunk));
  await eventually(() => expect(Buffer.concat(read).includes('resync')).toBe(true));
  expect(Buffer.concat(read).includes('missed')).toBe(false);
  session.destroy();
  await eventually(async () =>
    expect(await codeOf(chatAt(api.grpc()).getConversations({}, authorized(tokenOf(ben))))).toBe(0),
  );
}, 20_000);
