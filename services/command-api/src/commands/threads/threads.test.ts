import type { Draft } from '@threadlog/events';
import {
  added,
  messageDeleted,
  posted,
  removed,
  statusChanged,
  subThreadCreated,
  THREAD,
  threadCreated,
  threadDeleted,
} from '../drafts.testing';
import {
  actor,
  ada,
  admin,
  bob,
  command,
  eve,
  foreigner,
  given,
  guardian,
  mod,
  NEW_ID,
  teacher,
} from '../given.testing';

const PAIR = [
  { user_id: 'ada', role: 'owner' as const },
  { user_id: 'bob', role: 'member' as const },
];
const direct = threadCreated({ type: 'direct', learner_id: null, participants: PAIR });
const createDirect = (...participantIds: string[]) => command('thread.create', { type: 'direct', participantIds });

describe('creating a thread', () => {
  test('makes its creator the owner and everybody else a member, once each', () => {
    const create = command('thread.create', { title: 'Hello', participantIds: ['bob', 'ada', 'bob'] });
    given()
      .when(ada, create)
      .then(threadCreated({ thread_id: NEW_ID, learner_id: null, title: 'Hello', participants: PAIR }));
  });

  test('keeps channel, learner and metadata', () => {
    const create = command('thread.create', { channel: 'voice', learnerId: 'lena', metadata: { course: 7 } });
    given()
      .when(teacher, create)
      .thenLike({
        type: 'CHAT_THREAD_CREATED',
        data: { channel: 'voice', learner_id: 'lena', metadata: { course: 7 } },
      });
  });

  test('for a learner needs the learner in scope', () => {
    const create = command('thread.create', { learnerId: 'lena' });
    given()
      .when(actor('lena', { role: 'learner' }), create)
      .thenLike({ type: 'CHAT_THREAD_CREATED' });
    given().when(guardian, create).thenLike({ type: 'CHAT_THREAD_CREATED' });
    given().when(eve, create).thenRefused('forbidden');
    given()
      .when(actor('tom', { role: 'teacher', learnerScope: ['other'] }), create)
      .thenRefused('forbidden');
  });

  test('needs the right to write and a role that creates', () => {
    given()
      .when(actor('ada', { permissions: ['chat:read'] }), command('thread.create'))
      .thenRefused('forbidden');
    given()
      .when(actor('bot', { role: 'agent' }), command('thread.create'))
      .thenRefused('forbidden');
    given()
      .when(actor('aud', { role: 'auditor' }), command('thread.create'))
      .thenRefused('forbidden');
  });

  test('stops at the most participants a thread may have', () => {
    const create = command('thread.create', { participantIds: ['bob', 'eve'] });
    given().when(ada, create, { maxParticipants: 3 }).thenLike({ type: 'CHAT_THREAD_CREATED' });
    given().when(ada, create, { maxParticipants: 2 }).thenRefused('invalid_request', '/participantIds');
  });

  test('happens once', () => {
    given(threadCreated({ thread_id: NEW_ID }))
      .when(ada, command('thread.create'))
      .thenRefused('conflict');
  });

  test('from a message needs a parent thread', () => {
    given()
      .when(ada, command('thread.create', { rootMessageId: 'm1' }))
      .thenRefused('invalid_request', '/rootMessageId');
  });
});

describe('a direct conversation', () => {
  test('has exactly two distinct people, the caller included', () => {
    given()
      .when(ada, createDirect('bob'))
      .thenLike({ type: 'CHAT_THREAD_CREATED', data: { participants: PAIR } });
    given().when(ada, createDirect('ada', 'bob')).thenLike({ type: 'CHAT_THREAD_CREATED' });
    given().when(ada, createDirect()).thenRefused('invalid_request', '/participantIds');
    given().when(ada, createDirect('ada')).thenRefused('invalid_request', '/participantIds');
    given().when(ada, createDirect('bob', 'eve')).thenRefused('invalid_request', '/participantIds');
  });

  test('is taken up again by either of the two', () => {
    given(direct).when(ada, createDirect('bob')).thenUnchanged();
    given(direct).when(bob, createDirect('ada')).thenUnchanged();
  });

  test('brings back whoever left, with the history they had', () => {
    given(direct, removed('bob')).when(ada, createDirect('bob')).then(added('bob', 'member'));
    given(direct, removed('bob'), removed('ada'))
      .when(bob, createDirect('ada'))
      .then(added('bob', 'owner'), added('ada', 'member'));
    given(direct, removed('bob')).when(bob, createDirect('ada')).then(added('bob', 'member'));
  });

  test('that was deleted is not taken up under its old id', () => {
    given(direct, threadDeleted()).when(ada, createDirect('bob')).thenRefused('conflict');
  });

  test('takes in nobody else and puts nobody out', () => {
    given(direct)
      .when(ada, command('participant.add', { userId: 'eve' }))
      .thenRefused('conflict');
    given(direct)
      .when(ada, command('participant.remove', { userId: 'bob' }))
      .thenRefused('conflict');
    given(direct)
      .when(bob, command('participant.remove', { userId: 'bob' }))
      .then(removed('bob'));
  });
});

