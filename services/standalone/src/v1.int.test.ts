import type { ThreadResource, V1Message } from '@threadlog/events';
import { eventually, testActor } from '@threadlog/testing';
import { givenStandalone } from './testing/standalone';

const ada = testActor('user_123');
const ben = testActor('user_456');
const eve = testActor('eve');
const stranger = testActor('root', { tenant: 'globex', role: 'admin', learnerScope: '*' });
const api = givenStandalone();
const { as } = api;

interface Sent {
  message: V1Message;
}
interface Page {
  messages: V1Message[];
  has_more: boolean;
  next_before_timestamp: string | null;
}
interface Refused {
  code: string;
  message: string;
  details?: Sent;
  errors?: { pointer: string }[];
}

async function conversation(): Promise<string> {
  const body = { type: 'group', participantIds: [ben.id] };
  return (await as(ada).call<ThreadResource>('POST', '/api/v1/threads', body)).body.id;
}

let keys = 0;
const newKey = () => `key-${(keys += 1)}`;
async function send(conversation_id: string, content: string): Promise<V1Message> {
  const body = { conversation_id, content, idempotency_key: newKey() };
  const { status, body: sent } = await as(ada).call<Sent>('POST', '/v1/messages', body);
  expect(status).toBe(201);
  return sent.message;
}
const messagesOf = async (id: string, query = '', actor = ada) =>
  (await as(actor).call<Page>('GET', `/v1/conversations/${id}/messages${query}`)).body;

describe('sending', () => {
  it('takes fields in either case, and answers in snake case', async () => {
    const id = await conversation();
    const metadata = { someKey: { nestedKey: 1 }, other_key: null };
    const snake = {
      ...{ conversation_id: id, content: 'Hello, World!', idempotency_key: newKey(), metadata },
      attachments: [{ external_file_id: 'file_1', label: 'a.pdf', bytes: 3 }],
    };
    const camel = {
      ...{ conversationId: id, content: 'Hello again!', idempotencyKey: newKey(), messageType: 'text' },
      attachments: [{ externalFileId: 'file_2' }],
    };
    const first = await as(ada).call<Sent>('POST', '/v1/messages', snake);
    expect(first).toMatchObject({
      status: 201,
      body: { message: { conversation_id: id, metadata, sender_id: ada.id } },
    });
    expect(first.body.message.attachments).toEqual([
      { external_file_id: 'file_1', label: 'a.pdf', mime: null, bytes: 3 },
    ]);
    const second = await as(ada).call<Sent>('POST', '/v1/messages', camel);
    expect(second).toMatchObject({ status: 201, body: { message: { message_index: 2, content: 'Hello again!' } } });
    const { body } = await as(ada).call<object>('POST', `/v1/conversations/${id}/read`, {
      messageId: first.body.message.id,
    });
    for (const answer of [first.body.message, await messagesOf(id), body])
      expect(Object.keys(answer).filter((name) => /[A-Z]/.test(name))).toEqual([]);
  });

  it('wants a key, in the body or the header', async () => {
    const body = { conversation_id: await conversation(), content: 'Hello' };
    const without = await as(ada).call<Refused>('POST', '/v1/messages', body);
    expect(without).toMatchObject({ status: 400, body: { errors: [{ pointer: '/idempotency_key' }] } });
    for (const idempotency_key of ['', 'a b', 'x'.repeat(256)])
      expect((await as(ada).call('POST', '/v1/messages', { ...body, idempotency_key })).status).toBe(400);
    const headers = { 'idempotency-key': newKey() };
    expect((await api.request('POST', '/v1/messages', { as: ada, headers, body })).status).toBe(201);
    expect((await api.request('POST', '/v1/messages', { as: ada, headers, body })).status).toBe(409);
  });

  it('answers a duplicate with 409 and the first answer, and does nothing', async () => {
    const id = await conversation();
    const body = { conversation_id: id, content: 'Once', idempotency_key: newKey() };
    const first = await as(ada).call<Sent>('POST', '/v1/messages', body);
    const again = await as(ada).call<Refused>('POST', '/v1/messages', body);
    expect(again).toMatchObject({ status: 409, body: { code: 'already_exists', retryable: false } });
    expect(again.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body.message).not.toBe('');
    expect(again.body.details).toEqual(first.body);
    expect((await messagesOf(id)).messages).toHaveLength(1);
    const other = await as(ada).call<Refused>('POST', '/v1/messages', { ...body, content: 'Twice' });
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    // Keys are each person's own.
    expect((await as(ben).call('POST', '/v1/messages', body)).status).toBe(201);
  });

  it('is one command with the canonical route under the same key', async () => {
    const id = await conversation();
    const headers = { 'idempotency-key': newKey() };
    const canonical = { as: ada, headers, body: { content: 'The same' } };
    const first = await api.request('POST', `/api/v1/threads/${id}/messages`, canonical);
    const body = { conversation_id: id, content: 'The same', idempotency_key: headers['idempotency-key'] };
    const again = await as(ada).call<Refused>('POST', '/v1/messages', body);
    expect([first.status, again.status]).toEqual([201, 409]);
    expect(again.body.details?.message.id).toBe((first.body as { id: string }).id);
  });

  it.each([
    ['nothing', { content: '' }, '/content'],
    ['a lone surrogate', { content: '\ud800' }, '/content'],
    ['a NUL', { content: 'a\0b' }, '/content'],
    ['a conversation that is no id', { conversation_id: '../x' }, '/conversation_id'],
    ['a file message without a file', { message_type: 'file' }, '/attachments'],
    ['an attachment without an id', { attachments: [{ label: 'x' }] }, '/attachments/0/external_file_id'],
  ])('refuses %s', async (_what, part, pointer) => {
    const body = { conversation_id: 'x', content: 'x', idempotency_key: newKey(), ...part };
    const { status, body: refused } = await as(ada).call<Refused>('POST', '/v1/messages', body);
    expect([status, refused.errors?.[0]?.pointer]).toEqual([400, pointer]);
  });

  it('is 404 for those who may not see the conversation', async () => {
    const id = await conversation();
    for (const actor of [eve, stranger]) {
      const body = { conversation_id: id, content: 'Hello', idempotency_key: newKey() };
      expect((await as(actor).call<Refused>('POST', '/v1/messages', body)).status).toBe(404);
      expect(
        (await as(actor).call<Refused>('GET', `/v1/conversations/${id}/messages?before_timestamp=2030-01-01T00:00:00Z`))
          .status,
      ).toBe(404);
    }
  });
});

