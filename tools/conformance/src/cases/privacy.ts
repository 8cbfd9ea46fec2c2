import { story, type Case } from '../case';
import { isMicroTimestamp, isText, like } from '../like';
import type { Scene } from '../scene';
import { request } from '../variants';

const BASE = '/api/v1/privacy';
const askExport = `POST ${BASE}/export`;
const askDeletion = `POST ${BASE}/delete`;
const one = `GET ${BASE}/requests/{requestId}`;
const list = `GET ${BASE}/requests`;
const cancel = `DELETE ${BASE}/requests/{requestId}`;
const hold = `POST ${BASE}/holds`;
const retain = `PUT ${BASE}/retention`;
const receipt = `GET ${BASE}/requests/{requestId}/receipt`;

interface Made {
  id: string;
}
/** Only what the request itself says is compared: a worker may have it done before it is looked at. */
const asked = (kind: string, subject: object, by: string) => ({
  id: isText,
  kind,
  subject,
  requestedBy: by,
  createdAt: isMicroTimestamp,
});
const deletionOf = (who: 'ann' | 'lena') => (scene: Scene) =>
  scene.as(who).expect<Made>(202, askDeletion, { body: { userId: who } });

/** Who may ask for whom: a row of the table. */
const MAY: [who: 'ann' | 'lena' | 'gus' | 'tess' | 'bot' | 'root' | 'aud', body: object, outcome: number | string][] = [
  ['ann', { userId: 'ann' }, 202],
  ['ann', { userId: 'bob' }, 'forbidden'],
  ['ann', { learnerId: 'lena' }, 'forbidden'],
  ['lena', { learnerId: 'lena' }, 202],
  ['gus', { learnerId: 'lena' }, 202],
  ['gus', { userId: 'lena' }, 'forbidden'],
  ['gus', { userId: 'gus' }, 202],
  ['tess', { learnerId: 'lena' }, 'forbidden'],
  ['bot', { userId: 'bot' }, 'forbidden'],
  ['root', { userId: 'ann' }, 202],
  ['root', { learnerId: 'lena' }, 202],
  ['aud', { userId: 'ann' }, 'forbidden'],
];

const scopes: Case[] = [askExport, askDeletion].flatMap((route) =>
  MAY.flatMap(([as, body, expect]) =>
    request({
      route,
      name: `${JSON.stringify(body)} as ${as}`,
      as,
      request: () => ({ body }),
      expect,
      elsewhere: null,
      stranger: null,
      unpermitted: null,
    }),
  ),
);

const malformed: Case[] = (
  [
    [askExport, 'nobody', {}],
    [askExport, 'two people', { learnerId: 'lena', userId: 'ann' }],
    [askExport, 'an id that is none', { userId: 'a\nb' }],
    [askExport, 'an unknown field', { userId: 'root', colour: 'red' }],
    [askDeletion, 'an unknown reason', { userId: 'root', reason: 'because' }],
    [askDeletion, 'a time that is none', { userId: 'root', executeAfter: 'soon' }],
    [hold, 'nothing', { reason: 'other' }],
    [hold, 'a person and a thread', { userId: 'ann', threadId: 't1', reason: 'other' }],
    [hold, 'no reason', { userId: 'ann' }],
    [hold, 'a reference with blanks', { userId: 'ann', reason: 'other', reference: 'the case of Ann' }],
    [retain, 'no days', {}],
    [retain, '0 days', { days: 0 }],
    [retain, 'days without end', { days: 36_501 }],
  ] as const
).flatMap(([route, name, body]) =>
  request({ route, name: `not with ${name}`, as: 'root', request: () => ({ body }), expect: 'invalid_request' }),
);