describe('a sub-thread', () => {
  const branch = command('thread.create', { parentThreadId: THREAD, rootMessageId: 'm1', title: 'Aside' });
  const id = `${THREAD}~${NEW_ID}`;

  test('is its root’s in everything but title and messages', () => {
    given(threadCreated({ channel: 'email' }), posted(1, 'ada'))
      .when(bob, branch)
      .then(
        threadCreated({
          thread_id: id,
          channel: 'email',
          title: 'Aside',
          parent_thread_id: THREAD,
          root_message_id: 'm1',
          root_version: 2,
          participants: [],
        }),
      );
  });

  test('begins empty, too', () => {
    const empty = command('thread.create', { parentThreadId: THREAD });
    given(threadCreated())
      .when(bob, empty)
      .thenLike({ type: 'CHAT_THREAD_CREATED', data: { root_message_id: null, root_version: 1 } });
    given(threadCreated(), posted(1, 'ada'), posted(2, 'ada'))
      .when(bob, empty)
      .thenLike({ type: 'CHAT_THREAD_CREATED', data: { root_message_id: null, root_version: 3 } });
  });

  test('is made by those who may post in its root', () => {
    const root = [threadCreated(), posted(1, 'ada')];
    given(...root)
      .when(teacher, branch)
      .thenLike({ type: 'CHAT_THREAD_CREATED' });
    given(...root)
      .when(guardian, branch)
      .thenRefused('forbidden');
    given(...root)
      .when(eve, branch)
      .thenRefused('not_found');
    given(...root)
      .when(foreigner, branch)
      .thenRefused('not_found');
    given().when(ada, branch).thenRefused('not_found');
    given(...root, threadDeleted())
      .when(ada, branch)
      .thenRefused('not_found');
    given(...root, statusChanged('archived'))
      .when(ada, branch)
      .thenRefused('thread_closed');
  });

  test('grows from a message that is there to be seen', () => {
    given(threadCreated()).when(ada, branch).thenRefused('invalid_request', '/rootMessageId');
    given(threadCreated(), posted(1, 'ada'), messageDeleted(1))
      .when(ada, branch)
      .thenRefused('invalid_request', '/rootMessageId');
    given(threadCreated({ learner_id: null }), posted(1, 'ada'), added('eve', 'member', [2, 3]))
      .when(eve, branch)
      .thenRefused('invalid_request', '/rootMessageId');
  });

  test('is not there for who came later than it began, whatever they want of it', () => {
    const sub = `${THREAD}~sub`;
    const about = (root_version: number, who: Draft) => [
      threadCreated({ learner_id: null }),
      posted(1, 'ada'),
      who,
      subThreadCreated(sub, root_version),
      posted(1, 'ada', { thread_id: sub, message_id: 's1' }),
    ];
    const late = added('eve', 'moderator', [2, 3]);
    const wanted = [
      [command('message.post', { threadId: sub, content: 'hi' }), 'CHAT_MESSAGE_CREATED'],
      [command('message.delete', { threadId: sub, messageId: 's1' }), 'CHAT_MESSAGE_DELETED'],
      [command('thread.update', { threadId: sub, title: 'New' }), 'CHAT_THREAD_UPDATED'],
    ] as const;
    for (const [one, type] of wanted) {
      given(...about(2, late))
        .when(eve, one)
        .thenRefused('not_found');
      given(...about(2, added('eve', 'moderator')))
        .when(eve, one)
        .thenLike({ type });
      given(...about(3, late))
        .when(eve, one)
        .thenLike({ type });
      given(...about(2, late))
        .when(admin, one)
        .thenLike({ type });
    }
  });

  test('has no people, learner or sub-threads of its own', () => {
    const under = (rest: object) => command('thread.create', { parentThreadId: THREAD, ...rest });
    given(threadCreated())
      .when(ada, under({ participantIds: ['eve'] }))
      .thenRefused('invalid_request', '/participantIds');
    given(threadCreated())
      .when(ada, under({ learnerId: 'other' }))
      .thenRefused('invalid_request', '/learnerId');
    given(threadCreated())
      .when(ada, under({ learnerId: 'lena' }))
      .thenLike({ type: 'CHAT_THREAD_CREATED' });
    const nested = under({ parentThreadId: `${THREAD}~sub` });
    given(threadCreated(), subThreadCreated()).when(ada, nested).thenRefused('invalid_request', '/parentThreadId');
    const about = { threadId: `${THREAD}~sub` };
    for (const change of [
      command('participant.add', { ...about, userId: 'eve' }),
      command('participant.remove', { ...about, userId: 'bob' }),
      command('participant.changeRole', { ...about, userId: 'bob', role: 'owner' }),
    ]) {
      given(threadCreated(), subThreadCreated()).when(ada, change).thenRefused('conflict');
    }
  });

  test('is not created twice', () => {
    const again = command('thread.create', { parentThreadId: THREAD });
    given(threadCreated(), subThreadCreated(id)).when(ada, again).thenRefused('conflict');
  });

  test('belongs to its root’s owners, not to who made it', () => {
    const remove = command('thread.delete', { threadId: `${THREAD}~sub` });
    given(threadCreated(), subThreadCreated()).when(ada, remove).thenLike({ type: 'CHAT_THREAD_DELETED' });
    given(threadCreated(), subThreadCreated()).when(bob, remove).thenRefused('forbidden');
  });
});

