import type { Case } from '../case';
import { isMicroTimestamp, isText, like } from '../like';
import type { Scene } from '../scene';
import { request } from '../variants';

const BASE = '/api/v1/privacy';
const holds = `GET ${BASE}/holds`;
const hold = `POST ${BASE}/holds`;
const release = `DELETE ${BASE}/holds/{holdId}`;
const retention = `GET ${BASE}/retention`;
const retain = `PUT ${BASE}/retention`;
const usual = `DELETE ${BASE}/retention`;

interface Made {
  id: string;
}
const held = (scene: Scene) =>
  scene.as('root').expect<Made>(201, hold, { body: { learnerId: 'lena', reason: 'litigation' } });

/** Legal holds, and how long messages are kept: the business of administrators of privacy. */
export const holdCases: Case[] = [
  ...request({
    route: hold,
    name: 'a learner',
    as: 'root',
    request: () => ({ body: { learnerId: 'lena', reason: 'litigation', reference: 'case-7' } }),
    expect: 201,
    then: ({ body }) =>
      like(body, {
        ...{ id: isText, subject: { kind: 'learner', id: 'lena' }, threadId: null, reason: 'litigation' },
        ...{ reference: 'case-7', setBy: 'root', setAt: isMicroTimestamp },
      }),
    stranger: 'forbidden',
  }),
  ...(['ann', 'lena', 'gus', 'tess', 'bot', 'aud'] as const).flatMap((as) =>
    request({
      route: hold,
      name: `nobody, as ${as}`,
      as,
      request: () => ({ body: { userId: 'ann', reason: 'other' } }),
      expect: 'forbidden',
      elsewhere: null,
      stranger: null,
      unpermitted: null,
    }),
  ),
  ...request<Made>({
    route: holds,
    name: 'those that stand',
    given: held,
    as: 'root',
    expect: 200,
    then: ({ body }, { id }) => like(body, { items: [{ id }] }),
    elsewhere: 200,
    thenElsewhere: ({ body }) => like(body, { items: [] }),
    stranger: 'forbidden',
  }),
  ...request<Made>({
    route: release,
    name: 'one that stands',
    given: held,
    as: 'root',
    request: ({ id }) => ({ params: { holdId: id } }),
    expect: 204,
    unpermitted: 'not_found',
  }),
  ...request({
    route: release,
    name: 'not one that does not',
    as: 'root',
    request: () => ({ params: { holdId: 'nothing' } }),
    expect: 'not_found',
  }),
  ...request({
    route: retain,
    name: 'for a year',
    as: 'root',
    request: () => ({ body: { days: 365 } }),
    expect: 200,
    then: ({ body }) => like(body, { days: 365, source: 'tenant' }),
    stranger: 'forbidden',
  }),
  ...request({
    route: usual,
    name: 'as the deployment does',
    as: 'root',
    expect: 200,
    then: ({ body }) => like(body, { source: 'deployment' }),
    stranger: 'forbidden',
  }),
  ...request({
    route: retention,
    name: 'as it was set',
    given: (scene) => scene.as('root').expect(200, retain, { body: { days: null } }),
    as: 'aud',
    expect: 200,
    then: ({ body }) => like(body, { days: null, source: 'tenant' }),
    elsewhere: 200,
    thenElsewhere: ({ body }) => like(body, { source: 'deployment' }),
    stranger: 'forbidden',
    unpermitted: null,
  }),
];
