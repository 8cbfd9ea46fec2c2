import type { Subject } from '@threadlog/events';
import { holdsOnMessage, holdsOnPerson, holdsOnThread } from './holds';
import type { LegalHold } from './projections';

const base = { reason: 'litigation' as const, reference: null, set_by: 'pia', set_at: '2026-01-01T00:00:00.000000Z' };
const onThread = (id: string): LegalHold => ({ ...base, hold_id: 'h', subject: null, held_thread_id: id });
const onPerson = (kind: Subject['kind'], id: string): LegalHold => ({
  ...base,
  hold_id: 'h',
  subject: { kind, id },
  held_thread_id: null,
});

/** One message by ada, about lena, in a thread or in a sub-thread of it. */
const message = { threadId: 't', learnerId: 'lena', senderId: 'ada' };
const reply = { ...message, threadId: 't~s' };

test.each<[string, LegalHold, boolean, boolean]>([
  ['its tenant', onPerson('tenant', 'acme'), true, true],
  ['its thread', onThread('t'), true, true],
  ['its sub-thread', onThread('t~s'), false, true],
  ['another thread', onThread('u'), false, false],
  ['a thread whose id begins like it', onThread('t1'), false, false],
  ['its learner', onPerson('learner', 'lena'), true, true],
  ['its learner, as a user', onPerson('user', 'lena'), true, true],
  ['its author', onPerson('user', 'ada'), true, true],
  ['its author, as a learner', onPerson('learner', 'ada'), true, true],
  ['somebody else', onPerson('user', 'bob'), false, false],
])('a hold on %s', (_what, hold, onMessage, onReply) => {
  expect(holdsOnMessage([hold], message)).toHaveLength(onMessage ? 1 : 0);
  expect(holdsOnMessage([hold], reply)).toHaveLength(onReply ? 1 : 0);
});

test.each<[string, LegalHold, boolean]>([
  ['the tenant', onPerson('tenant', 'acme'), true],
  ['the thread', onThread('t'), true],
  ['a sub-thread of it', onThread('t~s'), true],
  ['another thread', onThread('u'), false],
  ['its learner', onPerson('learner', 'lena'), true],
  ['who takes part', onPerson('user', 'ada'), true],
  ['somebody else', onPerson('user', 'bob'), false],
])('a hold on %s, and the whole thread', (_what, hold, expected) => {
  const thread = { threadId: 't', learnerId: 'lena', people: ['ada'] };
  expect(holdsOnThread([hold], thread)).toHaveLength(expected ? 1 : 0);
});

test('a hold on a root covers the whole of its sub-threads, one on a sub-thread not its sisters', () => {
  const sub = { threadId: 't~s', learnerId: null, people: [] };
  expect(holdsOnThread([onThread('t')], sub)).toHaveLength(1);
  expect(holdsOnThread([onThread('t~r')], sub)).toEqual([]);
});

test('a person is held by name or with the tenant', () => {
  const holds = [onPerson('user', 'ada'), onPerson('tenant', 'acme'), onThread('ada')];
  expect(holdsOnPerson(holds, 'ada')).toHaveLength(2);
  expect(holdsOnPerson(holds, 'bob')).toHaveLength(1);
});
