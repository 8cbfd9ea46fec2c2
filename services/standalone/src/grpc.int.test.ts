import { Code, ConnectError, createClient, type CallOptions } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import type { Actor } from '@threadlog/auth';
import type { ThreadResource } from '@threadlog/events';
import {
  BadRequestSchema,
  ChatService,
  ErrorInfoSchema,
  Health,
  SendMessageResponseSchema,
  ServerReflection,
  ServerReflectionAlpha,
} from '@threadlog/grpc';
import { eventually, testActor } from '@threadlog/testing';
import { reflectedClient } from './testing/reflectedClient';
import { givenStandalone, tokenOf } from './testing/standalone';

const ada = testActor('ada');
const ben = testActor('ben');
const eve = testActor('eve');
const stranger = testActor('root', { tenant: 'globex', role: 'admin', learnerScope: '*' });
const api = givenStandalone({ ROLES: 'projector,command-api,query-api,grpc' });

const transport = () => createGrpcTransport({ baseUrl: api.grpc() });
const chat = () => createClient(ChatService, transport());
const as = (actor: Actor, options: CallOptions = {}): CallOptions => ({
  ...options,
  headers: { authorization: `Bearer ${tokenOf(actor)}`, ...options.headers },
});

async function conversation(): Promise<string> {
  const body = { type: 'group', participantIds: [ben.id] };
  return (await api.as(ada).call<ThreadResource>('POST', '/api/v1/threads', body)).body.id;
}
let keys = 0;
const newKey = () => `grpc-key-${(keys += 1)}`;
const refused = (call: Promise<unknown>): Promise<ConnectError> =>
  call.then(
    () => Promise.reject(new Error('it was let through')),
    (error: unknown) => ConnectError.from(error),
  );
const reasonOf = (error: ConnectError) => error.findDetails(ErrorInfoSchema)[0]?.reason;

describe('a client that knows nothing', () => {
  it.each([
    ['v1', ServerReflection],
    ['v1alpha', ServerReflectionAlpha],
  ] as const)('learns the service by reflection (%s) and makes the two calls', async (_version, reflection) => {
    const conversation_id = await conversation();
    const client = await reflectedClient(api.grpc(), reflection);
    const headers = { authorization: `Bearer ${tokenOf(ada)}` };
    const request = { conversation_id, content: 'Hello, World!', idempotency_key: newKey() };
    const sent = await client.call('SendMessage', request, headers);
    expect(sent).toMatchObject({ code: 0, body: { message: { conversation_id, content: 'Hello, World!' } } });
    const page = await client.call('GetMessages', { conversation_id, limit: 50 }, headers);
    expect(page).toMatchObject({ code: 0, body: { messages: [(sent.body as { message: object }).message] } });
    expect((await client.call('GetMessages', { conversation_id })).code).toBe(Code.Unauthenticated);
    client.close();
  });

  it('hears what happens, and why it was refused', async () => {
    const conversation_id = await conversation();
    const client = await reflectedClient(api.grpc(), ServerReflection);
    const headers = { authorization: `Bearer ${tokenOf(ada)}` };
    const request = { conversation_id, content: 'Hello, World!', idempotency_key: newKey() };
    const { answers, ended, cancel } = client.stream('Subscribe', {}, headers);
    await eventually(() => expect(answers).toMatchObject([{ type: 'hello', hello: { user_id: 'ada' } }]));
    const { body } = await client.call('SendMessage', request, headers);
    const { message } = body as { message: { id: string } };
    await eventually(() => expect(answers).toContainEqual(expect.objectContaining({ message_created: message })));
    cancel();
    expect(await ended).toBe(Code.Canceled);

    const again = await client.call('SendMessage', request, headers);
    expect([again.code, again.details.includes(message.id)]).toEqual([Code.AlreadyExists, true]);
    const hidden = await client.call('SendMessage', request, { authorization: `Bearer ${tokenOf(eve)}` });
    expect([hidden.code, hidden.details.includes('NOT_FOUND')]).toEqual([Code.NotFound, true]);
    // What the details of errors are is told, too.
    expect(await client.namesFor('google.rpc.ErrorInfo')).toContain('google/rpc/error_details.proto');
    const late = await client.call('GetMessages', { conversation_id }, { ...headers, 'grpc-timeout': '0n' });
    expect(late.code).toBe(Code.DeadlineExceeded);
    client.close();
  });
});

