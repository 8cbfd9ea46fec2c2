import type { Actor } from '@threadlog/auth';
import type { MessageResource, ThreadResource } from '@threadlog/events';
import { encodeConsistencyToken, openApiDocument } from '@threadlog/service';
import { foldRows, profileEvents, secureRoutesSpec, testActor, threadStory } from '@threadlog/testing';
import { queryRoutes } from './index';
import { givenQueryApi, LOG } from './testing/queryApi';
import {
  AGENT_ID,
  askedForPrivacy,
  askedForReplay,
  registeredAgent,
  registeredWebhook,
  REPLAY_ID,
  WEBHOOK_ID,
} from './testing/otherRows';

const ada = testActor('ada');
const ben = testActor('ben');
const admin = testActor('root', { role: 'admin' });
const { api, database, given, read, refused, sealing, write } = givenQueryApi();

const NOT_FOUND = { status: 404, code: 'not_found' };
interface Page {
  messages: MessageResource[];
  hasMore: boolean;
  nextCursor: string | null;
  prevCursor: string | null;
  totalCount: number;
}
const texts = (page: Page): (string | null)[] => page.messages.map(({ content }) => content);

describe('pages of messages', () => {
  const story = threadStory({ threadId: 'pages', members: ['ben'], title: 'Pages' });
  const path = '/api/v1/threads/pages/messages';
  beforeAll(async () => {
    for (let n = 1; n <= 5; n++) story.post(n % 2 ? 'ada' : 'ben', `text ${n}`);
    story.remove('pages-m2');
    story.edit('pages-m3', 'text 3, better');
    story.react('ben', 'pages-m3', '👍');
    await given(story);
    await write(foldRows(await profileEvents(sealing, { userId: 'ada', displayName: 'Ada Lovelace' })));
  });

  it('come newest first, opened, with authors, reactions and without what was deleted', async () => {
    const page = await read<Page>(ben, path);
    expect(texts(page)).toEqual(['text 5', 'text 4', 'text 3, better', 'text 1']);
    expect(page).toMatchObject({ hasMore: false, nextCursor: null, totalCount: 4 });
    expect(page.messages[0]!.sender).toEqual({ displayName: 'Ada Lovelace', avatarUrl: null });
    expect(page.messages[2]).toMatchObject({
      edited: true,
      reactions: [{ emoji: '👍', count: 1, userIds: ['ben'], mine: true }],
    });
  });

  it('show tombstones when asked to, without their text', async () => {
    const page = await read<Page>(ada, `${path}?includeDeleted=true&order=asc`);
    expect(texts(page)).toEqual(['text 1', null, 'text 3, better', 'text 4', 'text 5']);
    expect(page.totalCount).toBe(5);
    expect(page.messages[1]!.deletedAt).not.toBeNull();
  });

  it('go on in either order', async () => {
    const first = await read<Page>(ada, `${path}?limit=2`);
    expect(first).toMatchObject({ hasMore: true, totalCount: 4 });
    expect(texts(await read<Page>(ada, `${path}?limit=2&before=${first.nextCursor}`))).toEqual([
      'text 3, better',
      'text 1',
    ]);
    const oldest = await read<Page>(ada, `${path}?limit=3&order=asc`);
    expect(texts(oldest)).toEqual(['text 1', 'text 3, better', 'text 4']);
    expect(texts(await read<Page>(ada, `${path}?order=asc&after=${oldest.nextCursor}`))).toEqual(['text 5']);
  });

  it('refuse a limit out of range, foreign cursors and unknown parameters', async () => {
    for (const query of ['limit=0', 'limit=201', 'limit=x', 'before=abc', 'order=up', 'offset=3']) {
      expect(await refused(ada, `${path}?${query}`)).toEqual({ status: 400, code: 'invalid_request' });
    }
  });

  it('give one message with its edit count as entity tag', async () => {
    const reply = await api().get(`${path}/pages-m3`, { as: ada });
    expect(reply.headers.get('etag')).toBe('"1"');
    expect(reply.body).toMatchObject({ id: 'pages-m3', content: 'text 3, better', edit: 1 });
    const again = await api().get(`${path}/pages-m3`, { as: ada, headers: { 'if-none-match': '"1"' } });
    expect(again.status).toBe(200);
  });

  it('give former texts, but none of a deleted message', async () => {
    expect(await read(ada, `${path}/pages-m3/history`)).toMatchObject({ items: [{ edit: 0, content: 'text 3' }] });
    expect(await refused(ada, `${path}/pages-m2/history`)).toEqual({ status: 410, code: 'gone' });
    expect(await refused(ada, `${path}/pages-m2`)).toEqual({ status: 410, code: 'gone' });
    expect(await read(ada, `${path}/pages-m2?includeDeleted=true`)).toMatchObject({ content: null });
  });

  it('give the former texts of a message a page at a time, those of each author’s own alone', async () => {
    const story = threadStory({ threadId: 'edits', owner: 'ada', members: ['ben'] });
    const id = story.post('ada', 'draft 0');
    for (let edit = 1; edit <= 104; edit += 1) story.edit(id, `draft ${edit}`);
    const other = story.post('ben', 'other');
    story.edit(other, 'other, better');
    await given(story);
    const history = `/api/v1/threads/edits/messages/${id}/history`;
    interface Edits {
      items: { edit: number; content: string }[];
      hasMore: boolean;
      nextCursor: string | null;
    }
    const seen: Edits['items'] = [];
    for (let after = ''; ;) {
      const page: Edits = await read(ada, `${history}?limit=30${after}`);
      expect(page.items.length).toBeLessThanOrEqual(30);
      seen.push(...page.items);
      expect(page.hasMore).toBe(page.nextCursor !== null);
      if (page.nextCursor === null) break;
      after = `&after=${page.nextCursor}`;
    }
    // A log of a former build may hold more edits than are kept: the newest are.
    expect(seen.map(({ edit, content }) => [edit, content])).toEqual(
      Array.from({ length: 100 }, (_, at) => [at + 4, `draft ${at + 4}`]),
    );
    const { nextCursor } = await read<Page>(ada, '/api/v1/threads/edits/messages?limit=1');
    for (const query of ['limit=0', `after=${nextCursor}`, 'after=x', 'before=x'])
      expect(await refused(ada, `${history}?${query}`)).toEqual({ status: 400, code: 'invalid_request' });
    expect(await read<Edits>(ada, `/api/v1/threads/edits/messages/${other}/history`)).toMatchObject({
      items: [{ edit: 0, content: 'other' }],
    });
    story.remove(id);
    await given(story);
    expect(await refused(ada, history)).toEqual({ status: 410, code: 'gone' });
    const { rows } = await database().query(
      `select count(*)::integer as n, count(content)::integer as texts from read_1.message_edits
       where thread_id = 'edits' and message_index = 1`,
    );
    expect(rows).toEqual([{ n: 100, texts: 0 }]);
  });

  it('find a message in its own thread only', async () => {
    const other = threadStory({ threadId: 'pages-other' });
    other.post('ada', 'elsewhere');
    await given(other);
    expect(await refused(ada, `${path}/pages-other-m1`)).toEqual(NOT_FOUND);
    expect(await refused(ada, `${path}/no-such-message`)).toEqual(NOT_FOUND);
  });
});

