import type { MessageResource } from '@threadlog/events';
import { story, type Case } from '../case';
import { like } from '../like';
import { request } from '../variants';
import { CONVERSATION, of } from './conversation';
import { given, MESSAGES, room, THREAD, threadOf, type Room } from './given';

const BRANCHES = `${CONVERSATION}/threads`;
const branch = (made: Room) => ({ body: { rootMessageId: made.message.id, title: 'aside' } });
export const conversationThreadCases: Case[] = [
  ...request<Room>({
    route: `POST ${BRANCHES}`,
    name: 'branches off a message',
    given: given(),
    as: 'bob',
    request: (made) => of(made, branch(made)),
    expect: 201,
    then: ({ body }, made) =>
      like(body, {
        conversationId: made.threadId,
        parentThreadId: made.threadId,
        rootMessageId: made.message.id,
        title: 'aside',
      }),
  }),
  story(
    `GET ${BRANCHES}/{threadId}: shows the thread and its messages`,
    [`GET ${BRANCHES}/{threadId}`, `POST ${BRANCHES}/{threadId}`],
    async (scene) => {
      const made = await room(scene);
      const { id: threadId } = await scene
        .as('ann')
        .expect<{ id: string }>(201, `POST ${BRANCHES}`, of(made, branch(made)));
      const there = of(made, { params: { threadId } });
      const sent = await scene
        .as('bob')
        .expect<MessageResource>(201, `POST ${BRANCHES}/{threadId}`, { ...there, body: { content: 'aside' } });
      like(sent, { threadId, conversationId: made.threadId, messageIndex: 1 });
      like(await scene.as('mo').expect(200, `GET ${BRANCHES}/{threadId}`, there), {
        thread: { id: threadId, title: 'aside' },
        messages: [{ content: 'aside' }],
        totalCount: 1,
      });
      await scene.as('eve').expect('not_found', `GET ${BRANCHES}/{threadId}`, there);
      const other = await room(scene);
      await scene.as('ann').expect('not_found', `GET ${BRANCHES}/{threadId}`, of(other, { params: { threadId } }));
      await scene
        .as('bob')
        .expect(200, 'PATCH /api/messages/{messageId}', { params: { messageId: sent.id }, body: { content: 'x' } });
      await scene
        .as('bob')
        .expect(204, `DELETE ${CONVERSATION}/messages/{messageId}`, of(made, { params: { messageId: sent.id } }));
    },
  ),
  story(
    `POST ${CONVERSATION}/messages: a key counts on both surfaces`,
    [`POST ${CONVERSATION}/messages`],
    async (scene) => {
      const made = await room(scene, { posts: [] });
      const headers = { 'idempotency-key': 'k' };
      const first = await scene
        .as('ann')
        .expect<MessageResource>(
          201,
          `POST ${CONVERSATION}/messages`,
          of(made, { body: { content: 'once' }, headers }),
        );
      const again = await scene
        .as('ann')
        .expect<MessageResource>(201, `POST ${MESSAGES}`, { ...threadOf(made), body: { content: 'once' }, headers });
      like(again.id, first.id, 'id');
      like(await scene.as('ann').expect(200, `GET ${THREAD}`, threadOf(made)), { messageCount: 1 });
    },
  ),
];
