import { COMMANDS, type Command } from '@threadlog/commands';
import type { Draft } from '@threadlog/events';
import type { MessageRow } from '@threadlog/read-models';
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
import { isVisible, type View } from '../policies';

const post = (rest: object = {}) => command('message.post', { content: 'hi', ...rest });
const edit = (rest: object = {}) => command('message.edit', { messageId: 'm1', content: 'new', ...rest });
const remove = command('message.delete', { messageId: 'm1' });
const chat = [threadCreated(), posted(1, 'bob')];
/** Eve joined late and sees messages from the second on. */
const late = [threadCreated({ learner_id: null }), posted(1, 'ada'), added('eve', 'member', [2, 3])];

describe('posting', () => {
  test('numbers the messages of a thread', () => {
    given(threadCreated())
      .when(ada, post())
      .then(posted(1, 'ada', { message_id: NEW_ID }));
    given(...chat)
      .when(ada, post())
      .then(posted(2, 'ada', { message_id: NEW_ID }));
  });

  test('takes an attachment for a text, and nothing for neither', () => {
    const attachments = [{ externalFileId: 'f1' }];
    // As no surface lets it through.
    const said = post() as Extract<Command, { type: 'message.post' }>;
    const empty: Command = { ...said, input: { ...said.input, content: '' } };
    given(threadCreated())
      .when(ada, post({ content: '', attachments }))
      .then(posted(1, 'ada', { message_id: NEW_ID, content: '', attachments }));
    given(threadCreated()).when(ada, empty).thenRefused('invalid_request', '/content');
    given(threadCreated(), posted(1, 'ada', { attachments }))
      .when(ada, edit({ content: '', attachments: [] }))
      .thenRefused('invalid_request', '/content');
    given(threadCreated(), posted(1, 'ada'))
      .when(ada, edit({ content: '' }))
      .thenRefused('invalid_request', '/content');
  });

  test('carries everything that was sent, mentions once', () => {
    const attachments = [{ externalFileId: 'f1', label: 'a.pdf', mime: 'application/pdf', bytes: 9 }];
    const extras = { metadata: { a: 1 }, replyTo: 'm1', mentions: ['bob', 'bob'], clientMessageId: 'c1' };
    given(...chat)
      .when(ada, post({ messageType: 'file', attachments, ...extras }))
      .then(
        posted(2, 'ada', {
          message_id: NEW_ID,
          message_type: 'file',
          attachments,
          metadata: { a: 1 },
          reply_to: 'm1',
          mentions: ['bob'],
          client_message_id: 'c1',
        }),
      );
  });

  test('is for participants, teachers in scope and admins', () => {
    for (const who of [ada, mod, bob, teacher, admin]) {
      given(threadCreated()).when(who, post()).thenLike({ type: 'CHAT_MESSAGE_CREATED' });
    }
    given(threadCreated()).when(guardian, post()).thenRefused('forbidden');
    given(threadCreated(), added('gus')).when(guardian, post()).thenLike({ type: 'CHAT_MESSAGE_CREATED' });
    given(threadCreated())
      .when(actor('lena', { role: 'learner' }), post())
      .thenRefused('forbidden');
    given(threadCreated())
      .when(actor('bob', { permissions: ['chat:read'] }), post())
      .thenRefused('forbidden');
  });

  test('tells those who may not see the thread nothing', () => {
    for (const who of [eve, foreigner]) given(threadCreated()).when(who, post()).thenRefused('not_found');
    given(threadCreated(), statusChanged('archived')).when(eve, post()).thenRefused('not_found');
    given(threadCreated(), removed('bob')).when(bob, post()).thenRefused('not_found');
    given(threadCreated(), threadDeleted()).when(ada, post()).thenRefused('not_found');
    given().when(ada, post()).thenRefused('not_found');
  });

  test.each(['archived', 'completed'] as const)('is refused while the thread is %s', (status) => {
    given(threadCreated(), statusChanged(status)).when(ada, post()).thenRefused('thread_closed');
    given(threadCreated(), statusChanged(status)).when(guardian, post()).thenRefused('forbidden');
    given(threadCreated(), statusChanged(status), statusChanged('active'))
      .when(ada, post())
      .thenLike({ type: 'CHAT_MESSAGE_CREATED' });
  });

  test('stops when the thread is full; deleting makes room', () => {
    given(...chat)
      .when(ada, post(), { maxMessagesPerThread: 2 })
      .thenLike({ type: 'CHAT_MESSAGE_CREATED' });
    given(...chat)
      .when(ada, post(), { maxMessagesPerThread: 1 })
      .thenRefused('thread_full');
    given(...chat, messageDeleted(1))
      .when(ada, post(), { maxMessagesPerThread: 1 })
      .thenLike({ type: 'CHAT_MESSAGE_CREATED', data: { message_index: 2 } });
  });

  test('replies to messages of the thread that can be seen, tombstones too', () => {
    given(...chat)
      .when(ada, post({ replyTo: 'm9' }))
      .thenRefused('invalid_request', '/replyTo');
    given(...late)
      .when(eve, post({ replyTo: 'm1' }))
      .thenRefused('invalid_request', '/replyTo');
    given(...chat, messageDeleted(1))
      .when(ada, post({ replyTo: 'm1' }))
      .thenLike({ type: 'CHAT_MESSAGE_CREATED' });
  });

  test('mentions people who take part', () => {
    const strangers = post({ mentions: ['bob', 'eve'] });
    given(threadCreated()).when(ada, strangers).thenRefused('invalid_request', '/mentions/1');
    given(threadCreated(), removed('bob')).when(ada, strangers).thenRefused('invalid_request', '/mentions/0');
    given(threadCreated(), added('eve')).when(ada, strangers).thenLike({ type: 'CHAT_MESSAGE_CREATED' });
  });

  test('a file needs an attachment', () => {
    const said = post() as Extract<Command, { type: 'message.post' }>;
    const bare: Command = { ...said, input: { ...said.input, messageType: 'file' } };
    given(threadCreated()).when(ada, bare).thenRefused('invalid_request', '/attachments');
    expect(COMMANDS['message.post'].safeParse(bare.input).error?.issues).toMatchObject([{ path: ['attachments'] }]);
  });

  test.each([
    ['a user', actor('bob'), 'user'],
    ['a teacher', teacher, 'user'],
    ['an agent by role', actor('bob', { role: 'agent' }), 'agent'],
    ['an agent by type', actor('bob', { type: 'agent' }), 'agent'],
    ['the internal API', actor('root', { type: 'internal', role: 'admin' }), 'system'],
    ['the system', actor('root', { type: 'system', role: 'admin' }), 'system'],
  ] as const)('%s speaks as one', (_name, who, sender_type) => {
    given(threadCreated()).when(who, post()).thenLike({ type: 'CHAT_MESSAGE_CREATED', data: { sender_type } });
  });

  test('only agents, admins and the product itself write notices', () => {
    const notice = post({ messageType: 'system' });
    for (const who of [ada, teacher]) given(threadCreated()).when(who, notice).thenRefused('forbidden');
    for (const who of [
      admin,
      actor('bob', { role: 'agent' }),
      actor('root', { type: 'internal', permissions: ['chat:write'], learnerScope: '*', role: 'teacher' }),
    ]) {
      given(threadCreated())
        .when(who, notice)
        .thenLike({ type: 'CHAT_MESSAGE_CREATED', data: { message_type: 'system' } });
    }
  });

  test('a sub-thread has its own messages and its root’s people and status', () => {
    const aside = post({ threadId: `${THREAD}~sub` });
    const root = [...chat, subThreadCreated()];
    given(...root)
      .when(bob, aside)
      .thenLike({
        type: 'CHAT_MESSAGE_CREATED',
        data: { thread_id: `${THREAD}~sub`, message_index: 1 },
      });
    given(...root)
      .when(eve, aside)
      .thenRefused('not_found');
    given(...root, statusChanged('archived'))
      .when(bob, aside)
      .thenRefused('thread_closed');
    given(...root, threadDeleted())
      .when(bob, aside)
      .thenRefused('not_found');
    given(...root, { type: 'CHAT_THREAD_DELETED', data: { thread_id: `${THREAD}~sub`, reason: 'author' } })
      .when(bob, aside)
      .thenRefused('not_found');
    const across = post({ threadId: `${THREAD}~sub`, replyTo: 'm1' });
    given(...root)
      .when(bob, across)
      .thenRefused('invalid_request', '/replyTo');
  });
});