describe('what may be seen', () => {
  const path = '/api/v1/threads/seen';
  beforeAll(async () => {
    const story = threadStory({ threadId: 'seen', learnerId: 'lena', members: ['ben'], title: 'Seen' });
    for (let n = 1; n <= 4; n++) story.post('ada', `text ${n}`);
    story.remove('seen-m2');
    story.join('late', { fromNow: true });
    story.post('ada', 'text 5');
    story.leave('ben');
    await given(story);
    const ended = threadStory({ threadId: 'ended' });
    ended.post('ada', 'over');
    ended.end();
    await given(ended);
  });

  it.each<[string, Actor]>([
    ['a participant', ada],
    ['the learner it is about', testActor('lena', { role: 'learner' })],
    ['a teacher with the learner in scope', testActor('tom', { role: 'teacher', learnerScope: ['lena'] })],
    ['a teacher of all learners', testActor('tom', { role: 'teacher', learnerScope: '*' })],
    ['an administrator', admin],
  ])('%s sees the thread', async (_who, actor) => {
    expect(await read<ThreadResource>(actor, path)).toMatchObject({
      title: 'Seen',
      messageCount: 4,
      participantCount: 2,
    });
    expect(await read<Page>(actor, `${path}/messages`)).toMatchObject({ totalCount: 4 });
  });

  it.each<[string, Actor]>([
    ['somebody else', testActor('eve')],
    ['a former participant', ben],
    ['a teacher of other learners', testActor('tom', { role: 'teacher', learnerScope: ['leo'] })],
    ['the participant of another tenant', testActor('ada', { tenant: 'other' })],
    ['the administrator of another tenant', testActor('root', { tenant: 'other', role: 'admin' })],
  ])('%s finds nothing', async (_who, actor) => {
    for (const rest of [
      '',
      '/messages',
      '/messages/seen-m1',
      '/messages/seen-m1/history',
      '/participants',
      '/changes?since=0',
    ]) {
      expect(await refused(actor, path + rest)).toEqual(NOT_FOUND);
    }
  });

  it('says the same of a thread that does not exist, of a deleted one and of a hidden one', async () => {
    const bodies = await Promise.all(
      ['seen', 'ended', 'never'].map(async (id) => {
        const {
          requestId: _,
          instance: __,
          ...body
        } = (await api().get(`/api/v1/threads/${id}`, { as: ben })).body as Record<string, unknown>;
        return body;
      }),
    );
    expect(bodies[1]).toEqual(bodies[0]);
    expect(bodies[2]).toEqual(bodies[0]);
  });

  it('shows who joined late only what came since', async () => {
    const late = testActor('late');
    const page = await read<Page>(late, `${path}/messages?includeDeleted=true`);
    expect(texts(page)).toEqual(['text 5']);
    expect(page.totalCount).toBe(1);
    expect(await refused(late, `${path}/messages/seen-m4`)).toEqual(NOT_FOUND);
    expect(await read(late, path)).toMatchObject({
      messageCount: 1,
      unreadCount: 1,
      lastMessage: { content: 'text 5' },
    });
  });

  it('refuses those who may see but not read', async () => {
    const mute = testActor('ada', { permissions: ['chat:write'] });
    expect(await refused(mute, path)).toEqual({ status: 403, code: 'forbidden' });
    expect(await refused(mute, '/api/v1/threads')).toEqual({ status: 403, code: 'forbidden' });
  });

  it('lists participants in the order they joined', async () => {
    const first = await read<{ items: { userId: string }[]; nextCursor: string }>(
      admin,
      `${path}/participants?limit=1`,
    );
    expect(first).toMatchObject({
      items: [{ userId: 'ada', role: 'owner', readIndex: 0 }],
      hasMore: true,
      prevCursor: null,
    });
    expect(await read(admin, `${path}/participants?cursor=${first.nextCursor}`)).toMatchObject({
      items: [{ userId: 'late' }],
      hasMore: false,
    });
  });
});