describe('changing a thread', () => {
  const rename = command('thread.update', { title: 'New' });

  test('changes what was given, in one go', () => {
    const update = command('thread.update', { title: 'New', metadata: { a: 1 }, status: 'archived' });
    given(threadCreated())
      .when(ada, update)
      .then(
        { type: 'CHAT_THREAD_UPDATED', data: { thread_id: THREAD, title: 'New', metadata: { a: 1 } } },
        statusChanged('archived'),
      );
  });

  test('leaves out what was not given', () => {
    given(threadCreated())
      .when(ada, rename)
      .then({ type: 'CHAT_THREAD_UPDATED', data: { thread_id: THREAD, title: 'New' } });
  });

  test('is no event where nothing changes', () => {
    given(threadCreated()).when(ada, command('thread.update')).thenUnchanged();
    given(threadCreated())
      .when(ada, command('thread.update', { status: 'active' }))
      .thenUnchanged();
    given(threadCreated())
      .when(ada, command('thread.update', { title: null, metadata: null }))
      .thenUnchanged();
    given(threadCreated({ title: 'Old' }))
      .when(ada, command('thread.update', { title: null }))
      .thenLike({ type: 'CHAT_THREAD_UPDATED', data: { title: null } });
  });

  test('closes and reopens', () => {
    const reopen = command('thread.update', { status: 'active' });
    given(threadCreated(), statusChanged('completed'))
      .when(ada, reopen)
      .thenLike({ type: 'CHAT_THREAD_STATUS_CHANGED', data: { status: 'active', previous: 'completed' } });
  });

  test('is for owners, moderators, teachers in scope and admins', () => {
    for (const who of [ada, mod, teacher, admin]) {
      given(threadCreated()).when(who, rename).thenLike({ type: 'CHAT_THREAD_UPDATED' });
    }
    given(threadCreated()).when(bob, rename).thenRefused('forbidden');
    given(threadCreated()).when(guardian, rename).thenRefused('forbidden');
  });

  test('compares the version of the settings, not of the stream', () => {
    const at = (ifMatch: number) => command('thread.update', { title: 'New', ifMatch });
    const history = [threadCreated(), statusChanged('archived'), posted(1, 'ada')];
    given(...history)
      .when(ada, at(2))
      .thenLike({ type: 'CHAT_THREAD_UPDATED' });
    given(...history)
      .when(ada, at(3))
      .thenRefused('version_mismatch');
    given(...history)
      .when(ada, at(1))
      .thenRefused('version_mismatch');
  });

  test('tells those who may not see it nothing, and those who may not do it no version', () => {
    const stale = command('thread.update', { title: 'New', ifMatch: 99 });
    given(threadCreated()).when(eve, stale).thenRefused('not_found');
    given(threadCreated()).when(foreigner, stale).thenRefused('not_found');
    given(threadCreated()).when(bob, stale).thenRefused('forbidden');
    given(threadCreated(), threadDeleted()).when(ada, stale).thenRefused('not_found');
    given().when(ada, stale).thenRefused('not_found');
  });
});

describe('deleting a thread', () => {
  const remove = command('thread.delete');

  test('is for its owners, its creator where a teacher, and admins', () => {
    given(threadCreated()).when(ada, remove).then(threadDeleted());
    given(threadCreated(), added('eve', 'owner')).when(eve, remove).then(threadDeleted());
    given(threadCreated())
      .when(admin, remove)
      .thenLike({ type: 'CHAT_THREAD_DELETED', data: { reason: 'admin' } });
    for (const who of [mod, bob, teacher, guardian]) given(threadCreated()).when(who, remove).thenRefused('forbidden');
    const creator = actor('ada', { role: 'teacher', learnerScope: ['lena'] });
    given(threadCreated(), removed('ada')).when(creator, remove).then(threadDeleted());
  });

  test('is not found by those who cannot see it, nor a second time', () => {
    given(threadCreated()).when(eve, remove).thenRefused('not_found');
    given(threadCreated(), threadDeleted()).when(ada, remove).thenRefused('not_found');
    given(threadCreated(), threadDeleted()).when(admin, remove).thenRefused('not_found');
  });
});