test('the past that is hidden is the root’s: a sub-thread is seen whole', () => {
  const about = { thread_id: `${THREAD}~sub`, message_id: 's1' };
  given(...late, subThreadCreated(`${THREAD}~sub`, 3), posted(1, 'ada', about))
    .when(eve, post({ threadId: `${THREAD}~sub`, replyTo: 's1' }))
    .thenLike({ type: 'CHAT_MESSAGE_CREATED' });
});

test('a message of another thread is not seen here, even if it was loaded', () => {
  const view = { thread: { thread_id: THREAD }, visibleFrom: 1 } as View;
  const row = { thread_id: THREAD, message_index: 1 } as MessageRow;
  expect(isVisible(row, view)).toBe(true);
  expect(isVisible({ ...row, thread_id: 'other' }, view)).toBe(false);
});

describe('editing', () => {
  const edited = (number: number): Draft => ({
    type: 'CHAT_MESSAGE_UPDATED',
    data: { thread_id: THREAD, message_id: 'm1', message_index: 1, content: 'old', edit: number },
  });

  test('counts the edits and carries what was given', () => {
    const data = { thread_id: THREAD, message_id: 'm1', message_index: 1, content: 'new' };
    given(...chat)
      .when(bob, edit())
      .then({ type: 'CHAT_MESSAGE_UPDATED', data: { ...data, edit: 1 } });
    given(...chat, edited(1))
      .when(bob, edit())
      .then({ type: 'CHAT_MESSAGE_UPDATED', data: { ...data, edit: 2 } });
    const extras = { content: undefined, metadata: { a: 1 }, attachments: [{ externalFileId: 'f1' }] };
    given(...chat)
      .when(bob, edit(extras))
      .thenLike({
        type: 'CHAT_MESSAGE_UPDATED',
        data: { metadata: { a: 1 }, attachments: [{ externalFileId: 'f1' }] },
      });
  });

  test('is no event where nothing changes', () => {
    const nothing = edit({ content: undefined, metadata: null, attachments: [] });
    given(...chat)
      .when(bob, nothing)
      .thenUnchanged();
    const rich = posted(1, 'bob', { metadata: { a: 1 }, attachments: [{ externalFileId: 'f1' }] });
    given(threadCreated(), rich)
      .when(bob, nothing)
      .thenLike({ type: 'CHAT_MESSAGE_UPDATED', data: { metadata: null, attachments: null } });
  });

  test('is the author’s alone', () => {
    for (const who of [ada, mod, teacher, admin])
      given(...chat)
        .when(who, edit())
        .thenRefused('forbidden');
  });

  test('ends with the right to post', () => {
    given(...chat, removed('bob'))
      .when(bob, edit())
      .thenRefused('not_found');
    const seesOnly = actor('bob', { role: 'guardian', learnerScope: ['lena'] });
    given(...chat, removed('bob'))
      .when(seesOnly, edit())
      .thenRefused('forbidden');
    given(...chat, statusChanged('archived'))
      .when(bob, edit())
      .thenRefused('thread_closed');
  });

  test('of a deleted message: gone, for its author', () => {
    given(...chat, messageDeleted(1))
      .when(bob, edit())
      .thenRefused('gone');
    given(...chat, messageDeleted(1))
      .when(ada, edit())
      .thenRefused('forbidden');
    given(...chat, messageDeleted(1))
      .when(eve, edit())
      .thenRefused('not_found');
    given(...chat, messageDeleted(1), statusChanged('archived'))
      .when(bob, edit())
      .thenRefused('gone');
  });

  test('of a message that is not there or not to be seen: not found', () => {
    given(threadCreated()).when(bob, edit()).thenRefused('not_found');
    given(...late)
      .when(eve, edit())
      .thenRefused('not_found');
  });

  test('ends with the limit, also where a log holds more of them', () => {
    given(...chat, edited(99))
      .when(bob, edit())
      .then({
        type: 'CHAT_MESSAGE_UPDATED',
        data: { thread_id: THREAD, message_id: 'm1', message_index: 1, content: 'new', edit: 100 },
      });
    for (const number of [100, 1_000])
      given(...chat, edited(number))
        .when(bob, edit())
        .thenRefused('edit_limit_reached');
    given(...chat, edited(100))
      .when(bob, edit({ ifMatch: 99 }))
      .thenRefused('version_mismatch');
    given(...chat, edited(100))
      .when(ada, edit())
      .thenRefused('forbidden');
  });

  test('compares the edit count', () => {
    given(...chat, edited(1))
      .when(bob, edit({ ifMatch: 1 }))
      .thenLike({ type: 'CHAT_MESSAGE_UPDATED' });
    given(...chat, edited(1))
      .when(bob, edit({ ifMatch: 0 }))
      .thenRefused('version_mismatch');
  });

  test('leaves a file its attachment', () => {
    const file = posted(1, 'bob', { message_type: 'file', attachments: [{ externalFileId: 'f1' }] });
    given(threadCreated(), file)
      .when(bob, edit({ attachments: [] }))
      .thenRefused('invalid_request', '/attachments');
  });
});