describe('what changed', () => {
  const path = '/api/v1/threads/moving/changes';
  const story = threadStory({ threadId: 'moving', members: ['ben'] });
  beforeAll(async () => {
    for (let n = 1; n <= 3; n++) story.post('ada', `text ${n}`);
    story.remove('moving-m1');
    story.edit('moving-m2', 'text 2, better');
    await given(story);
  });

  it('is everything from the beginning', async () => {
    const changes = await read<{ seq: number; messages: MessageResource[] }>(ada, `${path}?since=0`);
    expect(changes).toMatchObject({
      seq: 6,
      resync: false,
      thread: { id: 'moving' },
      participants: [{ userId: 'ada' }, { userId: 'ben' }],
    });
    expect(changes.messages.map(({ id, seq }) => [id, seq])).toEqual([
      ['moving-m3', 4],
      ['moving-m1', 5],
      ['moving-m2', 6],
    ]);
  });

  it('is tombstones and edits after a seq, and nothing that did not change', async () => {
    const changes = await read<{ messages: MessageResource[] }>(ada, `${path}?since=4`);
    expect(changes).not.toHaveProperty('thread');
    expect(changes).not.toHaveProperty('participants');
    expect(changes.messages.map(({ content }) => content)).toEqual([null, 'text 2, better']);
    expect(await read(ada, `${path}?since=6`)).toEqual({ seq: 6, messages: [], receipts: [], resync: false });
  });

  it('cannot be said from a seq that was never reached', async () => {
    expect(await read(ada, `${path}?since=7`)).toEqual({ seq: 6, messages: [], receipts: [], resync: true });
    expect(await refused(ada, `${path}`)).toEqual({ status: 400, code: 'invalid_request' });
  });

  it('cannot be said across a change of the own membership', async () => {
    story.leave('ben');
    story.join('ben', { fromNow: true });
    story.post('ada', 'welcome back');
    await given(story);
    expect(await read(ben, `${path}?since=6`)).toMatchObject({ seq: 9, resync: true });
    expect(await read(ben, `${path}?since=8`)).toMatchObject({
      resync: false,
      messages: [{ content: 'welcome back' }],
    });
    expect(await read(ada, `${path}?since=6`)).toMatchObject({
      resync: false,
      participants: [{ userId: 'ada' }, { userId: 'ben' }],
    });
  });
});