const reading: Case[] = [
  ...(['ann', 'root', 'aud'] as const).flatMap((as) =>
    request<Made>({
      route: one,
      name: `an erasure that waits, to ${as}`,
      given: deletionOf('ann'),
      as,
      request: ({ id }) => ({ params: { requestId: id } }),
      expect: 200,
      then: ({ body }, { id }) =>
        like(body, {
          ...asked('deletion', { kind: 'user', id: 'ann' }, 'ann'),
          ...{ id, status: 'requested', executeAfter: isMicroTimestamp, reason: 'subject_request', download: null },
          progress: { step: 'waiting', blockedBy: 'grace_period' },
        }),
      unpermitted: null,
    }),
  ),
  ...request<Made>({
    route: one,
    name: 'a learner’s, to a guardian',
    given: (scene) => scene.as('lena').expect<Made>(202, askDeletion, { body: { learnerId: 'lena' } }),
    as: 'gus',
    request: ({ id }) => ({ params: { requestId: id } }),
    expect: 200,
    elsewhere: 'not_found',
    unpermitted: null,
  }),
  ...request<Made>({
    route: one,
    name: 'not somebody else’s',
    given: deletionOf('ann'),
    as: 'bob',
    request: ({ id }) => ({ params: { requestId: id } }),
    expect: 'not_found',
  }),
  ...request<Made>({
    route: receipt,
    name: 'not before it is done',
    given: deletionOf('ann'),
    request: ({ id }) => ({ params: { requestId: id } }),
    expect: 'conflict',
    unpermitted: null,
  }),
  ...request<Made>({
    route: list,
    name: 'one’s own',
    given: deletionOf('ann'),
    request: () => ({ query: { kind: 'deletion', status: 'requested' } }),
    expect: 200,
    then: ({ body }, { id }) => like(body, { items: [{ id }], hasMore: false, nextCursor: null }),
    elsewhere: 200,
    thenElsewhere: ({ body }) => like(body, { items: [] }),
    stranger: 200,
    unpermitted: null,
  }),
  ...request<Made>({
    route: list,
    name: 'all of the tenant’s, to an auditor',
    given: deletionOf('ann'),
    as: 'aud',
    request: () => ({ query: { userId: 'ann' } }),
    expect: 200,
    then: ({ body }, { id }) => like(body, { items: [{ id }] }),
    elsewhere: 200,
    thenElsewhere: ({ body }) => like(body, { items: [] }),
    stranger: null,
    unpermitted: null,
  }),
];

const cancelling: Case[] = [
  ...request<Made>({
    route: cancel,
    name: 'one’s own erasure, in time',
    given: deletionOf('ann'),
    request: ({ id }) => ({ params: { requestId: id } }),
    expect: 204,
    unpermitted: null,
  }),
  ...request<Made>({
    route: cancel,
    name: 'not somebody else’s erasure',
    given: deletionOf('ann'),
    as: 'bob',
    request: ({ id }) => ({ params: { requestId: id } }),
    expect: 'not_found',
  }),
  story(
    'an erasure that was called off stays so, and makes way for another',
    [askDeletion, cancel, one],
    async (scene) => {
      const ann = scene.as('ann');
      const { id } = await ann.expect<Made>(202, askDeletion, { body: { userId: 'ann' } });
      await ann.expect('conflict', askDeletion, { body: { userId: 'ann' } });
      await scene.settle();
      await ann.expect(204, cancel, { params: { requestId: id } });
      await ann.expect(204, cancel, { params: { requestId: id } });
      like(await ann.expect(200, one, { params: { requestId: id } }), { status: 'cancelled', progress: null });
      await ann.expect(202, askDeletion, { body: { userId: 'ann' } });
    },
  ),
  story('the same key asks once', [askExport], async (scene) => {
    const ann = scene.as('ann');
    const again = { body: { userId: 'ann' }, headers: { 'idempotency-key': 'once' } };
    const first = await ann.expect<Made>(202, askExport, again);
    like(await ann.expect(202, askExport, again), { id: first.id });
    await ann.expect('idempotency_key_reused', askExport, { ...again, body: { learnerId: 'ann' } });
  }),
];

export const privacyCases: Case[] = [...scopes, ...malformed, ...reading, ...cancelling];
