import type { Draft } from '@threadlog/events';
import {
  added,
  messageDeleted,
  posted,
  reacted,
  reactionRemoved,
  statusChanged,
  subThreadCreated,
  threadCreated,
  threadDeleted,
} from '../drafts.testing';
import { ada, admin, bob, command, eve, foreigner, given, guardian, teacher } from '../given.testing';
import { MAX_EMOJIS_PER_MESSAGE } from './add';

const react = (emoji = '👍', rest: object = {}) => command('reaction.add', { messageId: 'm1', emoji, ...rest });
const takeBack = (emoji = '👍', rest: object = {}) => command('reaction.remove', { messageId: 'm1', emoji, ...rest });
const chat = [threadCreated(), posted(1, 'ada')];
const late = [threadCreated({ learner_id: null }), posted(1, 'ada'), added('eve', 'member', [2, 3])];

test('participants react, each for themselves', () => {
  given(...chat)
    .when(bob, react())
    .then(reacted(1, 'bob', '👍'));
  given(...chat, reacted(1, 'bob', '👍'))
    .when(ada, react())
    .then(reacted(1, 'ada', '👍'));
});

test('one of a kind each: once more changes nothing, another emoji does', () => {
  const before = [...chat, reacted(1, 'bob', '👍')];
  given(...before)
    .when(bob, react())
    .thenUnchanged();
  given(...before)
    .when(bob, react('❤️'))
    .then(reacted(1, 'bob', '❤️'));
});

test('a reaction is taken back by whom it is of, and only where it is', () => {
  const before = [...chat, reacted(1, 'bob', '👍')];
  given(...before)
    .when(bob, takeBack())
    .then(reactionRemoved(1, 'bob', '👍'));
  given(...before)
    .when(ada, takeBack())
    .thenUnchanged();
  given(...before, reactionRemoved(1, 'bob', '👍'))
    .when(bob, takeBack())
    .thenUnchanged();
  given(...before, reactionRemoved(1, 'bob', '👍'))
    .when(bob, react())
    .then(reacted(1, 'bob', '👍'));
});

test('a message takes so many different emojis, and any number of people for each', () => {
  const full = Array.from({ length: MAX_EMOJIS_PER_MESSAGE }, (_, n): Draft => reacted(1, 'ada', `emoji_${n}`));
  given(...chat, ...full)
    .when(bob, react('one_more'))
    .thenRefused('conflict');
  given(...chat, ...full)
    .when(bob, react('emoji_7'))
    .then(reacted(1, 'bob', 'emoji_7'));
  given(...chat, ...full.slice(1))
    .when(bob, react('one_more'))
    .then(reacted(1, 'bob', 'one_more'));
});

test.each([
  ['a reaction', react],
  ['taking one back', takeBack],
])('%s needs a thread and a message that the actor sees', (_what, ask) => {
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
    .when(ada, ask('👍', { messageId: 'm9' }))
    .thenRefused('not_found');
  given(...late)
    .when(eve, ask())
    .thenRefused('not_found');
});

test.each([
  ['a reaction', react],
  ['taking one back', takeBack],
])('%s needs participation, an open thread and a message that is there', (_what, ask) => {
  given(...chat)
    .when(teacher, ask())
    .thenRefused('forbidden');
  given(...chat)
    .when(guardian, ask())
    .thenRefused('forbidden');
  given(...chat, statusChanged('archived'))
    .when(bob, ask())
    .thenRefused('thread_closed');
  given(...chat, messageDeleted(1))
    .when(bob, ask())
    .thenRefused('gone');
  given(...chat, messageDeleted(1))
    .when(eve, ask())
    .thenRefused('not_found');
});

test('administrators react anywhere in their tenant', () => {
  given(...chat)
    .when(admin, react())
    .then(reacted(1, 'root', '👍'));
});

test('in a sub-thread the root’s people react, while both are open', () => {
  const about = { threadId: 't1~sub' };
  const sub = posted(1, 'ada', { thread_id: 't1~sub', message_id: 's1' });
  const inSub = [threadCreated(), subThreadCreated(), sub];
  const place = { thread_id: 't1~sub', message_id: 's1', message_index: 1 };
  given(...inSub)
    .when(bob, react('👍', { ...about, messageId: 's1' }))
    .then({ type: 'CHAT_REACTION_ADDED', data: { ...place, emoji: '👍', user_id: 'bob' } });
  given(...inSub)
    .when(bob, react('👍', { messageId: 's1' }))
    .thenRefused('not_found');
  given(...inSub)
    .when(eve, react('👍', { ...about, messageId: 's1' }))
    .thenRefused('not_found');
  given(threadCreated(), statusChanged('archived'), subThreadCreated(), sub)
    .when(bob, react('👍', { ...about, messageId: 's1' }))
    .thenRefused('thread_closed');
});

/** Spellings of one emoji each: as logs of former builds may hold them, and as clients send them. */
const SPELLINGS = [
  ['❤️', '❤', '❤\ufe0e'],
  ['👁️‍🗨️', '👁‍🗨', '👁️‍🗨'],
  ['information_source', 'ℹ️', 'ℹ', ':information_source:'],
  ['+1_skin-tone-2', '+1::skin-tone-2', ':+1::skin-tone-2:'],
  ['!'],
];

test('added under any spelling and removed under any other, nothing is left; old logs and new ones alike', () => {
  for (const [logged, ...others] of SPELLINGS) {
    const spellings = [logged!, ...others];
    for (const [added, removed] of spellings.flatMap((one) => spellings.map((other) => [one, other] as const))) {
      // Straight into the log, as a former build wrote it.
      const before = [...chat, reacted(1, 'bob', added)];
      given(...before)
        .when(bob, takeBack(removed))
        .then(reactionRemoved(1, 'bob', logged!));
      given(...before, reactionRemoved(1, 'bob', removed))
        .when(bob, takeBack(added))
        .thenUnchanged();
      if (logged !== '!')
        given(...before)
          .when(bob, react(removed))
          .thenUnchanged();
    }
  }
});
