import { story, type Case } from '../case';
import { isText, like } from '../like';
import { request } from '../variants';
import { given, MESSAGE, PARTICIPANT, post, room, THREAD, threadOf, type Room } from './given';

const read = `PUT ${THREAD}/read`;
const talk = { posts: ['ann', 'bob', 'mo'] } as const;
const changes = `GET ${THREAD}/changes`;
interface Changes {
  seq: number;
}
const since = (made: Room, seq: number | string) => ({ ...threadOf(made), query: { since: seq } });

export const changeCases: Case[] = [
  ...request<Room>({
    route: changes,
    name: 'since the beginning: everything',
    given: given(talk),
    request: (made) => since(made, 0),
    expect: 200,
    then: ({ body }) =>
      like(body, {
        messages: [{ messageIndex: 1 }, { messageIndex: 2 }, { messageIndex: 3 }],
        thread: { messageCount: 3 },
        participants: [{}, {}, {}],
        resync: false,
      }),
  }),
  ...(['', -1, 'x', 1.5] as const).flatMap((seq) =>
    request<Room>({
      route: changes,
      name: `refuses since=${seq}`,
      given: given(),
      request: (made) => since(made, seq),
      expect: 'invalid_request',
    }),
  ),
  ...request<Room>({
    route: changes,
    name: 'from the future: start over',
    given: given(),
    request: (made) => since(made, 99_999),
    expect: 200,
    then: ({ body }) => like(body, { resync: true, messages: [] }),
  }),
  story(`${changes}: what changed, in the order of seq, tombstones too`, [changes], async (scene) => {
    const made = await room(scene, talk);
    const before = await scene.as('bob').expect<Changes>(200, changes, since(made, 0));
    like(await scene.as('bob').expect(200, changes, since(made, before.seq)), {
      seq: before.seq,
      messages: [],
      thread: (value: unknown) => value === undefined,
    });
    const params = (index: number) => ({
      params: { threadId: made.threadId, messageId: made.messages[index - 1]!.id },
    });
    await scene.as('ann').expect(200, `PATCH ${MESSAGE}`, { ...params(1), body: { content: 'edited' } });
    await scene.as('mo').expect(204, `DELETE ${MESSAGE}`, params(2));
    await post(scene, made.threadId, { content: 'new' });
    await scene.as('ann').expect(200, `PATCH ${THREAD}`, { ...threadOf(made), body: { title: 'renamed' } });
    like(await scene.as('bob').expect(200, changes, since(made, before.seq)), {
      messages: [
        { messageIndex: 1, content: 'edited' },
        { messageIndex: 2, content: null, deletedAt: isText },
        { messageIndex: 4, content: 'new' },
      ],
      thread: { title: 'renamed' },
      ...{ resync: false, seq: before.seq + 4 },
    });
  }),
  story(`${changes}: across a change of the caller's own membership: start over`, [changes], async (scene) => {
    const made = await room(scene, talk);
    const { seq } = await scene.as('bob').expect<Changes>(200, changes, since(made, 0));
    await scene.as('ann').expect(200, `PATCH ${PARTICIPANT}`, {
      params: { threadId: made.threadId, userId: 'bob' },
      body: { role: 'moderator' },
    });
    like(await scene.as('bob').expect(200, changes, since(made, seq)), { resync: true, messages: [] });
    like(await scene.as('ann').expect(200, changes, since(made, seq)), { resync: false, participants: [{}, {}, {}] });
  }),
  story(`${changes}: receipts come whole, without a change of seq`, [changes, read], async (scene) => {
    const made = await room(scene, talk);
    const { seq } = await scene.as('ann').expect<Changes>(200, changes, since(made, 0));
    await scene.as('bob').expect(200, read, { ...threadOf(made), body: { messageId: made.messages[1]!.id } });
    like(await scene.as('ann').expect(200, changes, since(made, seq)), {
      seq,
      messages: [],
      receipts: [{ userId: 'bob', messageIndex: 2 }],
    });
  }),
];
