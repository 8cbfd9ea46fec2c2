import type { Draft } from '@threadlog/events';
import type { LegalHold } from '@threadlog/read-models';
import type { Outcome } from '@threadlog/testing';
import { messageDeleted, posted, subThreadCreated, threadCreated } from './drafts.testing';
import { actor, ada, admin, bob, command, given } from './given.testing';

const set = { reason: 'litigation' as const, reference: null, set_by: 'pia', set_at: '2026-01-01T00:00:00.000000Z' };
const onPerson = (kind: 'learner' | 'user' | 'tenant', id: string): LegalHold => ({
  ...set,
  hold_id: 'h1',
  subject: { kind, id },
  held_thread_id: null,
});
const onThread = (id: string): LegalHold => ({ ...set, hold_id: 'h1', subject: null, held_thread_id: id });
const worker = actor('worker', { type: 'system', role: 'admin', learnerScope: '*' });

/** Thread `t1` about lena, of ada, mod and bob, with a message of bob's and one of tess's, who takes no part. */
const thread = [threadCreated(), posted(1, 'bob'), posted(2, 'tess')];
const sub = [...thread, subThreadCreated(), posted(1, 'bob', { thread_id: 't1~sub' })];
const remove = command('message.delete', { messageId: 'm1' });
const removeReply = command('message.delete', { threadId: 't1~sub', messageId: 'm1' });
const removeThread = command('thread.delete');
const scrub = (reason: 'retention' | 'privacy') => command('thread.scrub', { messageIds: ['m1', 'm2'], reason });
const erase = (reason: 'retention' | 'privacy') => command('thread.erase', { reason });

describe.each<[string, LegalHold, { message: boolean; reply: boolean; thread: boolean }]>([
  ['the tenant', onPerson('tenant', 'acme'), { message: true, reply: true, thread: true }],
  ['the thread', onThread('t1'), { message: true, reply: true, thread: true }],
  ['a sub-thread', onThread('t1~sub'), { message: false, reply: true, thread: true }],
  ['the learner', onPerson('learner', 'lena'), { message: true, reply: true, thread: true }],
  ['the author', onPerson('user', 'bob'), { message: true, reply: true, thread: true }],
  ['who made the thread', onPerson('user', 'ada'), { message: false, reply: false, thread: true }],
  ['another thread', onThread('t2'), { message: false, reply: false, thread: false }],
  ['somebody else', onPerson('user', 'eve'), { message: false, reply: false, thread: false }],
])('a legal hold on %s', (_what, hold, held) => {
  const check = (refused: boolean, outcome: Outcome, ...types: Draft['type'][]) =>
    refused ? outcome.thenRefused('legal_hold') : outcome.thenLike(...types.map((type) => ({ type })));
  const under = given(...sub).under([hold]);

  test('keeps what is held from being deleted by hand, whoever does it', () => {
    for (const who of [bob, admin]) {
      check(held.message, under.when(who, remove), 'CHAT_MESSAGE_DELETED');
      check(held.reply, under.when(who, removeReply), 'CHAT_MESSAGE_DELETED');
    }
    for (const who of [ada, admin]) check(held.thread, under.when(who, removeThread), 'CHAT_THREAD_DELETED');
  });

  test('comes before retention, not before an erasure that has begun', () => {
    const both = ['CHAT_MESSAGE_DELETED', 'CHAT_MESSAGE_DELETED'] as const;
    check(held.message, under.when(worker, scrub('retention')), ...both);
    check(false, under.when(worker, scrub('privacy')), ...both);
    check(held.thread, under.when(worker, erase('retention')), 'CHAT_THREAD_DELETED');
    check(false, under.when(worker, erase('privacy')), 'CHAT_THREAD_DELETED');
  });
});

test('one held message is enough to refuse a batch of retention', () => {
  given(...thread)
    .under([onPerson('user', 'tess')])
    .when(worker, scrub('retention'))
    .thenRefused('legal_hold');
});

test('what is gone already is no business of a hold', () => {
  given(...thread, messageDeleted(1))
    .under([onThread('t1')])
    .when(bob, remove)
    .thenUnchanged();
});

test('edits are allowed under a hold: former texts are kept', () => {
  given(...thread)
    .under([onThread('t1')])
    .when(bob, command('message.edit', { messageId: 'm1', content: 'again' }))
    .thenLike({ type: 'CHAT_MESSAGE_UPDATED' });
});

test('the profile of a held person stays', () => {
  const profile = { user_id: 'lena', display_name: 'Lena', avatar_url: null, email: null, metadata: null };
  const synced = given({ type: 'CHAT_USER_SYNCED', data: profile });
  const forget = command('user.remove', { userId: 'lena' });
  synced
    .under([onPerson('learner', 'lena')])
    .when(admin, forget)
    .thenRefused('legal_hold');
  synced
    .under([onPerson('tenant', 'acme')])
    .when(admin, forget)
    .thenRefused('legal_hold');
  synced
    .under([onPerson('user', 'leo')])
    .when(admin, forget)
    .thenLike({ type: 'CHAT_USER_REMOVED' });
});

test('while the holds are not known nothing can be taken away, and everything else goes on', () => {
  const unknown = given(...thread).under(null);
  unknown.when(bob, remove).thenRefused('unavailable');
  unknown.when(admin, removeThread).thenRefused('unavailable');
  unknown.when(worker, scrub('retention')).thenRefused('unavailable');
  unknown.when(bob, command('message.post', { content: 'hi' })).thenLike({ type: 'CHAT_MESSAGE_CREATED' });
});

test('who may not see or delete learns nothing of a hold', () => {
  const held = given(...thread).under([onThread('t1')]);
  held.when(actor('eve'), remove).thenRefused('not_found');
  held.when(ada, command('message.delete', { messageId: 'm9' })).thenRefused('not_found');
  held.when(bob, removeThread).thenRefused('forbidden');
});
