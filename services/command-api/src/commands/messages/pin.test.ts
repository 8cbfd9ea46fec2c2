import {
  added,
  messageDeleted,
  pinned,
  posted,
  statusChanged,
  subThreadCreated,
  threadCreated,
  threadDeleted,
  unpinned,
} from '../drafts.testing';
import { ada, admin, bob, command, eve, foreigner, given, guardian, mod, teacher } from '../given.testing';

const pin = (rest: object = {}) => command('message.pin', { messageId: 'm1', ...rest });
const unpin = (rest: object = {}) => command('message.unpin', { messageId: 'm1', ...rest });
const chat = [threadCreated(), posted(1, 'bob')];

test.each([
  ['its owner', ada],
  ['a moderator', mod],
  ['an administrator', admin],
])('%s pins and unpins a message', (_who, actor) => {
  given(...chat)
    .when(actor, pin())
    .then(pinned(1));
  given(...chat, pinned(1))
    .when(actor, unpin())
    .then(unpinned(1));
});

test('what is so already stays so', () => {
  given(...chat, pinned(1))
    .when(mod, pin())
    .thenUnchanged();
  given(...chat)
    .when(ada, unpin())
    .thenUnchanged();
  given(...chat, pinned(1), unpinned(1))
    .when(ada, unpin())
    .thenUnchanged();
  given(...chat, pinned(1), unpinned(1))
    .when(ada, pin())
    .then(pinned(1));
});

test('a closed thread can still be tidied', () => {
  given(...chat, statusChanged('completed'))
    .when(ada, pin())
    .then(pinned(1));
});

test('a teacher pins where it takes part, not where it only looks in', () => {
  given(...chat)
    .when(teacher, pin())
    .thenRefused('forbidden');
  given(...chat, added('tess'))
    .when(teacher, pin())
    .then(pinned(1));
});

describe.each([
  ['pinning', pin],
  ['unpinning', unpin],
])('%s', (_what, ask) => {
  test('is not for members, not even for their own messages, nor for those who only look in', () => {
    given(...chat)
      .when(bob, ask())
      .thenRefused('forbidden');
    given(...chat)
      .when(guardian, ask())
      .thenRefused('forbidden');
  });

  test('shows nobody what they may not see', () => {
    given().when(ada, ask()).thenRefused('not_found');
    given(...chat, threadDeleted())
      .when(ada, ask())
      .thenRefused('not_found');
    given(...chat)
      .when(eve, ask())
      .thenRefused('not_found');
    given(...chat)
      .when(foreigner, ask())
      .thenRefused('not_found');
    given(...chat)
      .when(ada, ask({ messageId: 'm2' }))
      .thenRefused('not_found');
    given(threadCreated({ learner_id: null }), posted(1, 'ada'), added('eve', 'moderator', [2, 3]))
      .when(eve, ask())
      .thenRefused('not_found');
  });

  test('ends with the message', () => {
    given(...chat, messageDeleted(1))
      .when(ada, ask())
      .thenRefused('gone');
    given(...chat, messageDeleted(1))
      .when(bob, ask())
      .thenRefused('forbidden');
  });
});

test('the root’s keepers pin in its sub-threads', () => {
  const place = { thread_id: 't1~sub', message_id: 's1', message_index: 1 };
  const story = [threadCreated(), subThreadCreated(), posted(1, 'bob', { thread_id: 't1~sub', message_id: 's1' })];
  given(...story)
    .when(mod, pin({ threadId: 't1~sub', messageId: 's1' }))
    .then({ type: 'CHAT_MESSAGE_PINNED', data: place });
  given(...story)
    .when(bob, pin({ threadId: 't1~sub', messageId: 's1' }))
    .thenRefused('forbidden');
});
