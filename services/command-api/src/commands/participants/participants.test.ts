import type { ParticipantRole } from '@threadlog/events';
import { added, posted, removed, statusChanged, THREAD, threadCreated } from '../drafts.testing';
import { ada, admin, bob, command, eve, foreigner, given, guardian, mod, teacher } from '../given.testing';

const add = (userId: string, rest: object = {}) => command('participant.add', { userId, ...rest });
const remove = (userId: string) => command('participant.remove', { userId });
const promote = (userId: string, role: ParticipantRole) => command('participant.changeRole', { userId, role });
const left = (user_id: string, reason: 'left' | 'removed') =>
  ({ type: 'CHAT_PARTICIPANT_REMOVED', data: { thread_id: THREAD, user_id, reason } }) as const;

describe('adding a participant', () => {
  test('shows the whole history, or what comes from now on', () => {
    const history = [threadCreated(), posted(1, 'ada'), posted(2, 'ada')];
    given(...history)
      .when(ada, add('eve'))
      .then(added('eve', 'member', [1, 1]));
    given(...history)
      .when(ada, add('eve', { history: 'from_join' }))
      .then(added('eve', 'member', [3, 4]));
  });

  test('hands on no more of the past than one sees', () => {
    const history = [threadCreated({ learner_id: null }), posted(1, 'ada'), added('eve', 'moderator', [2, 3])];
    given(...history)
      .when(eve, add('new'))
      .then(added('new', 'member', [2, 3]));
    given(...history, posted(2, 'ada'))
      .when(eve, add('new', { history: 'from_join' }))
      .then(added('new', 'member', [3, 5]));
  });

  test('takes nobody twice; who was removed comes back', () => {
    given(threadCreated())
      .when(ada, add('bob', { role: 'owner' }))
      .thenUnchanged();
    given(threadCreated(), removed('bob')).when(ada, add('bob')).then(added('bob'));
  });

  test.each([
    ['an owner', ada, true, true],
    ['a moderator', mod, true, false],
    ['a member', bob, false, false],
    ['a teacher in scope', teacher, true, true],
    ['an admin', admin, true, true],
    ['a guardian in scope', guardian, false, false],
  ] as const)('%s: members %s … higher roles %s', (_name, who, members, higher) => {
    const adding = (role: ParticipantRole, may: boolean) => {
      const outcome = given(threadCreated()).when(who, add('new', { role }));
      return may ? outcome.then(added('new', role)) : outcome.thenRefused('forbidden');
    };
    adding('member', members);
    for (const role of ['owner', 'moderator', 'agent'] as const) adding(role, higher);
  });

  test('stops at the most participants, removed ones not counted', () => {
    given(threadCreated()).when(ada, add('eve'), { maxParticipants: 3 }).thenRefused('conflict');
    given(threadCreated(), removed('bob')).when(ada, add('eve'), { maxParticipants: 3 }).then(added('eve'));
  });

  test('tells those who may not see the thread nothing; a closed one can still be joined', () => {
    given(threadCreated()).when(eve, add('eve')).thenRefused('not_found');
    given(threadCreated()).when(foreigner, add('ada')).thenRefused('not_found');
    given(threadCreated(), statusChanged('archived')).when(ada, add('eve')).then(added('eve'));
  });
});

describe('removing a participant', () => {
  test('leaving and being removed are told apart', () => {
    given(threadCreated()).when(bob, remove('bob')).then(left('bob', 'left'));
    given(threadCreated()).when(ada, remove('bob')).then(left('bob', 'removed'));
  });

  test.each([
    ['an owner', ada, true, true],
    ['a moderator', mod, true, false],
    ['a member', bob, false, false],
    ['a teacher in scope', teacher, true, true],
    ['an admin', admin, true, true],
    ['a guardian in scope', guardian, false, false],
  ] as const)('%s: members %s … higher roles %s', (_name, who, members, higher) => {
    const people = [threadCreated(), added('eve'), added('mia', 'moderator'), added('bot', 'agent')];
    const removing = (id: string, may: boolean) => {
      const outcome = given(...people).when(who, remove(id));
      return may ? outcome.then(left(id, 'removed')) : outcome.thenRefused('forbidden');
    };
    removing('eve', members);
    removing('mia', higher);
    removing('bot', higher);
  });

  test('who does not take part is not found', () => {
    given(threadCreated()).when(ada, remove('eve')).thenRefused('not_found');
    given(threadCreated(), removed('bob')).when(ada, remove('bob')).thenRefused('not_found');
    given(threadCreated()).when(teacher, remove('tess')).thenRefused('not_found');
    given(threadCreated()).when(bob, remove('eve')).thenRefused('forbidden');
    given(threadCreated()).when(eve, remove('eve')).thenRefused('not_found');
  });

  test('the last owner stays as long as anybody does', () => {
    given(threadCreated()).when(ada, remove('ada')).thenRefused('conflict');
    given(threadCreated()).when(admin, remove('ada')).thenRefused('conflict');
    given(threadCreated(), added('eve', 'owner')).when(ada, remove('ada')).then(left('ada', 'left'));
    given(threadCreated(), removed('mod'), removed('bob')).when(ada, remove('ada')).then(left('ada', 'left'));
  });
});

describe('changing a role', () => {
  test('names the role before', () => {
    given(threadCreated())
      .when(ada, promote('bob', 'moderator'))
      .then({
        type: 'CHAT_PARTICIPANT_ROLE_CHANGED',
        data: { thread_id: THREAD, user_id: 'bob', role: 'moderator', previous: 'member' },
      });
  });

  test('is for owners, teachers in scope and admins', () => {
    for (const who of [ada, teacher, admin]) {
      given(threadCreated()).when(who, promote('bob', 'owner')).thenLike({ type: 'CHAT_PARTICIPANT_ROLE_CHANGED' });
    }
    for (const who of [mod, bob, guardian]) {
      given(threadCreated()).when(who, promote('bob', 'owner')).thenRefused('forbidden');
    }
    given(threadCreated()).when(eve, promote('bob', 'owner')).thenRefused('not_found');
  });

  test('is no event where nothing changes, and needs a participant', () => {
    given(threadCreated()).when(ada, promote('bob', 'member')).thenUnchanged();
    given(threadCreated()).when(ada, promote('eve', 'member')).thenRefused('not_found');
    given(threadCreated(), removed('bob')).when(ada, promote('bob', 'owner')).thenRefused('not_found');
  });

  test('the last owner cannot step down, another can', () => {
    given(threadCreated()).when(ada, promote('ada', 'member')).thenRefused('conflict');
    given(threadCreated(), removed('mod'), removed('bob')).when(ada, promote('ada', 'member')).thenRefused('conflict');
    given(threadCreated(), added('eve', 'owner'))
      .when(ada, promote('ada', 'member'))
      .thenLike({ type: 'CHAT_PARTICIPANT_ROLE_CHANGED', data: { previous: 'owner' } });
  });
});
