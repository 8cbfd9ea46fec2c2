import type { Case } from '../case';
import { MESSAGE, MESSAGES, PARTICIPANT, PARTICIPANTS, THREAD, threadOf, paramsOf, type Room } from './given';
import { matrix } from './matrix';

const learner = { learnerId: 'lena' };
const bobs = { learnerId: 'lena', posts: ['bob'] as const };
const SEEN = { eve: 'not_found', bot: 'not_found', aud: 'not_found' } as const;
const about = (userId: string) => (room: Room) => ({ params: { threadId: room.threadId, userId } });

/** The permission table of the documentation, every action by everybody, in a room about a learner. */
export const permissionCases: Case[] = [
  ...matrix({
    route: `GET ${THREAD}`,
    action: 'read',
    room: learner,
    request: threadOf,
    outcomes: { ann: 200, mo: 200, bob: 200, lena: 200, tess: 200, gus: 200, root: 200, ...SEEN },
  }),
  ...matrix({
    route: `GET ${MESSAGES}`,
    action: 'read the messages',
    room: learner,
    request: threadOf,
    outcomes: { ann: 200, mo: 200, bob: 200, lena: 200, tess: 200, gus: 200, root: 200, ...SEEN },
  }),
  ...matrix({
    route: `POST ${MESSAGES}`,
    action: 'post',
    room: learner,
    request: (room) => ({ ...threadOf(room), body: { content: 'hello' } }),
    outcomes: { ann: 201, mo: 201, bob: 201, lena: 'forbidden', tess: 201, gus: 'forbidden', root: 201, ...SEEN },
  }),
  ...matrix({
    route: `PATCH ${THREAD}`,
    action: 'change settings',
    room: learner,
    request: (room) => ({ ...threadOf(room), body: { title: 'another' } }),
    outcomes: {
      ann: 200,
      mo: 200,
      bob: 'forbidden',
      lena: 'forbidden',
      tess: 200,
      gus: 'forbidden',
      root: 200,
      ...SEEN,
    },
  }),
  ...matrix({
    route: `DELETE ${THREAD}`,
    action: 'delete',
    room: learner,
    request: threadOf,
    outcomes: {
      ...{ ann: 204, mo: 'forbidden', bob: 'forbidden', lena: 'forbidden', tess: 'forbidden', gus: 'forbidden' },
      ...{ root: 204, ...SEEN },
    },
  }),
  ...matrix({
    route: `PATCH ${MESSAGE}`,
    action: 'edit what bob wrote',
    room: bobs,
    request: (room) => ({ ...paramsOf(room), body: { content: 'changed' } }),
    outcomes: {
      ...{ ann: 'forbidden', mo: 'forbidden', bob: 200, lena: 'forbidden', tess: 'forbidden', gus: 'forbidden' },
      ...{ root: 'forbidden', ...SEEN },
    },
  }),
  ...matrix({
    route: `DELETE ${MESSAGE}`,
    action: 'delete what bob wrote',
    room: bobs,
    request: paramsOf,
    outcomes: { ann: 204, mo: 204, bob: 204, lena: 'forbidden', tess: 204, gus: 'forbidden', root: 204, ...SEEN },
  }),
  ...matrix({
    route: `PUT ${MESSAGE}/reactions/{emoji}`,
    action: 'react',
    room: learner,
    request: ({ params }) => ({ params: { ...params, emoji: '👍' } }),
    outcomes: {
      ...{ ann: 200, mo: 200, bob: 200, lena: 'forbidden', tess: 'forbidden', gus: 'forbidden', root: 200 },
      ...SEEN,
    },
  }),
  ...matrix({
    route: `PUT ${MESSAGE}/pin`,
    action: 'pin',
    room: learner,
    request: paramsOf,
    outcomes: {
      ...{ ann: 200, mo: 200, bob: 'forbidden', lena: 'forbidden', tess: 'forbidden', gus: 'forbidden', root: 200 },
      ...SEEN,
    },
  }),
  ...matrix({
    route: `POST ${PARTICIPANTS}`,
    action: 'add a member',
    room: learner,
    request: (room) => ({ ...threadOf(room), body: { userId: 'cyd' } }),
    outcomes: {
      ann: 201,
      mo: 201,
      bob: 'forbidden',
      lena: 'forbidden',
      tess: 201,
      gus: 'forbidden',
      root: 201,
      ...SEEN,
    },
  }),
  ...matrix({
    route: `POST ${PARTICIPANTS}`,
    action: 'add a moderator',
    room: learner,
    request: (room) => ({ ...threadOf(room), body: { userId: 'cyd', role: 'moderator' } }),
    outcomes: { ann: 201, mo: 'forbidden', bob: 'forbidden', tess: 201, gus: 'forbidden', root: 201, ...SEEN },
  }),
  ...matrix({
    route: `DELETE ${PARTICIPANT}`,
    action: 'remove a member',
    room: learner,
    request: about('bob'),
    outcomes: { ann: 204, mo: 204, bob: 204, lena: 'forbidden', tess: 204, gus: 'forbidden', root: 204, ...SEEN },
  }),
  ...matrix({
    route: `DELETE ${PARTICIPANT}`,
    action: 'remove a moderator',
    room: learner,
    request: about('mo'),
    outcomes: { ann: 204, mo: 204, bob: 'forbidden', tess: 204, gus: 'forbidden', root: 204, ...SEEN },
  }),
  ...matrix({
    route: `PATCH ${PARTICIPANT}`,
    action: 'change a role',
    room: learner,
    request: (room) => ({ ...about('bob')(room), body: { role: 'owner' } }),
    outcomes: { ann: 200, mo: 'forbidden', bob: 'forbidden', tess: 200, gus: 'forbidden', root: 200, ...SEEN },
  }),
];
