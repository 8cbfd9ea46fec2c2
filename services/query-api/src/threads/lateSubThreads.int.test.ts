import type { ThreadResource } from '@threadlog/events';
import { createReadingQueries } from '@threadlog/read-models';
import { foldRows, testActor, threadStory } from '@threadlog/testing';
import { givenQueryApi } from '../testing/queryApi';

/**
 * A root with two messages, then eve comes and sees it from there on, then a third one. `old` branches off the first
 * message, `quiet` was begun empty before eve came, `since` after it, `fresh` branches off the third message.
 */
describe.each(['postgres', 'mongo'] as const)('sub-threads and who came late (messages in %s)', (kind) => {
  const { api, database, given, indexed, read, refused } = givenQueryApi(kind);
  const eve = testActor('eve');
  const everybodyElse = [
    testActor('ada'),
    testActor('ben'),
    testActor('eve', { role: 'admin' }),
    testActor('eve', { role: 'teacher', learnerScope: ['lena'] }),
  ];
  const HIDDEN = ['r~old', 'r~quiet'];
  const SHOWN = ['r~fresh', 'r~since'];

  beforeAll(async () => {
    const root = threadStory({ threadId: 'r', members: ['ben'], learnerId: 'lena' });
    root.post('ada', 'topic one');
    root.post('ada', 'topic two');
    root.join('eve', { fromNow: true });
    root.post('ada', 'topic three');
    const branch = (id: string, rootVersion: number, rootMessageId?: string) => {
      // Those that begin after she came are younger, too.
      const startedAt = Date.UTC(2026, 10, 1) + (rootVersion > 3 ? 60_000 : -60_000);
      const about = { threadId: id, learnerId: 'lena', title: `title ${id}` };
      const story = threadStory({ ...about, startedAt, rootVersion, rootMessageId });
      story.post('ada', `topic of ${id}`);
      return story;
    };
    const all = [
      root,
      branch('r~old', 2, 'r-m1'),
      branch('r~quiet', 3),
      branch('r~since', 4),
      branch('r~fresh', 5, 'r-m3'),
    ];
    await given(...all);
    await indexed(...all);
  });

  const messageOf = (id: string) => `${id.replace('~', '.')}-m1`;
  const readsOf = (id: string) =>
    ['', '/messages', '/changes?since=0', '/receipts', '/participants', '/pins', `/messages/${messageOf(id)}`]
      .concat(`/messages/${messageOf(id)}/history`)
      .map((rest) => `/api/v1/threads/${id}${rest}`);
  const older = (id: string) => [`/api/conversations/r/threads/${id}`, `/api/v1/chat/conversations/${id}/messages`];

  it('show those that begin where the viewer sees the root, whole', async () => {
    for (const id of SHOWN) {
      for (const path of [...readsOf(id), ...older(id)]) expect((await api().get(path, { as: eve })).status).toBe(200);
      const page = await read<{ messages: unknown[]; totalCount: number }>(eve, `/api/v1/threads/${id}/messages`);
      expect([page.messages.length, page.totalCount]).toEqual([1, 1]);
    }
  });

  it('hide the others everywhere, as if they did not exist', async () => {
    for (const id of HIDDEN) {
      for (const path of [...readsOf(id), ...older(id)]) {
        expect({ path, ...(await refused(eve, path)) }).toEqual({ path, status: 404, code: 'not_found' });
      }
      for (const actor of everybodyElse) {
        for (const path of readsOf(id)) expect((await api().get(path, { as: actor })).status).toBe(200);
      }
    }
  });

  it('are listed, counted and found by the same rule', async () => {
    const list = async (actor: typeof eve, query = '') =>
      (await read<{ threads: ThreadResource[] }>(actor, `/api/v1/threads?parentThreadId=r${query}`)).threads;
    const ids = (threads: { id?: string; threadId?: string }[]) => threads.map((one) => one.id ?? one.threadId).sort();
    expect(ids(await list(eve))).toEqual(SHOWN);
    expect(await list(eve, '&limit=1')).toHaveLength(1);
    const unread = await read<{ total: number; threads: { threadId: string }[] }>(eve, '/api/v1/unread');
    expect([unread.total, ids(unread.threads)]).toEqual([3, ['r', ...SHOWN]]);
    const search = (actor: typeof eve) =>
      read<{ items: { threadId: string }[] }>(actor, '/api/v1/search?q=topic&limit=100');
    expect(ids((await search(eve)).items)).toEqual(['r', ...SHOWN]);
    const titles = await read<{ items: { threadId: string }[] }>(eve, '/api/v1/search?q=title&limit=100');
    expect(ids(titles.items)).toEqual(SHOWN);
    for (const actor of everybodyElse) {
      expect(ids(await list(actor))).toEqual([...SHOWN, ...HIDDEN].sort());
      expect(new Set(ids((await search(actor)).items))).toEqual(new Set(['r', ...SHOWN, ...HIDDEN]));
    }
  });

  it('cannot be read up to, and nothing stays unread in them', async () => {
    const reading = createReadingQueries({ database: database(), generation: () => 1 });
    for (const threadId of HIDDEN) {
      for (const messageId of [undefined, messageOf(threadId)]) {
        await expect(reading.readTarget(eve, { threadId, messageId })).rejects.toMatchObject({
          problem: { code: 'not_found' },
        });
      }
    }
    for (const threadId of SHOWN) {
      const target = await reading.readTarget(eve, { threadId });
      expect([target.message?.index, await reading.unreadAfter(eve, target, 0)]).toEqual([1, 1]);
    }
  });
});

test('events of builds that did not say where a sub-thread begins: it counts as old', async () => {
  const { sealing } = await import('@threadlog/testing').then(({ memorySealing }) => ({ sealing: memorySealing() }));
  const story = threadStory({ threadId: 'r~old' });
  const [event] = await story.events(sealing);
  const { root_version: _, ...data } = event!.data as { root_version?: number };
  const [thread] = foldRows([{ ...event!, data } as never]).threads;
  expect(thread).toMatchObject({ parent_thread_id: 'r', root_version: 1 });
});
