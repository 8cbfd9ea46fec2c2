import type { ConversationResource, MessageResource } from '@threadlog/events';
import { eventually, testActor } from '@threadlog/testing';
import { givenStandalone } from './testing/standalone';

const ada = testActor('user_123');
const ben = testActor('user_456');
const eve = testActor('eve');
const api = givenStandalone();
const { as, internally } = api;

interface MessagePage {
  messages: MessageResource[];
  totalCount: number;
  hasMore: boolean;
  nextCursor: string | null;
}
interface Problem {
  code: string;
}

async function group(...people: string[]): Promise<ConversationResource> {
  const body = { type: 'group', title: 'Algebra', participantIds: people };
  return (await as(ada).call<ConversationResource>('POST', '/api/conversations', body)).body;
}
async function post(actor: typeof ada, conversationId: string, content: string): Promise<MessageResource> {
  const path = `/api/conversations/${conversationId}/messages`;
  return (await as(actor).call<MessageResource>('POST', path, { content })).body;
}
/** Counts come from the read model: what they are compared with has to be there. */
async function projected(conversationId: string, seq: number): Promise<void> {
  const path = `/api/conversations/${conversationId}`;
  await eventually(async () => expect((await as(ada).call<ConversationResource>('GET', path)).body.seq).toBe(seq));
}

describe('a frontend behind its application’s proxy', () => {
  let id: string;
  const direct = { type: 'direct', participantIds: ['user_123', 'user_456'] };

  it('opens a direct conversation once, whoever asks and however often', async () => {
    const created = await as(ada).call<ConversationResource>('POST', '/api/conversations', direct);
    expect(created).toMatchObject({ status: 201, body: { type: 'direct', participantCount: 2 } });
    id = created.body.id;
    expect(created.body.conversationId).toBe(id);
    expect(created.headers.get('location')).toBe(`/api/conversations/${id}`);
    const again = await as(ben).call<ConversationResource>('POST', '/api/conversations', direct);
    expect([again.status, again.body.id]).toEqual([200, id]);
    const three = { ...direct, participantIds: ['user_456', 'user_789'] };
    expect((await as(ada).call('POST', '/api/conversations', three)).status).toBe(400);
  });

  it('sends a message with an attachment and pages back, parameters doubled by the proxy', async () => {
    const sent = await as(ada).call<MessageResource>('POST', `/api/conversations/${id}/messages`, {
      content: 'Hello!',
      attachments: [{ externalFileId: 'file_789', label: 'document.pdf' }],
    });
    expect(sent).toMatchObject({ status: 201, body: { conversationId: id, content: 'Hello!', senderType: 'user' } });
    await post(ada, id, 'Are you there?');
    const path = `/api/conversations/${id}/messages`;
    const first = await as(ada).call<MessagePage>('GET', `${path}?limit=1&limit=1`);
    expect(first).toMatchObject({ status: 200, body: { totalCount: 2, hasMore: true } });
    const before = first.body.nextCursor;
    const next = await as(ada).call<MessagePage>('GET', `${path}?limit=1&before=${before}&limit=1&before=${before}`);
    expect(next.body.messages).toMatchObject([{ content: 'Hello!', attachments: [{ externalFileId: 'file_789' }] }]);
    const all = await as(ada).call<MessagePage>('GET', `${path}?limit=5000`);
    expect(all.body.messages).toHaveLength(2);
    expect((await as(ada).call<MessagePage>('GET', `${path}?limit=0`)).body.messages).toHaveLength(1);
  });

  it('lists, opens and describes it', async () => {
    const list = await as(ben).call<{ conversations: ConversationResource[] }>('GET', '/api/conversations');
    expect(list.body.conversations).toMatchObject([{ conversationId: id, unreadCount: 2 }]);
    const one = await as(ben).call<ConversationResource>('GET', `/api/conversations/${id}`);
    expect(one).toMatchObject({
      status: 200,
      body: { conversationId: id, lastMessage: { content: 'Are you there?' } },
    });
    const presence = await as(ben).call('GET', `/api/conversations/${id}/presence`);
    const items = ['user_123', 'user_456'].map((userId) => ({ userId, state: 'offline', lastSeenAt: null }));
    expect(presence).toMatchObject({ status: 200, body: { online: [], items } });
  });

  it('edits, reacts, reads and deletes by the message’s id alone, at once after it was sent', async () => {
    const { id: messageId } = await post(ada, id, 'Helo');
    const path = `/api/messages/${messageId}`;
    const edited = await as(ada).call<MessageResource>('PATCH', path, { content: 'Hello' });
    expect(edited).toMatchObject({ status: 200, body: { content: 'Hello', edited: true } });
    const family = '👩🏽‍👩🏽‍👧🏽‍👦🏽';
    const reacted = await as(ben).call<MessageResource>('POST', `${path}/reactions`, { emoji: family });
    expect(reacted).toMatchObject({ status: 200, body: { reactions: [{ emoji: family, count: 1, mine: true }] } });
    const removed = await as(ben).call('DELETE', `${path}/reactions/${encodeURIComponent(family)}`);
    expect(removed).toMatchObject({ status: 204, body: null });
    const page = await as(ben).call<MessagePage>('GET', `/api/conversations/${id}/messages?limit=1`);
    expect(page.body.messages).toMatchObject([{ id: messageId, reactions: [] }]);
    const read = await as(ben).call('PUT', `${path}/read`);
    expect(read).toMatchObject({ status: 200, body: { conversationId: id, messageId, unreadCount: 0 } });
    expect((await as(ada).call('DELETE', path)).status).toBe(204);
    expect(await as(ada).call('DELETE', '/api/messages/never-written')).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
    expect(await as(eve).call('PATCH', path, { content: 'mine now' })).toMatchObject({ status: 404 });
  });

  it('answers unknown paths and methods as problems', async () => {
    const unknown = await as(ada).call<Problem>('GET', '/api/nothing');
    expect(unknown).toMatchObject({ status: 404, body: { code: 'not_found', message: expect.any(String) } });
    const method = await as(ada).call<Problem>('PATCH', `/api/conversations/${id}/messages`, {});
    expect(method).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } });
    expect(method.headers.get('allow')).toBe('GET, HEAD, POST');
  });
});

