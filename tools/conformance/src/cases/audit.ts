import { story, type Case } from '../case';
import { fail, isMicroTimestamp, isText, like } from '../like';
import { request, SECRET_WORD } from '../variants';
import { given, MESSAGE, room, THREAD, threadOf, THREADS, type Page, type Room } from './given';

const audit = 'GET /api/v1/audit';
const events = `GET ${THREAD}/events`;

interface Item {
  type: string;
  threadId: string | null;
  messageId: string | null;
  actor: { id: string };
}
const types = (page: Page<Item>): string[] => page.items!.map(({ type }) => type);
const STORY = ['CHAT_MESSAGE_CREATED', 'CHAT_PARTICIPANT_ROLE_CHANGED', 'CHAT_THREAD_CREATED'];

const readers: Case[] = (['root', 'aud'] as const).flatMap((as) =>
  request<Room>({
    route: audit,
    name: `who did what, newest first, to ${as}`,
    given: given(),
    as,
    expect: 200,
    then({ body }, made) {
      like(types(body as Page<Item>), STORY, 'types');
      like((body as Page<Item>).items![0], {
        ...{ threadId: made.threadId, messageId: made.message.id, at: isMicroTimestamp, id: isText },
        actor: { type: 'user', id: 'ann', role: 'user' },
      });
      if (JSON.stringify(body).includes(SECRET_WORD)) fail('the audit log repeats what was said');
    },
    elsewhere: 200,
    thenElsewhere: ({ body }) => like(body, { items: [] }),
    stranger: 'forbidden',
    // An auditor's right is its role; an administrator's is a permission.
    unpermitted: as === 'root' ? 'forbidden' : null,
  }),
);

export const auditCases: Case[] = [
  ...readers,
  ...(['ann', 'tess', 'gus', 'bot'] as const).flatMap((as) =>
    request<Room>({
      route: audit,
      name: `not to ${as}`,
      given: given({ learnerId: 'lena' }),
      as,
      expect: 'forbidden',
      elsewhere: null,
      stranger: null,
      unpermitted: null,
    }),
  ),
  ...(
    [
      ['an unknown type', { type: 'CHAT_NOTHING' }],
      ['a time that is none', { since: 'yesterday' }],
      ['a limit of 0', { limit: 0 }],
      ['an unknown parameter', { colour: 'red' }],
    ] as const
  ).flatMap(([what, query]) =>
    request({
      route: audit,
      name: `refuses ${what}`,
      as: 'root',
      request: () => ({ query }),
      expect: 'invalid_request',
      unpermitted: null,
    }),
  ),
  ...request<Room>({
    route: events,
    name: 'of one thread, to administrators',
    given: given(),
    as: 'root',
    request: threadOf,
    expect: 200,
    then: ({ body }) => like(types(body as Page<Item>), STORY, 'types'),
    unpermitted: 'not_found',
  }),
  ...request<Room>({ route: events, name: 'not to its owner', given: given(), request: threadOf, expect: 'forbidden' }),
  story(`${events}: of a deleted thread, too`, [events], async (scene) => {
    const made = await room(scene);
    await scene.as('ann').expect(204, `DELETE ${THREAD}`, threadOf(made));
    like(
      types(await scene.as('aud').expect<Page<Item>>(200, events, threadOf(made))),
      ['CHAT_THREAD_DELETED', ...STORY],
      'types',
    );
    await scene.as('ann').expect('not_found', events, threadOf(made));
  }),
  story(`${audit}: narrowed by actor, thread and type; in pages`, [audit], async (scene) => {
    const [one] = [await room(scene, { posts: ['ann', 'bob'] }), await room(scene)];
    await scene
      .as('mo')
      .expect(204, `DELETE ${MESSAGE}`, { params: { threadId: one!.threadId, messageId: one!.messages[1]!.id } });
    const found = async (query: Record<string, string | number>) =>
      types(await scene.as('root').expect<Page<Item>>(200, audit, { query }));
    like(await found({ actorId: 'mo' }), ['CHAT_MESSAGE_DELETED'], 'by actor');
    like(await found({ actorId: 'bob' }), ['CHAT_MESSAGE_CREATED'], 'by another actor');
    like((await found({ threadId: one!.threadId })).length, 5, 'by thread');
    like(await found({ type: 'CHAT_THREAD_CREATED' }), ['CHAT_THREAD_CREATED', 'CHAT_THREAD_CREATED'], 'by type');
    like(await found({ since: '2999-01-01T00:00:00Z' }), [], 'since a time to come');
    const seen: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const query = { limit: 3, ...(cursor ? { cursor } : {}) };
      const page: Page<Item> = await scene.as('root').expect<Page<Item>>(200, audit, { query });
      seen.push(...types(page));
      cursor = page.nextCursor;
    }
    like(seen.length, 8, 'all pages');
  }),
  story(`${audit}: reading leaves no trace`, [audit], async (scene) => {
    const made = await room(scene);
    await scene.as('bob').expect(200, `PUT ${THREAD}/read`, threadOf(made));
    await scene.as('bob').expect(200, `GET ${THREADS}`);
    like(types(await scene.as('root').expect<Page<Item>>(200, audit)), STORY, 'types');
  }),
];
