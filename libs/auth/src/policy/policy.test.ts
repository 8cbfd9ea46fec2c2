import { tenantId, type ParticipantRole } from '@threadlog/events';
import { ROLES, type Actor, type Role } from '../actor';
import {
  ACTIONS,
  canSee,
  may,
  mayHandleSubject,
  mayManageWebhooks,
  mayReadLogs,
  ROLE_PERMISSIONS,
  visibleFromIndex,
  type Action,
  type ActionSubject,
  type Membership,
} from './index';

const TENANT = tenantId('acme');

function actor(role: Role, rest: Partial<Actor> = {}): Actor {
  const permissions = [...ROLE_PERMISSIONS[role]];
  return { tenantId: TENANT, id: 'ada', type: 'user', role, permissions, learnerScope: [], expiresAt: null, ...rest };
}

function thread(rest: Partial<ActionSubject> = {}): ActionSubject {
  return { tenantId: TENANT, learnerId: 'lena', participant: null, createdBy: 'someone', beginsAtSeq: null, ...rest };
}

function membership(role: ParticipantRole, visibleFromIndex = 1, visibleFromSeq = visibleFromIndex): Membership {
  return { role, visibleFromIndex, visibleFromSeq };
}

const PLACES = ['none', 'owner', 'moderator', 'member', 'agent'] as const;
type Grid = Record<(typeof PLACES)[number], string>;

/**
 * Written out by hand from the documentation, so that the table in code has something to be wrong against.
 * Columns: the token roles in the order of ROLES; each pair is (learner in scope, learner out of scope).
 */
const EXPECTED: Record<Action, Grid> = {
  //                        us le gu te ag au ad
  'thread.read': {
    none: /*            */ 'x. x. x. x. x. .. xx',
    owner: /*           */ 'xx xx xx xx xx .. xx',
    moderator: /*       */ 'xx xx xx xx xx .. xx',
    member: /*          */ 'xx xx xx xx xx .. xx',
    agent: /*           */ 'xx xx xx xx xx .. xx',
  },
  'thread.create': {
    none: /*            */ 'x. x. x. x. .. .. xx',
    owner: /*           */ 'x. x. x. x. .. .. xx',
    moderator: /*       */ 'x. x. x. x. .. .. xx',
    member: /*          */ 'x. x. x. x. .. .. xx',
    agent: /*           */ 'x. x. x. x. .. .. xx',
  },
  'thread.settings': {
    none: /*            */ '.. .. .. x. .. .. xx',
    owner: /*           */ 'xx xx xx xx xx .. xx',
    moderator: /*       */ 'xx xx xx xx xx .. xx',
    member: /*          */ '.. .. .. x. .. .. xx',
    agent: /*           */ '.. .. .. x. .. .. xx',
  },
  'thread.delete': {
    none: /*            */ '.. .. .. .. .. .. xx',
    owner: /*           */ 'xx xx xx xx xx .. xx',
    moderator: /*       */ '.. .. .. .. .. .. xx',
    member: /*          */ '.. .. .. .. .. .. xx',
    agent: /*           */ '.. .. .. .. .. .. xx',
  },
  'message.post': {
    none: /*            */ '.. .. .. x. .. .. xx',
    owner: /*           */ 'xx xx xx xx xx .. xx',
    moderator: /*       */ 'xx xx xx xx xx .. xx',
    member: /*          */ 'xx xx xx xx xx .. xx',
    agent: /*           */ 'xx xx xx xx xx .. xx',
  },
  'message.react': {
    none: /*            */ '.. .. .. .. .. .. xx',
    owner: /*           */ 'xx xx xx xx xx .. xx',
    moderator: /*       */ 'xx xx xx xx xx .. xx',
    member: /*          */ 'xx xx xx xx xx .. xx',
    agent: /*           */ 'xx xx xx xx xx .. xx',
  },
  'message.pin': {
    none: /*            */ '.. .. .. .. .. .. xx',
    owner: /*           */ 'xx xx xx xx xx .. xx',
    moderator: /*       */ 'xx xx xx xx xx .. xx',
    member: /*          */ '.. .. .. xx .. .. xx',
    agent: /*           */ '.. .. .. xx .. .. xx',
  },
  'message.moderate': {
    none: /*            */ '.. .. .. x. .. .. xx',
    owner: /*           */ 'xx xx xx xx xx .. xx',
    moderator: /*       */ 'xx xx xx xx xx .. xx',
    member: /*          */ '.. .. .. x. .. .. xx',
    agent: /*           */ '.. .. .. x. .. .. xx',
  },
  'members.manage': {
    none: /*            */ '.. .. .. x. .. .. xx',
    owner: /*           */ 'xx xx xx xx xx .. xx',
    moderator: /*       */ 'xx xx xx xx xx .. xx',
    member: /*          */ '.. .. .. x. .. .. xx',
    agent: /*           */ '.. .. .. x. .. .. xx',
  },
  'roles.manage': {
    none: /*            */ '.. .. .. x. .. .. xx',
    owner: /*           */ 'xx xx xx xx xx .. xx',
    moderator: /*       */ '.. .. .. x. .. .. xx',
    member: /*          */ '.. .. .. x. .. .. xx',
    agent: /*           */ '.. .. .. x. .. .. xx',
  },
  'agents.manage': {
    none: /*            */ '.. .. .. x. .. .. xx',
    owner: /*           */ 'xx xx xx xx xx .. xx',
    moderator: /*       */ '.. .. .. x. .. .. xx',
    member: /*          */ '.. .. .. x. .. .. xx',
    agent: /*           */ '.. .. .. x. .. .. xx',
  },
  'thread.leave': {
    none: /*            */ '.. .. .. .. .. .. xx',
    owner: /*           */ 'xx xx xx xx xx .. xx',
    moderator: /*       */ 'xx xx xx xx xx .. xx',
    member: /*          */ 'xx xx xx xx xx .. xx',
    agent: /*           */ 'xx xx xx xx xx .. xx',
  },
};