describe('a conversation', () => {
  it('takes people in, one or many, and lets them go', async () => {
    const { id } = await group('user_456');
    const people = `/api/conversations/${id}/participants`;
    const many = await as(ada).call('POST', people, { userIds: ['cleo', 'dan', 'cleo'] });
    expect(many).toMatchObject({ status: 201, body: { participants: [{ userId: 'cleo' }, { userId: 'dan' }] } });
    expect((await as(ada).call('POST', people, { userId: 'cleo' })).status).toBe(200);
    expect((await as(ada).call('POST', people, { userId: 'a', userIds: ['b'] })).status).toBe(400);
    expect((await as(ada).call('POST', people, {})).status).toBe(400);
    expect((await as(ada).call('DELETE', `${people}/dan`)).status).toBe(204);
    expect((await as(ben).call('DELETE', `${people}/cleo`)).status).toBe(403);
    const { body } = await as(ada).call<ConversationResource>('GET', `/api/conversations/${id}`);
    expect(body.participants.map(({ userId }) => userId).sort()).toEqual(['cleo', 'user_123', 'user_456']);
  });

  it('is left by its members and deleted by its owners', async () => {
    const { id } = await group('user_456', 'cleo');
    const path = `/api/conversations/${id}`;
    const leave = () => api.request('DELETE', path, { as: ben, headers: { 'idempotency-key': 'leave-1' } });
    expect((await leave()).status).toBe(204);
    const again = await leave();
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([204, 'true']);
    expect((await as(ben).call('DELETE', path)).status).toBe(404);
    // Another's write: her reads do not wait for it.
    await eventually(async () => {
      const { body } = await as(ada).call<ConversationResource>('GET', path);
      expect(body.participants.map(({ userId }) => userId).sort()).toEqual(['cleo', 'user_123']);
    });
    expect((await as(ada).call('DELETE', path)).status).toBe(204);
    expect((await as(ada).call('GET', path)).status).toBe(404);
  });

  it('that exists comes back, and answers to its changes come, with what stands around them', async () => {
    const pair = { type: 'direct', participantIds: ['user_123', 'zoe'] };
    const zoe = as(testActor('zoe'));
    const { id } = (await as(ada).call<ConversationResource>('POST', '/api/conversations', pair)).body;
    await post(ada, id, 'Hi Zoe');
    await zoe.call('PATCH', `/api/v1/threads/${id}/preferences`, { pinned: true });
    await zoe.call('GET', '/api/conversations');
    const around = { unreadCount: 1, preferences: { pinned: true }, lastMessage: { content: 'Hi Zoe' } };
    const again = await zoe.call('POST', '/api/conversations', pair);
    expect(again).toMatchObject({ status: 200, body: { id, ...around } });
    expect(await zoe.call('GET', `/api/conversations/${id}`)).toMatchObject({ body: around });
    const renamed = await as(ada).call('PUT', `/api/conversations/${id}`, { title: 'Us' });
    expect(renamed).toMatchObject({ body: { title: 'Us', unreadCount: 0, lastMessage: { content: 'Hi Zoe' } } });
  });

  it('changes title and status, guarded by its entity tag', async () => {
    const { id } = await group();
    const path = `/api/conversations/${id}`;
    const read = await as(ada).call('GET', path);
    const change = (tag: string, body: object) =>
      api.request('PUT', path, {
        as: ada,
        headers: { 'if-match': tag, 'content-type': 'application/json' },
        body,
      });
    const etag = read.headers.get('etag')!;
    expect(await change(etag, { title: 'Geometry' })).toMatchObject({ status: 200, body: { title: 'Geometry' } });
    expect(await change(etag, { title: 'Analysis' })).toMatchObject({ status: 412 });
    expect((await as(ada).call('PUT', path, { status: 'completed' })).status).toBe(200);
    const closed = await as(ada).call('POST', `${path}/messages`, { content: 'too late' });
    expect(closed).toMatchObject({ status: 409, body: { code: 'thread_closed' } });
  });

  it('branches off threads, whose messages are found below the conversation too', async () => {
    const { id } = await group('user_456');
    const root = await post(ada, id, 'What about the second one?');
    const threads = `/api/conversations/${id}/threads`;
    const opened = await as(ben).call<ConversationResource>('POST', threads, {
      rootMessageId: root.id,
      title: 'Aside',
    });
    expect(opened).toMatchObject({
      status: 201,
      body: { conversationId: id, parentThreadId: id, title: 'Aside', participantCount: 2 },
    });
    const path = `${threads}/${opened.body.id}`;
    expect(opened.headers.get('location')).toBe(path);
    const sent = await as(ben).call<MessageResource>('POST', path, { content: 'It is 42.' });
    expect(sent).toMatchObject({ status: 201, body: { conversationId: id, threadId: opened.body.id } });
    const page = await as(ben).call<MessagePage>('GET', path);
    expect(page).toMatchObject({
      status: 200,
      body: { thread: { title: 'Aside' }, messages: [{ content: 'It is 42.' }] },
    });
    const message = `/api/conversations/${id}/messages/${sent.body.id}`;
    const mentions = ['user_123'];
    const body = { mentions, content: 'It is 43.' };
    expect(await as(ben).call('PATCH', message, body)).toMatchObject({ status: 200, body });
    expect((await as(ben).call('DELETE', message)).status).toBe(204);
    const other = await group('user_456');
    expect((await as(ben).call('GET', `/api/conversations/${other.id}/threads/${opened.body.id}`)).status).toBe(404);
    expect(
      (await as(ben).call('POST', `/api/conversations/${other.id}/threads/${opened.body.id}`, { content: 'x' })).status,
    ).toBe(404);
    expect((await as(ben).call('DELETE', `/api/conversations/${other.id}/messages/${root.id}`)).status).toBe(404);
  });
});

