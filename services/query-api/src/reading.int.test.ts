import type { Actor } from '@threadlog/auth';
import { tenantId, type MessageResource, type ThreadResource } from '@threadlog/events';
import { createReadingQueries, unseenThread, type UserThreadRow } from '@threadlog/read-models';
import { foldRows, profileEvents, testActor, threadStory, type ThreadStory } from '@threadlog/testing';
import fc from 'fast-check';
import type { Receipt } from './threads/receipts';
import type { Unread } from './threads/unread';
import { givenQueryApi } from './testing/queryApi';

interface Message {
  id: string;
  sender: string;
  deleted: boolean;
}
const USERS = ['ada', 'ben', 'cyd'] as const;
type User = (typeof USERS)[number];

describe.each(['postgres', 'mongo'] as const)('reading with messages in %s', (kind) => {
  const { database, given, read, refused, sealing, write } = givenQueryApi(kind);
  const ada = testActor('ada');
  const ben = testActor('ben');

  /** What users have read and how they want to see a thread, as the projector would write it. */
  const reads = (...rows: UserThreadRow[]) =>
    write({ threads: [], participants: [], messages: [], users: [], userThreads: rows });
  const seen = (user: string, threadId: string, given: Partial<UserThreadRow>): UserThreadRow => ({
    ...unseenThread(tenantId('acme'), user, threadId),
    version: 1,
    read_at: '2026-11-02T00:00:00.000000Z',
    ...given,
  });

  it('counts exactly what a naive model counts, whatever is posted, deleted and read', async () => {
    let run = 0;
    const operation = fc.tuple(fc.constantFrom('post', 'post', 'post', 'delete', 'read', 'join'), fc.nat(), fc.nat());
    const histories = fc.array(operation, { minLength: 5, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(histories, async (operations) => {
        const model = randomThread(`random-${kind}-${run++}`, operations);
        await given(model.story);
        await reads(
          ...[...model.read].map(([user, index]) => seen(user, model.id, { read_index: index, read_message_id: 'm' })),
        );
        for (const user of [...USERS, 'late']) {
          if (user === 'late' && model.lateFrom === null) continue;
          const expected = model.unread(user);
          const actor = testActor(user);
          const thread = await read<ThreadResource>(actor, `/api/v1/threads/${model.id}`);
          expect([user, thread.unreadCount]).toEqual([user, expected]);
          const readIndexes = thread.participants.map(({ userId, readIndex }) => [userId, readIndex]);
          const from = user === 'late' ? model.lateFrom! : 1;
          const shown = (index = 0) => (index < from ? 0 : index);
          expect(readIndexes).toEqual(readIndexes.map(([userId]) => [userId, shown(model.read.get(userId as string))]));
          const { threads } = await read<{ threads: ThreadResource[] }>(actor, '/api/v1/threads?limit=200');
          expect(threads.find(({ id }) => id === model.id)).toEqual(thread);
          const unread = await read<Unread>(actor, '/api/v1/unread');
          expect(unread.threads.find(({ threadId }) => threadId === model.id)?.unreadCount ?? 0).toBe(expected);
          expect(unread.total).toBe(threads.reduce((sum, { unreadCount }) => sum + unreadCount, 0));
        }
      }),
      { numRuns: 12 },
    );
  });

  it('tells who has read how far, members only, beside changes too', async () => {
    const story = threadStory({ threadId: 'told', members: ['ben', 'gone'] });
    for (let n = 1; n <= 3; n++) story.post('ada', `text ${n}`);
    story.leave('gone');
    await given(story);
    await reads(
      seen('ben', 'told', { read_index: 2, read_message_id: 'told-m2' }),
      seen('gone', 'told', { read_index: 3, read_message_id: 'told-m3' }),
      seen('ada', 'told', { pinned: true, read_at: null }),
    );
    const items: Receipt[] = [
      { userId: 'ben', messageId: 'told-m2', messageIndex: 2, readAt: '2026-11-02T00:00:00.000000Z' },
    ];
    expect(await read(ada, '/api/v1/threads/told/receipts')).toEqual({ items });
    expect(await read(ada, '/api/v1/threads/told/changes?since=5')).toEqual({
      seq: 5,
      messages: [],
      receipts: items,
      resync: false,
    });
    expect(await read(ada, '/api/v1/threads/told/changes?since=4')).toMatchObject({
      receipts: items,
      participants: [
        { userId: 'ada', readIndex: 0 },
        { userId: 'ben', readIndex: 2 },
      ],
    });
    expect(await read(ada, '/api/v1/threads/told/participants')).toMatchObject({
      items: [
        { userId: 'ada', readIndex: 0 },
        { userId: 'ben', readIndex: 2 },
      ],
    });
  });

  it('shows everybody their own preferences, and hidden threads to those who ask for them', async () => {
    const cat = testActor('cat');
    const stories = ['shown', 'secret'].map((threadId) => threadStory({ threadId, owner: 'cat', members: ['dog'] }));
    for (const story of stories) story.post('dog', 'hello');
    await given(...stories);
    const preferences = { muted_until: '2027-01-01T00:00:00.000000Z', pinned: true, marked_unread: true };
    await reads(seen('cat', 'shown', preferences), seen('cat', 'secret', { hidden: true }));
    const ids = async (actor: Actor, query = '') =>
      (await read<{ threads: ThreadResource[] }>(actor, `/api/v1/threads${query}`)).threads.map(({ id }) => id);
    expect(await ids(cat)).toEqual(['shown']);
    expect(await ids(cat, '?hidden=true')).toEqual(['secret']);
    expect(await ids(testActor('dog'))).toEqual(['shown', 'secret']);
    const unread = await read<Unread>(cat, '/api/v1/unread');
    expect(unread.threads.toSorted((a, b) => (a.threadId < b.threadId ? -1 : 1))).toEqual([
      { threadId: 'secret', unreadCount: 1, muted: false, hidden: true },
      { threadId: 'shown', unreadCount: 1, muted: true, hidden: false },
    ]);
    expect(unread.total).toBe(0);
    expect(await read(cat, '/api/v1/threads/shown')).toMatchObject({
      preferences: { mutedUntil: '2027-01-01T00:00:00.000000Z', pinned: true, hidden: false, markedUnread: true },
    });
    expect(await read(testActor('dog'), '/api/v1/threads/shown')).toMatchObject({ preferences: { pinned: false } });
  });

  it('counts in the total what is neither muted nor hidden now, with the sub-threads of such', async () => {
    const now = Date.now();
    const at = (ms: number) => new Date(now + ms).toISOString().replace('Z', '000Z');
    const settings: [string, Partial<UserThreadRow>, { muted: boolean; hidden: boolean }][] = [
      ['bell', {}, { muted: false, hidden: false }],
      ['bell-muted', { muted_until: at(60_000) }, { muted: true, hidden: false }],
      ['bell-over', { muted_until: at(-60_000) }, { muted: false, hidden: false }],
      ['bell-for-ever', { muted_until: '9999-12-31T23:59:59.999999Z' }, { muted: true, hidden: false }],
      ['bell-hidden', { hidden: true }, { muted: false, hidden: true }],
      ['bell-both', { hidden: true, muted_until: at(60_000) }, { muted: true, hidden: true }],
    ];
    const startedAt = Date.UTC(2026, 10, 3);
    for (const [threadId, given_] of settings) {
      const root = threadStory({ threadId, owner: 'dog', members: ['bat'] });
      const sub = threadStory({ threadId: `${threadId}~s`, owner: 'dog', startedAt });
      for (const story of [root, sub]) story.post('dog', 'woof');
      await given(root, sub);
      await reads(seen('bat', threadId, given_));
    }
    const unread = await read<Unread>(testActor('bat'), '/api/v1/unread');
    const expected = settings.flatMap(([threadId, , marks]) =>
      [threadId, `${threadId}~s`].map((id) => ({ threadId: id, unreadCount: 1, ...marks })),
    );
    const byId = (a: { threadId: string }, b: { threadId: string }) => (a.threadId < b.threadId ? -1 : 1);
    expect(unread.threads.toSorted(byId)).toEqual(expected.toSorted(byId));
    expect(unread.total).toBe(4);
  });

  it('has who joins read all that was there, in the thread and its sub-threads, on every surface', async () => {
    const root = threadStory({ threadId: 'join', members: ['ben'] });
    for (let n = 1; n <= 3; n++) root.post('ada', `text ${n}`);
    // Each event takes a millisecond: what began with the root was over when they came.
    for (let n = 1; n <= 20; n++) root.rename(`title ${n}`);
    root.join('all');
    root.join('now', { fromNow: true });
    root.join('back');
    root.post('ada', 'text 4');
    root.leave('back');
    root.post('ada', 'text 5');
    root.join('back');
    root.post('ada', 'text 6');
    const day = (story: string, startedAt: number) =>
      threadStory({ threadId: `join~${story}`, startedAt, members: ['ben'] });
    const before = day('before', Date.UTC(2026, 10, 1));
    const since = day('since', Date.UTC(2026, 10, 9));
    for (const story of [before, since]) for (let n = 1; n <= 4; n++) story.post('ada', `text ${n}`);
    await given(root, before, since);
    const expected: [string, { root: number; before: number; since: number }][] = [
      ['ben', { root: 6, before: 4, since: 4 }],
      ['all', { root: 3, before: 0, since: 4 }],
      ['back', { root: 1, before: 0, since: 4 }],
      ['now', { root: 3, before: 0, since: 0 }],
    ];
    for (const [user, counts] of expected) {
      const actor = testActor(user);
      const unread = await read<Unread>(actor, '/api/v1/unread');
      const own = unread.threads.filter(({ threadId }) => threadId.startsWith('join'));
      expect([user, Object.fromEntries(own.map(({ threadId, unreadCount }) => [threadId, unreadCount]))]).toEqual([
        user,
        Object.fromEntries(
          Object.entries({ join: counts.root, 'join~before': counts.before, 'join~since': counts.since }).filter(
            ([, count]) => count > 0,
          ),
        ),
      ]);
      for (const path of ['/api/v1/threads/join', '/api/conversations/join'])
        expect([user, await read(actor, path)]).toMatchObject([user, { unreadCount: counts.root }]);
      const { threads } = await read<{ threads: ThreadResource[] }>(actor, '/api/v1/threads?limit=200');
      expect(threads.find(({ id }) => id === 'join')?.unreadCount).toBe(counts.root);
      const reading = createReadingQueries({ database: database(), generation: () => 1 });
      expect(await reading.unreadAfter(actor, await reading.readTarget(actor, { threadId: 'join' }), 0)).toBe(
        counts.root,
      );
    }
  });

  it('gives pinned messages, the newest first, as far as they are seen', async () => {
    const story = threadStory({ threadId: 'pinned' });
    for (let n = 1; n <= 5; n++) story.post('ada', `text ${n}`);
    for (const n of [4, 1, 2]) story.pin('ada', `pinned-m${n}`);
    story.remove('pinned-m2');
    story.join('late', { fromNow: true });
    story.pin('ada', story.post('ada', 'text 6'));
    await given(story);
    type Page = { messages: MessageResource[]; nextCursor: string | null; hasMore: boolean };
    const page = await read<Page>(ada, '/api/v1/threads/pinned/pins?limit=2');
    expect(page).toMatchObject({
      messages: [{ content: 'text 6', pinned: true }, { content: 'text 4' }],
      hasMore: true,
    });
    expect(await read<Page>(ada, `/api/v1/threads/pinned/pins?before=${page.nextCursor}`)).toMatchObject({
      messages: [{ content: 'text 1' }],
      hasMore: false,
    });
    const late = await read<Page>(testActor('late'), '/api/v1/threads/pinned/pins');
    expect(late.messages.map(({ content }) => content)).toEqual(['text 6']);
  });

  it('lists sub-threads by their parent and counts replies on the message they come from', async () => {
    const root = threadStory({ threadId: 'root', owner: 'ada', members: ['ben'] });
    root.post('ada', 'one');
    root.post('ada', 'two');
    root.join('tim', { fromNow: true });
    const sub = threadStory({
      threadId: 'root~sub',
      owner: 'ben',
      rootMessageId: 'root-m1',
      startedAt: Date.UTC(2026, 10, 2),
    });
    sub.post('ben', 'reply one');
    sub.remove(sub.post('ben', 'reply two'));
    sub.post('ben', 'reply three');
    await given(root, sub, threadStory({ threadId: 'root~empty', owner: 'ben' }));
    const messages = (await read<{ messages: MessageResource[] }>(ada, '/api/v1/threads/root/messages')).messages;
    expect(messages).toMatchObject([{ content: 'two' }, { content: 'one', replyCount: 2 }]);
    expect(messages[1]!.lastReplyAt).toBe('2026-11-02T00:00:00.005000Z');
    expect(messages[0]).not.toHaveProperty('replyCount');
    expect(await read(ada, '/api/v1/threads/root/messages/root-m1')).toMatchObject({ replyCount: 2 });
    const { threads } = await read<{ threads: ThreadResource[] }>(ada, '/api/v1/threads?parentThreadId=root');
    expect(threads).toMatchObject([
      { id: 'root~sub', unreadCount: 2, messageCount: 2, participantCount: 3, lastMessage: { content: 'reply three' } },
      { id: 'root~empty', unreadCount: 0, lastMessage: null },
    ]);
    // Whoever came late does not see what branched off before.
    expect(await refused(testActor('tim'), '/api/v1/threads/root~sub')).toMatchObject({ status: 404 });
    expect(await read(testActor('tim'), '/api/v1/unread')).toEqual({ total: 0, threads: [] });
    expect(await refused(testActor('eve'), '/api/v1/threads?parentThreadId=root')).toMatchObject({ status: 404 });
  });

  it('shows removed users without a name', async () => {
    await given(threadStory({ threadId: 'left-behind', owner: 'rem', members: ['ben'] }));
    const { users } = foldRows(await profileEvents(sealing, { userId: 'rem', displayName: 'Rem Brandt' }));
    const path = '/api/v1/threads/left-behind';
    const none = { threads: [], participants: [], messages: [] };
    const scrubbed = { display_name: null, avatar_url: null, removed_at: users[0]!.synced_at, version: 2 };
    await write({ ...none, users: [{ ...users[0]!, ...scrubbed }] });
    expect(await read(ben, path)).toMatchObject({
      participants: expect.arrayContaining([expect.objectContaining({ userId: 'rem', displayName: null })]),
    });
  });
});

/** A thread that grows by random operations, and what everybody must then find unread. */
function randomThread(id: string, operations: readonly (readonly [string, number, number])[]) {
  const story: ThreadStory = threadStory({ threadId: id, members: ['ben', 'cyd'] });
  const messages: Message[] = [];
  const readTo = new Map<string, number>();
  const model = {
    id,
    story,
    read: readTo,
    lateFrom: null as number | null,
    unread(user: string): number {
      const from = user === 'late' ? model.lateFrom! : 1;
      return messages.filter(
        ({ sender, deleted }, at) => !deleted && sender !== user && at + 1 >= from && at + 1 > (readTo.get(user) ?? 0),
      ).length;
    },
  };
  const steps: Record<string, (user: User, pick: number) => void> = {
    post: (user, pick) => void messages.push({ id: story.post(user, `text ${pick}`), sender: user, deleted: false }),
    join() {
      if (model.lateFrom !== null) return;
      story.join('late', { fromNow: true });
      model.lateFrom = messages.length + 1;
    },
    read: (user, pick) => void readTo.set(user, Math.max(readTo.get(user) ?? 0, (pick % messages.length) + 1)),
    delete(_user, pick) {
      const message = messages[pick % messages.length]!;
      if (message.deleted) return;
      story.remove(message.id);
      message.deleted = true;
    },
  };
  for (const [kind, one, pick] of operations) {
    const needsMessage = kind === 'read' || kind === 'delete';
    if (!needsMessage || messages.length > 0) steps[kind]!(USERS[one % USERS.length]!, pick);
  }
  return model;
}
