import { story, type Case } from '../case';
import { isMicroTimestamp, like } from '../like';
import { request } from '../variants';
import { given, MESSAGE, paramsOf, room, textOf, type Room } from './given';

const get = `GET ${MESSAGE}`;
const edit = `PATCH ${MESSAGE}`;
const remove = `DELETE ${MESSAGE}`;
const history = `GET ${MESSAGE}/history`;
const change = (body: unknown) => (made: Room) => ({ ...paramsOf(made), body });
const unknown = (made: Room) => ({ params: { threadId: made.threadId, messageId: 'nothing' } });

const editing: Case[] = [
  ...(['PATCH', 'PUT'] as const).flatMap((method) =>
    request<Room>({
      route: `${method} ${MESSAGE}`,
      name: 'changes the text',
      given: given(),
      request: change({ content: 'better' }),
      expect: 200,
      then({ body, headers }, made) {
        like(body, { id: made.message.id, content: 'better', edited: true, edit: 1, messageIndex: 1 });
        like(headers.get('etag'), '"1"', 'ETag');
      },
    }),
  ),
  ...(
    [
      ['metadata', { metadata: { a: 1 } }],
      ['attachments', { attachments: [{ externalFileId: 'f' }] }],
    ] as const
  ).flatMap(([what, body]) =>
    request<Room>({
      route: edit,
      name: `changes ${what} alone`,
      given: given(),
      request: change(body),
      expect: 200,
      then: ({ body: message }) => like(message, { ...body, content: textOf(1), edit: 1 }),
    }),
  ),
  ...(
    [
      ['no change', {}],
      ['another type', { messageType: 'file' }],
      ['another author', { senderId: 'bob' }],
    ] as const
  ).flatMap(([what, body]) =>
    request<Room>({
      route: edit,
      name: `refuses ${what}`,
      given: given(),
      request: change(body),
      expect: 'invalid_request',
    }),
  ),
  // Whether text may be empty depends on what the message has: whoever does not see it is not told.
  ...request<Room>({
    route: edit,
    name: 'refuses an empty text where there is no attachment',
    given: given(),
    request: change({ content: '' }),
    expect: 'invalid_request',
    elsewhere: 'not_found',
    stranger: 'not_found',
    unpermitted: 'forbidden',
  }),
  ...request<Room>({
    route: edit,
    name: 'one that is not there',
    given: given(),
    request: (made) => ({ ...unknown(made), body: { content: 'x' } }),
    expect: 'not_found',
  }),
  ...request<Room>({
    route: edit,
    name: 'refuses a deleted one',
    given: given({ deleted: 1 }),
    request: change({ content: 'x' }),
    expect: 'gone',
  }),
  ...request<Room>({
    route: edit,
    name: 'refuses in a closed thread',
    given: given({ status: 'completed' }),
    request: change({ content: 'x' }),
    expect: 'thread_closed',
  }),
  ...request<Room>({
    route: edit,
    name: 'refuses another version',
    given: given(),
    request: (made) => ({ ...change({ content: 'x' })(made), headers: { 'if-match': '"7"' } }),
    expect: 'version_mismatch',
  }),
  ...request<Room>({
    route: edit,
    name: 'takes the version that it has',
    given: given(),
    request: (made) => ({ ...change({ content: 'x' })(made), headers: { 'if-match': 'W/"0"' } }),
    expect: 200,
  }),
  story(`${edit}: a message of another thread is not there`, [edit], async (scene) => {
    const [one, other] = [await room(scene), await room(scene)];
    const params = { threadId: other.threadId, messageId: one.message.id };
    await scene.as('ann').expect('not_found', edit, { params, body: { content: 'x' } });
    await scene.as('ann').expect('not_found', remove, { params });
    await scene.as('ann').expect('not_found', get, { params });
    await scene.as('ann').expect('not_found', history, { params });
  }),
];

const deleting: Case[] = [
  ...request<Room>({
    route: remove,
    name: 'leaves a tombstone without text',
    given: given(),
    request: paramsOf,
    expect: 204,
    async then(_answer, made, scene) {
      await scene.as('bob').expect('gone', get, paramsOf(made));
      await scene.as('bob').expect('gone', history, paramsOf(made));
      const tombstone = await scene.as('bob').expect(200, get, { ...paramsOf(made), query: { includeDeleted: true } });
      like(tombstone, { content: null, deletedAt: isMicroTimestamp, attachments: [], metadata: null });
    },
  }),
  ...request<Room>({
    route: remove,
    name: 'twice is once',
    given: given({ deleted: 1 }),
    request: paramsOf,
    expect: 204,
  }),
  ...request<Room>({
    route: remove,
    name: 'in a closed thread too',
    given: given({ status: 'archived' }),
    request: paramsOf,
    expect: 204,
  }),
  ...request<Room>({
    route: remove,
    name: 'one that is not there',
    given: given(),
    request: unknown,
    expect: 'not_found',
  }),
];

export const messageCases: Case[] = [...editing, ...deleting];