describe('the four calls', () => {
  it('show what /v1 shows', async () => {
    const conversationId = await conversation();
    const metadata = { course: 'algebra', deep: { list: [1, 'two', null] } };
    const attachments = [{ externalFileId: 'file_1', label: 'a.pdf', bytes: 3n }];
    const request = { conversationId, content: 'Hello', idempotencyKey: newKey(), metadata, attachments };
    const { message } = await chat().sendMessage(request, as(ada));
    expect(message).toMatchObject({
      conversationId,
      metadata,
      messageIndex: 1,
      attachments: [{ bytes: 3n, mime: '' }],
    });
    const rest = (await api.as(ada).call<{ messages: object[] }>('GET', `/v1/conversations/${conversationId}/messages`))
      .body;
    expect(rest.messages).toMatchObject([{ id: message!.id, metadata, seq: Number(message!.seq) }]);

    const page = await chat().getMessages({ conversationId }, as(ben));
    expect(page).toMatchObject({ messages: [message], hasMore: false });
    expect(page.nextBeforeTimestamp).toBeUndefined();
    const list = await chat().getConversations({ limit: 1 }, as(ben));
    expect(list.conversations[0]).toMatchObject({ id: conversationId, unreadCount: 1, lastMessage: message });
    const read = await chat().markAsRead({ conversationId }, as(ben));
    expect(read).toMatchObject({ conversationId, messageId: message!.id, unreadCount: 0 });
  });

  it('page by time and skip nothing', async () => {
    const conversationId = await conversation();
    const texts = Array.from({ length: 25 }, (_, at) => `text ${at}`);
    await Promise.all(
      texts.map((content) => chat().sendMessage({ conversationId, content, idempotencyKey: newKey() }, as(ada))),
    );
    const seen: string[] = [];
    let beforeTimestamp;
    do {
      const page = await chat().getMessages({ conversationId, limit: 4, beforeTimestamp }, as(ada));
      seen.push(...page.messages.map(({ content }) => content));
      beforeTimestamp = page.nextBeforeTimestamp;
    } while (beforeTimestamp);
    expect(seen.toSorted()).toEqual(texts.toSorted());
  });

  it.each([
    ['Connect', '1.1', createConnectTransport],
    ['Connect', '2', createConnectTransport],
    ['gRPC-Web', '1.1', createGrpcWebTransport],
    ['gRPC-Web', '2', createGrpcWebTransport],
  ] as const)('are there in %s over HTTP/%s', async (_name, httpVersion, create) => {
    const other = createClient(ChatService, create({ baseUrl: api.grpc(), httpVersion }));
    const conversationId = await conversation();
    const request = { conversationId, content: 'Hello', idempotencyKey: newKey() };
    expect((await other.sendMessage(request, as(ada))).message).toMatchObject({ content: 'Hello' });
    expect((await refused(other.sendMessage(request, as(ada)))).code).toBe(Code.AlreadyExists);
  });

  it('carry request ids, and tokens that make a read wait for a write', async () => {
    const conversationId = await conversation();
    let token = '';
    const onHeader = (headers: Headers) => {
      expect(headers.get('x-request-id')).toBe('req-12345');
      token = headers.get('x-consistency-token') ?? '';
    };
    const request = { conversationId, content: 'Hello', idempotencyKey: newKey() };
    await chat().sendMessage(request, as(ada, { headers: { 'x-request-id': 'req-12345' }, onHeader }));
    const page = await chat().getMessages({ conversationId }, as(ben, { headers: { 'x-consistency-token': token } }));
    expect(page.messages).toHaveLength(1);
    const bad = as(ben, { headers: { 'x-consistency-token': 'bad' } });
    expect((await refused(chat().getMessages({ conversationId }, bad))).code).toBe(Code.InvalidArgument);
  });
});

