import { story, type Case, type Scene } from '../case';
import { like } from '../like';
import { MESSAGES, PARTICIPANTS, post, room, THREAD, threadOf, THREADS, type Page } from './given';
import { socket } from './socket';

const create = `POST ${THREADS}`;
const list = `GET ${THREADS}`;
const unread = 'GET /api/v1/unread';
const read = `PUT ${THREAD}/read`;

/** `cyd` sees a room from after its first message on. `old` and `quiet` had begun by then, `fresh` and `since` had not. */
async function late(scene: Scene) {
  const made = await room(scene);
  const branch = async (rootMessageId: string | null) => {
    const body = { parentThreadId: made.threadId, ...(rootMessageId && { rootMessageId }) };
    const { id } = await scene.as('ann').expect<{ id: string }>(201, create, { body });
    await post(scene, id, { content: 'aside' });
    return id;
  };
  const hidden = [await branch(made.message.id), await branch(null)];
  const body = { userId: 'cyd', history: 'from_join' };
  await scene.as('ann').expect(201, `POST ${PARTICIPANTS}`, { ...threadOf(made), body });
  hidden.push(await branch(made.message.id));
  const shown = [await branch(null)];
  const next = await post(scene, made.threadId, { content: 'next' });
  shown.push(await branch(next.id));
  await scene.settle();
  return { made, hidden, shown };
}

export const lateCases: Case[] = [
  story(
    `${list}: of sub-threads, who came late sees those that begin where it sees the root`,
    [list],
    async (scene) => {
      const { made, hidden, shown } = await late(scene);
      const ids = async (who: 'cyd' | 'bob') => {
        const query = { parentThreadId: made.threadId };
        const { threads } = await scene.as(who).expect<Page<{ id: string }>>(200, list, { query });
        return threads!.map(({ id }) => id).toSorted();
      };
      like(await ids('cyd'), shown.toSorted(), 'for who came late');
      like(await ids('bob'), [...hidden, ...shown].toSorted(), 'for who was there');
    },
  ),
  story(`GET ${MESSAGES}: of a sub-thread from before who came late came`, [`GET ${MESSAGES}`, read], async (scene) => {
    const { hidden, shown } = await late(scene);
    const cyd = scene.as('cyd');
    for (const threadId of hidden) {
      const there = { params: { threadId } };
      for (const route of [`GET ${THREAD}`, `GET ${MESSAGES}`, read]) await cyd.expect('not_found', route, there);
      await cyd.expect('not_found', `POST ${MESSAGES}`, { ...there, body: { content: 'x' } });
      like(await scene.as('bob').expect(200, `GET ${MESSAGES}`, there), { totalCount: 1 });
    }
    for (const threadId of shown) {
      const there = { params: { threadId } };
      like(await cyd.expect(200, `GET ${MESSAGES}`, there), { totalCount: 1 });
      await cyd.expect(201, `POST ${MESSAGES}`, { ...there, body: { content: 'x' } });
    }
  }),
  story(`${unread}: not of sub-threads from before who came late came`, [unread], async (scene) => {
    const { made, shown } = await late(scene);
    const { total, threads } = await scene
      .as('cyd')
      .expect<{ total: number; threads: { threadId: string }[] }>(200, unread);
    like(total, 3, 'total');
    like(threads.map(({ threadId }) => threadId).toSorted(), [made.threadId, ...shown].toSorted(), 'threads');
  }),
  socket('tells who came late of sub-threads that begin where it sees the root, and of no others', async (scene) => {
    const { hidden, shown } = await late(scene);
    const client = await scene.socket('cyd');
    await client.receives('hello');
    for (const threadId of hidden) await post(scene, threadId, { content: 'hidden' });
    for (const threadId of shown) {
      await post(scene, threadId, { content: 'shown' });
      await client.receives('message:new', { threadId, content: 'shown' });
    }
    client.hasNot('message:new', { content: 'hidden' });
  }),
];