describe('deleting a message', () => {
  const deleted = (reason: string) => ({ type: 'CHAT_MESSAGE_DELETED', data: { message_id: 'm1', reason } }) as const;

  test.each([
    ['its author', bob, 'author'],
    ['an owner', ada, 'moderator'],
    ['a moderator', mod, 'moderator'],
    ['a teacher in scope', teacher, 'moderator'],
    ['an admin', admin, 'admin'],
    ['an admin who owns the thread', actor('ada', { role: 'admin' }), 'moderator'],
    ['an admin who moderates the thread', actor('mod', { role: 'admin' }), 'moderator'],
  ] as const)('%s may, in that name', (_name, who, reason) => {
    given(...chat)
      .when(who, remove)
      .thenLike(deleted(reason));
  });

  test('others may not', () => {
    given(threadCreated(), posted(1, 'ada')).when(bob, remove).thenRefused('forbidden');
    given(...chat)
      .when(guardian, remove)
      .thenRefused('forbidden');
    given(...chat)
      .when(actor('bob', { permissions: ['chat:read'] }), remove)
      .thenRefused('forbidden');
    const disarmed = actor('tess', {
      role: 'teacher',
      learnerScope: ['lena'],
      permissions: ['chat:read', 'chat:write'],
    });
    given(...chat)
      .when(disarmed, remove)
      .thenRefused('forbidden');
  });

  test('tells those who may not see it nothing', () => {
    given(...chat)
      .when(eve, remove)
      .thenRefused('not_found');
    given(...late)
      .when(eve, remove)
      .thenRefused('not_found');
    given(threadCreated()).when(ada, remove).thenRefused('not_found');
  });

  test('works in a closed thread, and twice is once', () => {
    given(...chat, statusChanged('archived'))
      .when(bob, remove)
      .thenLike(deleted('author'));
    given(...chat, messageDeleted(1))
      .when(bob, remove)
      .thenUnchanged();
    given(threadCreated(), posted(1, 'ada'), messageDeleted(1)).when(bob, remove).thenRefused('forbidden');
  });
});
