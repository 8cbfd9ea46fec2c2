import type { Case, Scene } from '../case';
import { isMicroTimestamp } from '../like';
import { MESSAGE, PARTICIPANT, PARTICIPANTS, post, room, THREAD, threadOf, THREADS } from './given';
import { socket } from './socket';

/** Those who may see a room, and some who may not, all connected. */
async function audience(scene: Scene) {
  const made = await room(scene, { learnerId: 'lena' });
  const seeing = [await scene.socket('ann'), await scene.socket('bob')];
  const blind = [
    await scene.socket('eve'),
    await scene.socket('ann', { guise: { tenant: `${scene.tenant}-twin`, role: 'admin' } }),
  ];
  for (const client of [...seeing, ...blind]) await client.receives('hello');
  return { made, seeing, blind };
}

/** What somebody does, and the frame that all who see the room are told by, and nobody else. */
const told: [string, (scene: Scene, made: Awaited<ReturnType<typeof room>>) => Promise<unknown>, string, object][] = [
  [
    'a message',
    (scene, { threadId }) => post(scene, threadId, { content: 'hello' }),
    'message:new',
    { content: 'hello', senderId: 'ann', messageIndex: 2 },
  ],
  [
    'an edit',
    (scene, made) => scene.as('ann').expect(200, `PATCH ${MESSAGE}`, { ...made, body: { content: 'x' } }),
    'message:updated',
    { content: 'x', edit: 1, messageIndex: 1, updatedAt: isMicroTimestamp },
  ],
  [
    'an edit under its other name',
    (scene, made) => scene.as('ann').expect(200, `PATCH ${MESSAGE}`, { ...made, body: { content: 'x' } }),
    'message:edited',
    { content: 'x' },
  ],
  [
    'a deletion',
    (scene, made) => scene.as('mo').expect(204, `DELETE ${MESSAGE}`, made),
    'message:deleted',
    { messageIndex: 1, deletedAt: isMicroTimestamp },
  ],
  [
    'another title',
    (scene, made) => scene.as('mo').expect(200, `PATCH ${THREAD}`, { ...threadOf(made), body: { title: 'new' } }),
    'conversation:updated',
    { title: 'new' },
  ],
  [
    'another status',
    (scene, made) => scene.as('mo').expect(200, `PATCH ${THREAD}`, { ...threadOf(made), body: { status: 'archived' } }),
    'conversation:updated',
    { status: 'archived' },
  ],
  [
    'another role',
    (scene, made) =>
      scene.as('ann').expect(200, `PATCH ${PARTICIPANT}`, {
        params: { threadId: made.threadId, userId: 'mo' },
        body: { role: 'owner' },
      }),
    'conversation:updated',
    { participant: { userId: 'mo', role: 'owner' } },
  ],
  [
    'who joins',
    (scene, made) =>
      scene.as('ann').expect(201, `POST ${PARTICIPANTS}`, { ...threadOf(made), body: { userId: 'cyd' } }),
    'user:joined',
    { userId: 'cyd', role: 'member' },
  ],
  [
    'who leaves',
    (scene, made) =>
      scene.as('mo').expect(204, `DELETE ${PARTICIPANT}`, { params: { threadId: made.threadId, userId: 'mo' } }),
    'user:left',
    { userId: 'mo', reason: 'left' },
  ],
  [
    'that it is gone',
    (scene, made) => scene.as('ann').expect(204, `DELETE ${THREAD}`, threadOf(made)),
    'conversation:deleted',
    {},
  ],
  [
    'a reaction',
    (scene, { params }) =>
      scene.as('mo').expect(200, `PUT ${MESSAGE}/reactions/{emoji}`, { params: { ...params, emoji: '👍' } }),
    'reaction:added',
    { emoji: '👍', userId: 'mo', messageIndex: 1 },
  ],
  [
    'a pin',
    (scene, made) => scene.as('mo').expect(200, `PUT ${MESSAGE}/pin`, made),
    'message:pinned',
    { userId: 'mo', messageIndex: 1 },
  ],
  [
    'the end of a pin',
    async (scene, made) => {
      await scene.as('mo').expect(200, `PUT ${MESSAGE}/pin`, made);
      await scene.as('ann').expect(204, `DELETE ${MESSAGE}/pin`, made);
    },
    'message:unpinned',
    { userId: 'ann', messageIndex: 1 },
  ],
  [
    'a sub-thread',
    (scene, made) =>
      scene.as('mo').expect(201, `POST ${THREADS}`, { body: { parentThreadId: made.threadId, title: 'aside' } }),
    'thread:created',
    { thread: { title: 'aside' } },
  ],
];
/** What is served with these commands is told by these frames. */
const NEEDED: Record<string, string[]> = {
  'message:pinned': ['socket reaction:add'],
  'message:unpinned': ['socket reaction:add'],
  'reaction:added': ['socket reaction:add'],
  'thread:created': ['socket thread:create'],
};