describe('the permission table', () => {
  test.each(Object.keys(ACTIONS) as Action[])('%s, for every token role, participant role and scope', (action) => {
    const actual = Object.fromEntries(
      PLACES.map((place) => {
        const subject = thread({ participant: place === 'none' ? null : membership(place) });
        const mark = (role: Role, learnerScope: string[]) =>
          may(actor(role, { learnerScope }), action, subject) ? 'x' : '.';
        return [place, ROLES.map((role) => mark(role, ['lena']) + mark(role, ['other'])).join(' ')];
      }),
    );
    expect(actual).toEqual(EXPECTED[action]);
  });

  test.each(ROLES)('%s may do nothing in another tenant, not even as its participant', (role) => {
    const foreign = thread({ tenantId: tenantId('globex'), participant: membership('owner') });
    const done = (Object.keys(ACTIONS) as Action[]).filter((action) =>
      may(actor(role, { learnerScope: '*' }), action, foreign),
    );
    expect(done).toEqual([]);
  });

  test('a thread without a learner is created as one’s own and is in nobody’s scope', () => {
    const own = thread({ learnerId: null });
    expect(may(actor('user'), 'thread.create', { ...own, createdBy: null })).toBe(true);
    expect(may(actor('auditor'), 'thread.create', { ...own, createdBy: null })).toBe(false);
    expect(may(actor('teacher', { learnerScope: '*' }), 'thread.settings', own)).toBe(false);
  });

  test('a teacher deletes the thread it created while it can see it', () => {
    const teacher = actor('teacher', { learnerScope: ['lena'] });
    expect(may(teacher, 'thread.delete', thread({ createdBy: 'ada' }))).toBe(true);
    expect(may(teacher, 'thread.delete', thread({ createdBy: 'ada', learnerId: 'other' }))).toBe(false);
    expect(may(actor('user', { learnerScope: ['lena'] }), 'thread.delete', thread({ createdBy: 'ada' }))).toBe(false);
  });

  test('permissions in the token replace those of the role', () => {
    const reader = actor('teacher', { permissions: ['chat:read'], learnerScope: '*' });
    expect(may(reader, 'message.post', thread({ participant: membership('owner') }))).toBe(false);
    expect(may(reader, 'thread.read', thread())).toBe(true);
    const bot = actor('agent', { permissions: ['chat:write', 'chat:moderate'], learnerScope: '*' });
    expect(may(bot, 'message.moderate', thread())).toBe(true);
    const unarmed = actor('teacher', { permissions: ['chat:read', 'chat:write'], learnerScope: '*' });
    expect(may(unarmed, 'message.moderate', thread())).toBe(false);
    const office = actor('admin', { permissions: ['chat:admin'] });
    expect(may(office, 'message.post', thread())).toBe(false);
  });
});

