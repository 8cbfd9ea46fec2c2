import type { MessageResource } from '@threadlog/events';
import { story, type Case } from '../case';
import { isMicroTimestamp, isText, like } from '../like';
import { requireOutcome } from '../scene';
import { request } from '../variants';
import { given, MESSAGE, MESSAGES, PARTICIPANTS, paramsOf, post, room, textOf, threadOf, type Room } from './given';

const get = `GET ${MESSAGE}`;
const edit = `PATCH ${MESSAGE}`;
const history = `GET ${MESSAGE}/history`;
const change = (body: unknown) => (made: Room) => ({ ...paramsOf(made), body });
const unknown = (made: Room) => ({ params: { threadId: made.threadId, messageId: 'nothing' } });

export const messageReadingCases: Case[] = [
  ...request<Room>({
    route: get,
    name: 'shows it',
    given: given(),
    request: paramsOf,
    expect: 200,
    then({ body, headers }, made) {
      like(body, made.message);
      like(headers.get('etag'), '"0"', 'ETag');
    },
  }),
  ...request<Room>({
    route: get,
    name: 'one that is not there',
    given: given(),
    request: unknown,
    expect: 'not_found',
    unpermitted: 'forbidden',
  }),
  ...request<Room>({
    route: get,
    name: 'a deleted one',
    given: given({ deleted: 1 }),
    request: paramsOf,
    expect: 'gone',
  }),
  ...request<Room>({
    route: get,
    name: 'refuses an unknown parameter',
    given: given(),
    request: (made) => ({ ...paramsOf(made), query: { full: true } }),
    expect: 'invalid_request',
  }),
  ...request<Room>({
    route: history,
    name: 'of one that was never edited',
    given: given(),
    request: paramsOf,
    expect: 200,
    then: ({ body }) => like(body, { items: [] }),
  }),
  ...request<Room>({
    route: history,
    name: 'of a deleted one',
    given: given({ deleted: 1 }),
    request: paramsOf,
    expect: 'gone',
  }),
  ...request<Room>({
    route: history,
    name: 'shows former texts, oldest first',
    async given(scene) {
      const made = await room(scene);
      for (const content of ['second', 'third']) await scene.as('ann').expect(200, edit, change({ content })(made));
      return made;
    },
    request: paramsOf,
    expect: 200,
    then: ({ body }) =>
      like(body, {
        items: [
          { content: textOf(1), edit: (value: unknown) => Number.isInteger(value), editedAt: isMicroTimestamp },
          { content: 'second', editedAt: isMicroTimestamp },
        ],
      }),
  }),
  story(`${edit}: the same key edits once`, [edit, history], async (scene) => {
    const made = await room(scene);
    const ask = { ...change({ content: 'better' })(made), headers: { 'idempotency-key': 'k' } };
    for (const replayed of [null, 'true']) {
      const answer = await scene.as('ann').ask(edit, ask);
      requireOutcome(answer, 200);
      like(answer.headers.get('idempotency-replayed'), replayed, 'Idempotency-Replayed');
      like(answer.body, { edit: 1, content: 'better' });
    }
    const former = await scene.as('ann').expect(200, history, paramsOf(made));
    like(former, { items: [{ content: textOf(1) }] });
  }),
  story(`${get}: who joins late does not see what was before`, [get], async (scene) => {
    const made = await room(scene);
    const body = { userId: 'cyd', history: 'from_join' };
    await scene.as('ann').expect(201, `POST ${PARTICIPANTS}`, { ...threadOf(made), body });
    await scene.as('cyd').expect('not_found', get, paramsOf(made));
    await scene.as('cyd').expect('not_found', history, paramsOf(made));
    const after = await post(scene, made.threadId, { who: 'bob', content: 'welcome' });
    const params = { threadId: made.threadId, messageId: after.id };
    like(await scene.as('cyd').expect<MessageResource>(200, get, { params }), { id: isText, content: 'welcome' });
    const reply = { ...threadOf(made), body: { content: 'x', replyTo: made.message.id } };
    await scene.as('cyd').expect('invalid_request', `POST ${MESSAGES}`, reply);
  }),
];