describe('reading', () => {
  it('moves forward to a message or to the newest, and counts what others left', async () => {
    const { id } = await group('user_456');
    const [one] = [await post(ada, id, '1'), await post(ben, id, '2'), await post(ada, id, '3')];
    const four = await post(ada, id, '4');
    await as(ada).call('DELETE', `/api/messages/${four.id}`);
    await projected(id, 6);
    const path = `/api/v1/threads/${id}/read`;
    const first = await as(ben).call('PUT', path, { messageId: one.id });
    expect(first).toMatchObject({
      status: 200,
      body: { threadId: id, conversationId: id, messageId: one.id, messageIndex: 1, unreadCount: 1 },
    });
    expect(await as(ben).call('PUT', path)).toMatchObject({
      // What was deleted leaves nothing to read, and counts as read.
      body: { messageId: four.id, messageIndex: 4, unreadCount: 0 },
    });
    expect(await as(ben).call('PUT', path, { messageId: one.id })).toMatchObject({ body: { messageId: four.id } });
    expect(await as(ben).call('PUT', `/api/conversations/${id}/read`, {})).toMatchObject({ body: { unreadCount: 0 } });
    expect(await as(ben).call('PUT', path, { messageId: 'never' })).toMatchObject({ status: 404 });
    expect(await as(eve).call('PUT', path)).toMatchObject({ status: 404 });
  });

  it('begins where a late joiner’s view begins', async () => {
    const { id } = await group();
    const before = await post(ada, id, 'before');
    await as(ada).call('POST', `/api/conversations/${id}/participants`, { userId: 'user_456', history: 'from_join' });
    const path = `/api/conversations/${id}/read`;
    expect(await as(ben).call('PUT', path)).toMatchObject({ status: 200, body: { messageId: null, unreadCount: 0 } });
    expect(await as(ben).call('PUT', path, { messageId: before.id })).toMatchObject({ status: 404 });
    const after = await post(ada, id, 'after');
    await post(ada, id, 'and more');
    await projected(id, 5);
    expect(await as(ben).call('PUT', path, { messageId: after.id })).toMatchObject({ body: { unreadCount: 1 } });
  });

  it('keeps what the caller wants to see of a thread that it may see', async () => {
    const { id } = await group('user_456');
    const path = `/api/v1/threads/${id}/preferences`;
    const changed = await as(ben).call('PATCH', path, { pinned: true, markedUnread: true });
    expect(changed).toMatchObject({ status: 200, body: { preferences: { pinned: true, markedUnread: true } } });
    expect((await as(ben).call('PATCH', path, {})).status).toBe(400);
    expect((await as(eve).call('PATCH', path, { pinned: true })).status).toBe(404);
    expect((await as(ben).call('PUT', `/api/v1/threads/${id}/read`)).status).toBe(200);
    const { body } = await as(ben).call<ConversationResource>('GET', `/api/conversations/${id}`);
    expect(body.preferences).toMatchObject({ pinned: true, markedUnread: false });
  });
});

