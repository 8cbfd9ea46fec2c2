import type { MessageResource } from '@threadlog/events';
import { story, type Case } from '../case';
import { like } from '../like';
import { request } from '../variants';
import { given, MESSAGE, paramsOf, room, THREAD, threadOf, type Room } from './given';

const REACTION = `${MESSAGE}/reactions/{emoji}`;
const react = `PUT ${REACTION}`;
const unreact = `DELETE ${REACTION}`;
const pin = `PUT ${MESSAGE}/pin`;
const unpin = `DELETE ${MESSAGE}/pin`;
const pins = `GET ${THREAD}/pins`;
const get = `GET ${MESSAGE}`;
const withEmoji = (emoji: string) => (made: Room) => ({ params: { ...made.params, emoji } });
const reacted = async (scene: Parameters<typeof room>[0]) => {
  const made = await room(scene);
  await scene.as('ann').expect(200, react, withEmoji('👍')(made));
  return made;
};

const reactions: Case[] = [
  ...['👍', '🏳️‍🌈', 'thumbs_up', '+1', '❤️'].flatMap((emoji) =>
    request<Room>({
      route: react,
      name: `with ${emoji}`,
      given: given(),
      request: withEmoji(emoji),
      expect: 200,
      then: ({ body }) => like(body, { reactions: [{ emoji, count: 1, userIds: ['ann'], mine: true }] }),
    }),
  ),
  ...['two words', 'héllo', '…', '👍👍', 'x'.repeat(65), '<b>'].flatMap((emoji) =>
    request<Room>({
      route: react,
      name: `refuses ${emoji.slice(0, 12)}`,
      given: given(),
      request: withEmoji(emoji),
      expect: 'invalid_request',
    }),
  ),
  ...request<Room>({
    route: react,
    name: 'twice is once',
    given: reacted,
    request: withEmoji('👍'),
    expect: 200,
    then: ({ body }) => like(body, { reactions: [{ count: 1 }] }),
  }),
  ...request<Room>({
    route: react,
    name: 'refuses a deleted message',
    given: given({ deleted: 1 }),
    request: withEmoji('👍'),
    expect: 'gone',
  }),
  ...request<Room>({
    route: react,
    name: 'refuses in a closed thread',
    given: given({ status: 'archived' }),
    request: withEmoji('👍'),
    expect: 'thread_closed',
  }),
  ...request<Room>({
    route: unreact,
    name: 'takes it back',
    given: reacted,
    request: withEmoji('👍'),
    expect: 204,
    then: async (_answer, made, scene) =>
      like(await scene.as('ann').expect(200, get, paramsOf(made)), { reactions: [] }),
  }),
  ...request<Room>({
    route: unreact,
    name: 'what is not there is no fault',
    given: given(),
    request: withEmoji('👍'),
    expect: 204,
  }),
  story(
    `${react}: counts everybody, says which are mine, and takes back one’s own alone`,
    [react, unreact],
    async (scene) => {
      const made = await reacted(scene);
      await scene.as('bob').expect(200, react, withEmoji('👍')(made));
      await scene.as('bob').expect(200, react, withEmoji('🎉')(made));
      const seen = async (who: 'ann' | 'bob' | 'mo') =>
        (await scene.as(who).expect<MessageResource>(200, get, paramsOf(made))).reactions;
      like(
        await seen('ann'),
        [
          { emoji: '👍', count: 2, userIds: ['ann', 'bob'], mine: true },
          { emoji: '🎉', count: 1, mine: false },
        ],
        'ann',
      );
      like(
        await seen('mo'),
        [
          { emoji: '👍', count: 2, mine: false },
          { emoji: '🎉', count: 1, mine: false },
        ],
        'mo',
      );
      await scene.as('mo').expect(204, unreact, withEmoji('👍')(made));
      like(await seen('mo'), [{ count: 2 }, { count: 1 }], 'after another took back');
      await scene.as('bob').expect(204, unreact, withEmoji('👍')(made));
      like(
        await seen('bob'),
        [
          { emoji: '👍', count: 1, userIds: ['ann'], mine: false },
          { emoji: '🎉', count: 1, mine: true },
        ],
        'bob',
      );
    },
  ),
];

const pinning: Case[] = [
  ...request<Room>({
    route: pin,
    name: 'pins',
    given: given(),
    request: paramsOf,
    expect: 200,
    then: ({ body }) => like(body, { pinned: true }),
  }),
  ...request<Room>({
    route: pin,
    name: 'in a closed thread too',
    given: given({ status: 'archived' }),
    request: paramsOf,
    expect: 200,
  }),
  ...request<Room>({
    route: pin,
    name: 'refuses a deleted message',
    given: given({ deleted: 1 }),
    request: paramsOf,
    expect: 'gone',
  }),
  ...request<Room>({
    route: unpin,
    name: 'what is not pinned is no fault',
    given: given(),
    request: paramsOf,
    expect: 204,
  }),
  ...request<Room>({
    route: pins,
    name: 'of a thread without',
    given: given(),
    request: threadOf,
    expect: 200,
    then: ({ body }) => like(body, { messages: [] }),
  }),
  ...request<Room>({
    route: pins,
    name: 'refuses a limit of 0',
    given: given(),
    request: (made) => ({ ...threadOf(made), query: { limit: 0 } }),
    expect: 'invalid_request',
  }),
  story(
    `${pins}: shows what is pinned, newest message first, and not what was deleted`,
    [pins, pin, unpin],
    async (scene) => {
      const made = await room(scene, { posts: ['ann', 'bob', 'mo', 'ann'] });
      const params = (index: number) => ({ params: { threadId: made.threadId, messageId: made.messages[index]!.id } });
      for (const index of [2, 0, 1, 3]) await scene.as('ann').expect(200, pin, params(index));
      await scene.as('mo').expect(204, unpin, params(1));
      await scene.as('ann').expect(204, `DELETE ${MESSAGE}`, params(3));
      const shown = [made.messages[2]!.id, made.messages[0]!.id].map((id) => ({ id, pinned: true }));
      like(await scene.as('bob').expect(200, pins, threadOf(made)), { messages: shown, hasMore: false });
      const page = await scene
        .as('bob')
        .expect<{ nextCursor: string }>(200, pins, { ...threadOf(made), query: { limit: 1 } });
      like(page, { messages: [shown[0]], hasMore: true });
      const next = { ...threadOf(made), query: { limit: 1, before: page.nextCursor } };
      like(await scene.as('bob').expect(200, pins, next), { messages: [shown[1]], hasMore: false });
    },
  ),
];

export const markCases: Case[] = [...reactions, ...pinning];