describe('refusals', () => {
  it('tell a duplicate, with the first answer; one key is one command on all surfaces', async () => {
    const conversationId = await conversation();
    const request = { conversationId, content: 'Once', idempotencyKey: newKey() };
    const { message } = await chat().sendMessage(request, as(ada));
    const again = await refused(chat().sendMessage(request, as(ada)));
    expect([again.code, reasonOf(again)]).toEqual([Code.AlreadyExists, 'ALREADY_EXISTS']);
    expect(again.findDetails(SendMessageResponseSchema)[0]?.message).toEqual(message);

    const body = { conversation_id: conversationId, content: 'Once', idempotency_key: request.idempotencyKey };
    const rest = await api.as(ada).call<{ details: { message: { id: string } } }>('POST', '/v1/messages', body);
    expect([rest.status, rest.body.details.message.id]).toEqual([409, message!.id]);
    const other = await refused(chat().sendMessage({ ...request, content: 'Twice' }, as(ada)));
    expect([other.code, reasonOf(other)]).toEqual([Code.InvalidArgument, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('name the fields', async () => {
    const request = { conversationId: '../x', content: 'x'.repeat(33_000), attachments: [{}] };
    const error = await refused(chat().sendMessage(request, as(ada)));
    expect(error.code).toBe(Code.InvalidArgument);
    const fields = error.findDetails(BadRequestSchema)[0]?.fieldViolations.map(({ field }) => field);
    expect(fields).toEqual(['conversation_id', 'content', 'attachments[0].external_file_id']);
    const keyless = await refused(chat().sendMessage({ conversationId: 'x', content: 'x' }, as(ada)));
    expect(keyless.findDetails(BadRequestSchema)[0]?.fieldViolations[0]?.field).toBe('idempotency_key');
  });

  it.each([
    ['no token', {}],
    ['another scheme', { authorization: 'Basic YTpi' }],
    ['a token that is none', { authorization: 'Bearer not-a-token' }],
    ['a token of somebody else’s key', { authorization: `Bearer ${tokenOf(ada).slice(0, -4)}AAAA` }],
  ])('ask for a token: %s', async (_what, headers) => {
    const error = await refused(chat().getConversations({}, { headers }));
    expect([error.code, reasonOf(error)]).toEqual([Code.Unauthenticated, 'UNAUTHORIZED']);
  });

  it('hide what the caller may not see, and say what it may not do', async () => {
    const conversationId = await conversation();
    for (const actor of [eve, stranger]) {
      const request = { conversationId, content: 'Hello', idempotencyKey: newKey() };
      expect((await refused(chat().sendMessage(request, as(actor)))).code).toBe(Code.NotFound);
      expect((await refused(chat().getMessages({ conversationId }, as(actor)))).code).toBe(Code.NotFound);
      expect((await refused(chat().markAsRead({ conversationId }, as(actor)))).code).toBe(Code.NotFound);
    }
    const request = { conversationId, content: 'Beware', messageType: 'system', idempotencyKey: newKey() };
    expect((await refused(chat().sendMessage(request, as(ada)))).code).toBe(Code.PermissionDenied);
    await api.as(ada).call('PATCH', `/api/v1/threads/${conversationId}`, { status: 'archived' });
    const closed = await refused(chat().sendMessage({ ...request, messageType: '' }, as(ada)));
    expect([closed.code, reasonOf(closed)]).toEqual([Code.FailedPrecondition, 'THREAD_CLOSED']);
  });

  it('keep deadlines', async () => {
    const late = await refused(chat().getConversations({}, as(ada, { headers: { 'grpc-timeout': '0n' } })));
    expect(late.code).toBe(Code.DeadlineExceeded);
  });
});

describe('health', () => {
  it('is told without a token, for the process and its services', async () => {
    const health = createClient(Health, transport());
    for (const service of ['', 'chat.v1.ChatService']) expect((await health.check({ service })).status).toBe(1);
    expect((await refused(health.check({ service: 'other' }))).code).toBe(Code.NotFound);
  });
});
