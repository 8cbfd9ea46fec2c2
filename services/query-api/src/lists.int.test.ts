import { canSee, type Actor } from '@threadlog/auth';
import { tenantId, type MessageResource, type ThreadResource } from '@threadlog/events';
import { testActor, threadStory, type ThreadStory } from '@threadlog/testing';
import { givenQueryApi } from './testing/queryApi';

interface Threads {
  threads: ThreadResource[];
  hasMore: boolean;
  nextCursor: string | null;
  prevCursor: string | null;
}
interface Messages {
  messages: MessageResource[];
  nextCursor: string | null;
  totalCount: number;
}

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 1);
const idsOf = (page: Threads): string[] => page.threads.map(({ id }) => id);

describe.each(['postgres', 'mongo'] as const)('lists with messages in %s', (kind) => {
  const { given, read, refused } = givenQueryApi(kind);
  const ada = testActor('ada');
  const admin = testActor('root', { role: 'admin' });

  describe('of threads', () => {
    const members = ['ben', 'cyd', 'dan'];
    const learners = [null, 'lena', 'leo'];
    const stories: ThreadStory[] = [];
    beforeAll(async () => {
      for (let n = 0; n < 18; n++) {
        const story = threadStory({
          threadId: `thread-${n}`,
          owner: n % 2 ? 'ada' : 'eve',
          members: members.filter((_, index) => (n >> index) & 1),
          learnerId: learners[n % 3] ?? null,
          startedAt: START + n * MINUTE,
        });
        if (n % 4) story.post('eve', `hello ${n}`);
        stories.push(story);
      }
      await given(...stories, threadStory({ threadId: 'foreign', tenant: 'other', learnerId: 'lena' }));
    });

    it.each<[string, Actor]>([
      ['a participant', testActor('ben')],
      ['an owner', ada],
      ['a learner', testActor('lena', { role: 'learner' })],
      ['a guardian', testActor('gus', { role: 'guardian', learnerScope: ['leo', 'lena'] })],
      ['a teacher who also takes part', testActor('cyd', { role: 'teacher', learnerScope: ['leo'] })],
      ['a teacher of all learners', testActor('dan', { role: 'teacher', learnerScope: '*' })],
      ['an administrator', admin],
      ['nobody', testActor('zoe')],
    ])('show %s exactly what the access rule allows, newest activity first', async (_who, actor) => {
      const expected = stories
        .map((story, n) => {
          const people = [n % 2 ? 'ada' : 'eve', ...members.filter((_, index) => (n >> index) & 1)];
          const member = { role: 'member' as const, visibleFromIndex: 1, visibleFromSeq: 1 };
          const participant = people.includes(actor.id) ? member : null;
          const { learnerId } = story.place;
          const visible = canSee(actor, { tenantId: tenantId('acme'), learnerId, participant, beginsAtSeq: null });
          return { id: `thread-${n}`, visible };
        })
        .filter(({ visible }) => visible)
        .map(({ id }) => id)
        .reverse();
      expect(idsOf(await read<Threads>(actor, '/api/v1/threads'))).toEqual(expected);
      expect(idsOf(await walk(actor, 2))).toEqual(expected);
    });

    it('filter by learner, participant and time', async () => {
      const all = (await read<Threads>(admin, '/api/v1/threads')).threads;
      const cases: [string, (thread: ThreadResource) => boolean][] = [
        ['learnerId=leo', ({ learnerId }) => learnerId === 'leo'],
        ['participantId=ben', ({ participants }) => participants.some(({ userId }) => userId === 'ben')],
        [`updatedAfter=${all[9]!.updatedAt}`, ({ updatedAt }) => updatedAt > all[9]!.updatedAt],
        [
          'learnerId=lena&participantId=ada&limit=200',
          ({ learnerId, id }) => learnerId === 'lena' && Number(id.slice(7)) % 2 === 1,
        ],
        ['status=archived', () => false],
        ['channel=voice', () => false],
        ['channel=chat&status=active', () => true],
      ];
      for (const [query, holds] of cases) {
        const expected = all.filter(holds).map(({ id }) => id);
        expect([query, idsOf(await read<Threads>(admin, `/api/v1/threads?${query}`))]).toEqual([query, expected]);
      }
    });

    it('refuse what they do not know', async () => {
      for (const query of ['q=hello', 'limit=0', 'limit=201', 'cursor=x', 'status=open', 'updatedAfter=yesterday']) {
        expect(await refused(ada, `/api/v1/threads?${query}`)).toEqual({ status: 400, code: 'invalid_request' });
      }
    });

    it('walk back to where they came from', async () => {
      const first = await read<Threads>(admin, '/api/v1/threads?limit=4');
      expect(first.prevCursor).toBeNull();
      const second = await read<Threads>(admin, `/api/v1/threads?limit=4&cursor=${first.nextCursor}`);
      const back = await read<Threads>(admin, `/api/v1/threads?limit=4&cursor=${second.prevCursor}`);
      expect(idsOf(back)).toEqual(idsOf(first));
      expect(back).toMatchObject({ prevCursor: null, hasMore: true });
    });

    async function walk(actor: Actor, limit: number): Promise<Threads> {
      const threads: ThreadResource[] = [];
      let cursor: string | null = null;
      do {
        const page: Threads = await read<Threads>(
          actor,
          `/api/v1/threads?limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`,
        );
        expect(page.hasMore).toBe(page.nextCursor !== null);
        threads.push(...page.threads);
        cursor = page.nextCursor;
      } while (cursor);
      return { threads, hasMore: false, nextCursor: null, prevCursor: null };
    }
  });

  it('show the newest message that is left, and count what others wrote and nobody deleted', async () => {
    const story = threadStory({ threadId: 'counted', owner: 'kim', members: ['lou'] });
    story.post('kim', 'one');
    story.post('lou', 'two');
    story.post('kim', 'three');
    const last = story.post('kim', 'four');
    story.remove(last);
    await given(story);
    const { threads } = await read<Threads>(testActor('lou'), '/api/v1/threads');
    expect(threads).toMatchObject([
      { id: 'counted', unreadCount: 2, messageCount: 3, participantCount: 2, lastMessage: { content: 'three' } },
    ]);
    expect(await read(testActor('kim'), '/api/v1/threads/counted')).toMatchObject({ unreadCount: 1 });
    expect(await read(admin, '/api/v1/threads/counted')).toMatchObject({ unreadCount: 0, messageCount: 3 });
  });

  it('show twenty participants and count all', async () => {
    const crowd = Array.from({ length: 25 }, (_, n) => `crowd-${n}`);
    await given(threadStory({ threadId: 'crowded', members: crowd }));
    const thread = await read<ThreadResource>(ada, '/api/v1/threads/crowded');
    expect(thread.participants).toHaveLength(20);
    expect(thread.participantCount).toBe(26);
  });

  it.each([1, 3, 7])('of messages give each exactly once while more are written, %i a page', async (limit) => {
    const threadId = `growing-${limit}`;
    const story = threadStory({ threadId });
    for (let n = 1; n <= 15; n++) story.post('ada', `text ${n}`);
    await given(story);
    const seen: number[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor ? `&before=${cursor}` : '';
      const page: Messages = await read<Messages>(ada, `/api/v1/threads/${threadId}/messages?limit=${limit}${query}`);
      seen.push(...page.messages.map(({ messageIndex }) => messageIndex));
      cursor = page.nextCursor;
      story.post('ada', 'meanwhile');
      await given(story);
    } while (cursor);
    expect(seen).toEqual(Array.from({ length: 15 }, (_, n) => 15 - n));
  });
});