describe('reactions and pins', () => {
  it('take every emoji in a path', async () => {
    const { id } = await group();
    const message = await post(ada, id, 'hello');
    const path = `/api/v1/threads/${id}/messages/${message.id}`;
    for (const emoji of ['👍', '👩🏽‍👩🏽‍👧🏽‍👦🏽', '1️⃣', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '+1', 'thumbs_up']) {
      const place = `${path}/reactions/${encodeURIComponent(emoji)}`;
      expect(await as(ada).call('PUT', place)).toMatchObject({
        status: 200,
        body: { reactions: [{ emoji, mine: true }] },
      });
      expect((await as(ada).call('DELETE', place)).status).toBe(204);
    }
    expect((await as(ada).call('PUT', `${path}/reactions/${encodeURIComponent('<b>')}`)).status).toBe(400);
    expect((await as(ada).call('PUT', `${path}/reactions/%E0%A4%A`)).status).toBe(400);
  });

  it('pin for owners, not for members', async () => {
    const { id } = await group('user_456');
    const message = await post(ben, id, 'look');
    const path = `/api/v1/threads/${id}/messages/${message.id}/pin`;
    expect((await as(ben).call('PUT', path)).status).toBe(403);
    expect(await as(ada).call('PUT', path)).toMatchObject({ status: 200, body: { pinned: true } });
    expect((await as(ada).call('DELETE', path)).status).toBe(204);
  });
});

describe('a client that feeds an assistant', () => {
  it('gets exactly the body that it knows', async () => {
    const { id } = await group();
    await as(ada).call('POST', `/api/v1/threads/${id}/participants`, { userId: 'bot', role: 'agent' });
    const asked = await as(ada).call<MessageResource>('POST', `/api/conversations/${id}/messages`, {
      content: 'What is 6 x 7?',
      metadata: { lesson: 3 },
    });
    const answered = await post(testActor('bot', { role: 'agent' }), id, '42');
    const path = `/api/v1/chat/conversations/${id}/messages`;
    const { status, body } = await as(ada).call<{ next_cursor: string }>('GET', `${path}?limit=10`);
    const common = { conversation_id: id };
    expect([status, body]).toEqual([
      200,
      {
        messages: [
          {
            ...common,
            id: answered.id,
            user_id: 'bot',
            content: '42',
            message_type: 'assistant',
            metadata: {},
            created_at: answered.createdAt,
            updated_at: answered.updatedAt,
          },
          {
            ...common,
            id: asked.body.id,
            user_id: 'user_123',
            content: 'What is 6 x 7?',
            message_type: 'user',
            metadata: { lesson: 3 },
            created_at: asked.body.createdAt,
            updated_at: asked.body.updatedAt,
          },
        ],
        total_count: 2,
        has_more: false,
        next_cursor: null,
      },
    ]);
    const first = await as(ada).call<{ next_cursor: string }>('GET', `${path}?limit=1`);
    expect(first.body).toMatchObject({ has_more: true, messages: [{ content: '42' }] });
    const next = await as(ada).call('GET', `${path}?limit=1&cursor=${first.body.next_cursor}`);
    expect(next.body).toMatchObject({ has_more: false, messages: [{ content: 'What is 6 x 7?' }] });
    expect((await as(ada).call('GET', `${path}?limit=99999`)).status).toBe(200);
  });
});