describe('the access rule', () => {
  test.each([
    ['a stranger', actor('user'), thread(), false],
    ['a participant', actor('user'), thread({ participant: membership('member') }), true],
    ['the learner itself', actor('learner', { id: 'lena' }), thread(), true],
    ['a scope that names the learner', actor('guardian', { learnerScope: ['lena'] }), thread(), true],
    ['a scope of everybody', actor('teacher', { learnerScope: '*' }), thread(), true],
    ['a scope of everybody, no learner', actor('teacher', { learnerScope: '*' }), thread({ learnerId: null }), false],
    ['an admin', actor('admin'), thread({ learnerId: null }), true],
    ['an auditor', actor('auditor'), thread(), false],
    ['an admin of another tenant', actor('admin', { tenantId: tenantId('globex') }), thread(), false],
    [
      'a namesake in another tenant',
      actor('user', { tenantId: tenantId('globex') }),
      thread({ participant: membership('owner') }),
      false,
    ],
  ])('%s', (_name, who, what, seen) => expect(canSee(who, what)).toBe(seen));

  test('from_join hides the past from those who see the thread by participation only', () => {
    const late = thread({ participant: membership('member', 7) });
    expect(visibleFromIndex(actor('user'), late)).toBe(7);
    expect(visibleFromIndex(actor('guardian', { learnerScope: ['lena'] }), late)).toBe(1);
    expect(visibleFromIndex(actor('admin'), late)).toBe(1);
  });

  test.each([
    ['before a participant came', 8, false],
    ['when it came', 9, true],
    ['later', 10, true],
  ])('a sub-thread that began %s is seen whole or not at all', (_when, beginsAtSeq, seen) => {
    const late = thread({ participant: membership('member', 7, 9), beginsAtSeq });
    expect(canSee(actor('user'), late)).toBe(seen);
    expect(may(actor('user'), 'message.post', late)).toBe(seen);
    if (seen) expect(visibleFromIndex(actor('user'), late)).toBe(1);
    for (const other of [actor('guardian', { learnerScope: ['lena'] }), actor('admin')]) {
      expect([canSee(other, late), visibleFromIndex(other, late)]).toEqual([true, 1]);
    }
    expect(canSee(actor('user'), thread({ ...late, participant: membership('member') }))).toBe(true);
    expect(canSee(actor('user'), thread({ beginsAtSeq }))).toBe(false);
  });
});

describe('personal data and logs', () => {
  test.each([
    ['user', 'own', true],
    ['user', 'lena', false],
    ['learner', 'own', true],
    ['guardian', 'lena', true],
    ['guardian', 'other', false],
    ['teacher', 'own', false],
    ['teacher', 'lena', false],
    ['agent', 'own', false],
    ['auditor', 'own', false],
    ['admin', 'other', true],
  ] as const)('%s and the data of %s: %s', (role, whose, allowed) => {
    const subject = whose === 'own' ? { kind: 'user' as const, id: 'ada' } : { kind: 'learner' as const, id: whose };
    expect(mayHandleSubject(actor(role, { learnerScope: ['lena'] }), subject)).toBe(allowed);
  });

  test('a guardian’s scope covers learners, not users of the same id', () => {
    expect(mayHandleSubject(actor('guardian', { learnerScope: ['lena'] }), { kind: 'user', id: 'lena' })).toBe(false);
  });

  test('endpoints are for admins', () => {
    expect(ROLES.filter((role) => mayManageWebhooks(actor(role)))).toEqual(['admin']);
    expect(mayManageWebhooks(actor('admin', { permissions: ['chat:read', 'chat:write'] }))).toBe(false);
  });

  test('logs are for admins and auditors', () => {
    expect(ROLES.filter((role) => mayReadLogs(actor(role)))).toEqual(['auditor', 'admin']);
  });
});