describe('paging', () => {
  it('walks by time and skips nothing, deleted messages aside', async () => {
    const id = await conversation();
    const sent: string[] = [];
    // Several in a millisecond: only the digits behind it tell them apart.
    for (let round = 0; round < 12; round += 1) {
      const texts = Array.from({ length: 10 }, (_, at) => `${round}-${at}`);
      sent.push(...(await Promise.all(texts.map((text) => send(id, text)))).map((message) => message.id));
    }
    await as(ada).call('DELETE', `/api/v1/threads/${id}/messages/${sent[40]}`);
    const expected = sent.filter((_id, at) => at !== 40);
    for (const limit of [1, 7, 50]) {
      const seen: string[] = [];
      for (let before = ''; ;) {
        const page = await messagesOf(id, `?limit=${limit}${before}`);
        seen.push(...page.messages.map((message) => message.id));
        expect(page.has_more).toBe(page.next_before_timestamp !== null);
        if (page.next_before_timestamp === null) break;
        before = `&beforeTimestamp=${page.next_before_timestamp}`;
      }
      expect(seen.length).toBe(expected.length);
      expect(new Set(seen)).toEqual(new Set(expected));
    }
  }, 30_000);

  it('takes any time: one before all, one after all, with an offset', async () => {
    const id = await conversation();
    await send(id, 'only');
    const texts = async (before: string) =>
      (await messagesOf(id, `?before_timestamp=${encodeURIComponent(before)}`)).messages.map(({ content }) => content);
    expect(await texts('2020-01-01T00:00:00Z')).toEqual([]);
    expect(await texts('2999-01-01T02:00:00+02:00')).toEqual(['only']);
    const { status } = await as(ada).call('GET', `/v1/conversations/${id}/messages?before_timestamp=yesterday`);
    expect(status).toBe(400);
  });

  it('lists conversations, newest activity first, and goes on', async () => {
    const [first, second] = [await conversation(), await conversation()];
    await send(first, 'newest');
    interface List {
      conversations: { id: string; unread_count: number; last_message: V1Message | null }[];
      next_cursor: string | null;
    }
    const list = async (query: string) => (await as(ben).call<List>('GET', `/v1/conversations?${query}`)).body;
    await eventually(async () => expect((await list('limit=1')).conversations[0]?.id).toBe(first));
    const page = await list('limit=1');
    expect(page.conversations[0]).toMatchObject({ unread_count: 1, last_message: { content: 'newest' } });
    expect((await list(`limit=1&cursor=${page.next_cursor}`)).conversations[0]?.id).toBe(second);
  });
});

describe('reading', () => {
  it('marks all as read, without a body, and as often as one likes', async () => {
    const id = await conversation();
    const message = await send(id, 'unread');
    for (let times = 0; times < 2; times += 1) {
      const { status, body } = await as(ben).call('POST', `/v1/conversations/${id}/read`);
      expect(status).toBe(200);
      expect(body).toEqual({
        conversation_id: id,
        message_id: message.id,
        read_at: expect.any(String),
        unread_count: 0,
      });
    }
    expect((await as(eve).call('POST', `/v1/conversations/${id}/read`)).status).toBe(404);
  });
});