export const socketNewsCases: Case[] = [
  ...told.map(([what, act, event, expected]) =>
    socket(
      `tells of ${what}, in the order of seq, and nobody else`,
      async (scene) => {
        const { made, seeing, blind } = await audience(scene);
        await act(scene, made);
        for (const client of seeing) {
          await client.receives(event, {
            conversationId: made.threadId,
            seq: (seq: unknown) => Number(seq) > 0,
            ...expected,
          });
        }
        // Frames of later events come later: once this one is there, the other would have been.
        const own = await scene.as('eve').expect<{ id: string }>(201, `POST ${THREADS}`, { body: {} });
        await blind[0]!.receives('conversation:created', { conversationId: own.id });
        for (const client of blind) client.hasNot(event, { conversationId: made.threadId });
      },
      NEEDED[event] ?? [],
    ),
  ),
  socket(
    'tells of a read position',
    async (scene) => {
      const { made, seeing } = await audience(scene);
      await scene.as('bob').expect(200, `PUT ${THREAD}/read`, threadOf(made));
      for (const client of seeing)
        await client.receives('message:read', {
          conversationId: made.threadId,
          userId: 'bob',
          messageId: made.message.id,
          readAt: isMicroTimestamp,
        });
    },
    ['socket message:read'],
  ),
  socket('takes in who is added, and lets go who is removed', async (scene) => {
    const made = await room(scene);
    const client = await scene.socket('cyd');
    await client.receives('hello');
    const params = { threadId: made.threadId, userId: 'cyd' };
    await scene.as('ann').expect(201, `POST ${PARTICIPANTS}`, { params, body: { userId: 'cyd' } });
    await client.receives('conversation:created', {
      conversationId: made.threadId,
      conversation: { id: made.threadId },
    });
    await post(scene, made.threadId, { content: 'welcome' });
    await client.receives('message:new', { content: 'welcome' });
    await scene.as('ann').expect(204, `DELETE ${PARTICIPANT}`, { params });
    await client.receives('conversation:deleted', { conversationId: made.threadId, reason: 'removed' });
    await post(scene, made.threadId, { content: 'secret' });
    const other = await room(scene);
    await scene.as('ann').expect(201, `POST ${PARTICIPANTS}`, { ...threadOf(other), body: { userId: 'cyd' } });
    await client.receives('conversation:created', { conversationId: other.threadId });
    client.hasNot('message:new', { content: 'secret' });
  }),
  socket('tells two people of their direct conversation', async (scene) => {
    const client = await scene.socket('bob');
    await client.receives('hello');
    const body = { type: 'direct', participantIds: ['bob'] };
    const { id } = await scene.as('ann').expect<{ id: string }>(201, `POST ${THREADS}`, { body });
    await client.receives('conversation:created', {
      conversationId: id,
      conversation: { type: 'direct', createdBy: 'ann' },
    });
  }),
];