describe('consistency tokens', () => {
  const token = (offset: number, logId = LOG.logId) => encodeConsistencyToken({ logId, partition: 5, offset });
  const get = (value: string) => api().get('/api/v1/threads', { as: ada, headers: { 'x-consistency-token': value } });
  const project = (next: number) =>
    database().query(
      `insert into read_1.checkpoints (partition, next_offset, max_epoch) values (5, $1, 1)
       on conflict (partition) do update set next_offset = excluded.next_offset`,
      [next],
    );

  it('hold a read back until the projection has passed them', async () => {
    await project(40);
    let answered = false;
    const reading = get(token(40)).finally(() => (answered = true));
    await get(token(39));
    expect(answered).toBe(false);
    await project(41);
    expect((await reading).status).toBe(200);
  });

  it('are answered with projection_lagging after the wait', async () => {
    const reply = await get(token(1_000));
    expect(reply).toMatchObject({ status: 503, body: { code: 'projection_lagging', retryable: true } });
    expect(reply.headers.get('retry-after')).toBe('1');
  });

  it('of another log, or of none, are refused', async () => {
    for (const value of [token(1, 'log-2'), 'nonsense', encodeConsistencyToken({ ...LOG, partition: 12, offset: 1 })]) {
      expect(await get(value)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    }
  });
});

describe('the documentation', () => {
  it('is served with every route, from local files', async () => {
    const { body } = await api().get('/openapi.json');
    expect(body).toMatchObject({
      openapi: '3.1.0',
      paths: { '/api/v1/threads/{threadId}/messages': { get: { operationId: 'listMessages' } } },
    });
    expect((await api().get('/docs')).headers.get('location')).toBe('/docs/');
    const page = (await api().get('/docs/')).body as string;
    for (const [, file] of page.matchAll(/(?:src|href)="\.?\/?([^"]+)"/g)) {
      expect((await api().get(`/docs/${file}`)).status).toBe(200);
    }
    expect((await api().get('/docs/swagger-initializer.js')).body).toContain('../openapi.json');
  });
});

describe('every route', () => {
  beforeAll(async () => {
    const story = threadStory({ threadId: 'secured', learnerId: 'lena' });
    story.post('ada', 'hello');
    await given(story);
    await write(foldRows(await profileEvents(sealing, { userId: 'lena', displayName: 'Lena' })));
    await askedForPrivacy(database());
    await registeredWebhook(database(), sealing);
    await askedForReplay(database());
    await registeredAgent(database(), sealing);
  });
  const document = openApiDocument(queryRoutes, { title: 'reads', version: '1' });
  const secured = (insider: Actor) => () => ({
    request: api().request,
    params: ({ operationId }: { operationId: string }) => ({
      ...{ threadId: 'secured', conversationId: 'secured', messageId: 'secured-m1', externalUserId: 'lena' },
      webhookId: WEBHOOK_ID,
      replayId: REPLAY_ID,
      agentId: AGENT_ID,
      requestId: operationId === 'getErasureReceipt' ? 'erasure' : 'export',
    }),
    queries: { getThreadChanges: '?since=0' },
    insider,
    stranger: testActor('root', { tenant: 'other', role: 'admin', learnerScope: '*' }),
    outsider: testActor('tom', { role: 'teacher', learnerScope: ['leo'] }),
  });
  const ofAdministrators = new Set([
    ...['listThreadEvents', 'listWebhooks', 'getWebhook'],
    ...['listWebhookAttempts', 'listWebhookDeadLetters', 'listWebhookReplays', 'getWebhookReplay'],
    ...['listAgents', 'getAgent'],
  ]);
  const forAdministrators = ({ operationId }: { operationId: string }) => ofAdministrators.has(operationId);
  secureRoutesSpec(document, secured(ada), (operation) => !forAdministrators(operation));
  secureRoutesSpec(document, secured(admin), forAdministrators);
});