describe('the application’s own service', () => {
  const school = internally('acme');

  it('keeps profiles, shown wherever a user is', async () => {
    const profile = { externalUserId: 'user_123', displayName: 'John Doe', avatarUrl: 'https://example.com/j.png' };
    const synced = await school.call('POST', '/api/users/sync', {
      ...profile,
      metadata: { role: 'teacher', department: 'maths' },
      somethingElse: true,
    });
    expect(synced).toMatchObject({ status: 200, body: { success: true } });
    const read = await school.call('GET', '/api/users/user_123');
    expect(read).toMatchObject({ status: 200, body: { ...profile, metadata: { department: 'maths' } } });
    expect((await internally('globex').call('GET', '/api/users/user_123')).status).toBe(404);
    expect((await school.call('DELETE', '/api/users/user_123')).status).toBe(204);
    expect((await school.call('GET', '/api/users/user_123')).status).toBe(404);
    expect((await school.call('DELETE', '/api/users/nobody')).status).toBe(404);
  });

  it('synchronises a thousand at once, and hears of each that failed', async () => {
    const users = Array.from({ length: 998 }, (_, n) => ({
      externalUserId: `pupil_${n}`,
      displayName: `Pupil ${n}`,
      metadata: { note: 'x'.repeat(300) },
    }));
    const mixed = [...users, { externalUserId: 'no\nid' }, { externalUserId: 'pupil_0', displayName: 'Renamed' }];
    const { status, body } = await school.call<{ success: boolean; results: { success: boolean; error?: string }[] }>(
      'POST',
      '/api/users/sync/batch',
      { users: mixed },
    );
    expect([status, body.success, body.results.length]).toEqual([200, false, 1_000]);
    expect(body.results.flatMap(({ success }, at) => (success ? [] : [at]))).toEqual([998]);
    expect(body.results[998]).toMatchObject({
      externalUserId: 'no\nid',
      error: expect.stringMatching(/externalUserId/),
    });
    expect(await school.call('GET', '/api/users/pupil_0')).toMatchObject({ body: { displayName: 'Renamed' } });
    expect((await school.call('POST', '/api/users/sync/batch', { users: [...mixed, {}] })).status).toBe(400);
  }, 30_000);

  it('sees all conversations of its tenant and no others, deletes any, and counts', async () => {
    const tenant = internally('counted');
    const owner = as(testActor('olga', { tenant: 'counted' }));
    const made = await owner.call<ConversationResource>('POST', '/api/conversations', { title: 'One' });
    const path = `/api/conversations/${made.body.id}/messages`;
    for (const content of ['a', 'b', 'c']) await owner.call('POST', path, { content });
    await owner.call('POST', '/api/conversations', { title: 'Two' });
    await tenant.call('POST', '/api/users/sync', { externalUserId: 'olga', displayName: 'Olga' });
    await owner.call('GET', '/api/conversations');
    const list = await tenant.call<{ conversations: ConversationResource[] }>('GET', '/api/admin/conversations');
    expect(list.body.conversations.map(({ title }) => title)).toEqual(['Two', 'One']);
    expect(await tenant.call('GET', '/api/admin/stats')).toMatchObject({
      status: 200,
      body: { conversations: 2, messages: 3, users: 1, messagesLast24h: 3, onlineUsers: 0, connections: 0 },
    });
    expect((await internally('globex').call('DELETE', `/api/admin/conversations/${made.body.id}`)).status).toBe(404);
    expect((await tenant.call('DELETE', `/api/admin/conversations/${made.body.id}`)).status).toBe(204);
    expect(await tenant.call('GET', '/api/admin/stats')).toMatchObject({ body: { conversations: 1, messages: 0 } });
  });
});
