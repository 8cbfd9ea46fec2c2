import type { Draft } from '@threadlog/events';
import { given, ACME, LENA, lena, NEW_ID, officer, worker } from '../privacy/given.testing';
import { admin } from '../given.testing';

type Held = Extract<Draft, { type: 'CHAT_LEGAL_HOLD_SET' }>['data'];
const BOB = { kind: 'user', id: 'bob' } as const;

function held(rest: Partial<Held> = {}): Draft {
  const data: Held = { hold_id: 'h1', subject: LENA, held_thread_id: null, reason: 'litigation', reference: null };
  return { type: 'CHAT_LEGAL_HOLD_SET', data: { ...data, ...rest } };
}
const released: Draft = { type: 'CHAT_LEGAL_HOLD_RELEASED', data: { hold_id: 'h1' } };
const begun = (subject: Held['subject'] & object = LENA): Draft => ({
  type: 'CHAT_ERASURE_BEGUN',
  data: { request_id: 'd1', subject },
});
const ended: Draft = { type: 'CHAT_ERASURE_ENDED', data: { request_id: 'd1' } };

describe('a legal hold', () => {
  test('is set and released by administrators of privacy', () => {
    given()
      .when(admin, 'tenant.hold', { subject: LENA, reason: 'litigation' })
      .then(held({ hold_id: NEW_ID }));
    given()
      .when(admin, 'tenant.hold', { heldThreadId: 't1', reason: 'other', reference: 'case-7' })
      .then(held({ hold_id: NEW_ID, subject: null, held_thread_id: 't1', reason: 'other', reference: 'case-7' }));
    given(held()).when(admin, 'tenant.releaseHold', { holdId: 'h1' }).then(released);
    given(held(), released).when(admin, 'tenant.releaseHold', { holdId: 'h1' }).thenRefused('not_found');
  });

  test.each([
    ['who only keeps privacy', officer],
    ['the learner', lena],
  ])('is not for %s', (_who, who) => {
    given().when(who, 'tenant.hold', { subject: LENA, reason: 'litigation' }).thenRefused('forbidden');
    given(held())
      .when(who, 'tenant.releaseHold', { holdId: 'h1' })
      .thenRefused(who === lena ? 'not_found' : 'forbidden');
  });

  test('comes too late once an erasure has begun, and in time again when it is over', () => {
    given(begun()).when(admin, 'tenant.hold', { subject: LENA, reason: 'litigation' }).thenRefused('conflict');
    given(begun()).when(admin, 'tenant.hold', { subject: BOB, reason: 'litigation' }).thenLike({ type: held().type });
    given(begun(ACME)).when(admin, 'tenant.hold', { subject: BOB, reason: 'litigation' }).thenRefused('conflict');
    given(begun(), ended)
      .when(admin, 'tenant.hold', { subject: LENA, reason: 'litigation' })
      .thenLike({ type: held().type });
  });
});

describe('an erasure begins', () => {
  const begin = (rest: object = {}) => ({
    subject: LENA,
    requestId: 'd1',
    holdsVersion: 0,
    touchesHeldThread: false,
    ...rest,
  });

  /** What is held, whether anything of the person stands in a held thread, and whether the erasure may begin. */
  test.each<[string, Draft[], object, 'begins' | 'waits']>([
    ['without holds', [], {}, 'begins'],
    ['with a hold on the person', [held()], { holdsVersion: 1 }, 'waits'],
    [
      'with a hold on the same id as a user',
      [held({ subject: { kind: 'user', id: 'lena' } })],
      { holdsVersion: 1 },
      'waits',
    ],
    ['with a hold on somebody else', [held({ subject: BOB })], { holdsVersion: 1 }, 'begins'],
    ['with a hold on the tenant', [held({ subject: ACME })], { holdsVersion: 1 }, 'waits'],
    ['with a released hold', [held(), released], { holdsVersion: 2 }, 'begins'],
    [
      'with text in a held thread',
      [held({ subject: null, held_thread_id: 't1' })],
      { holdsVersion: 1, touchesHeldThread: true },
      'waits',
    ],
    [
      'with a held thread without its text',
      [held({ subject: null, held_thread_id: 't1' })],
      { holdsVersion: 1 },
      'begins',
    ],
    ['of the tenant, with any hold', [held({ subject: BOB })], { subject: ACME, holdsVersion: 1 }, 'waits'],
  ])('%s', (_name, history, rest, expected) => {
    const outcome = given(...history).when(worker, 'tenant.beginErasure', begin(rest));
    if (expected === 'waits') outcome.thenRefused('legal_hold');
    else outcome.thenLike({ type: 'CHAT_ERASURE_BEGUN' });
  });

  test('only on what is known of the newest holds', () => {
    given(held({ subject: BOB }))
      .when(worker, 'tenant.beginErasure', begin())
      .thenRefused('version_mismatch');
  });

  test('once, and ends once', () => {
    given(begun()).when(worker, 'tenant.beginErasure', begin()).thenUnchanged();
    given(begun()).when(worker, 'tenant.endErasure', { requestId: 'd1' }).then(ended);
    given(begun(), ended).when(worker, 'tenant.endErasure', { requestId: 'd1' }).thenUnchanged();
  });

  test('by the worker alone', () => {
    given().when(admin, 'tenant.beginErasure', begin()).thenRefused('forbidden');
    given(begun()).when(admin, 'tenant.endErasure', { requestId: 'd1' }).thenRefused('forbidden');
  });
});

describe('retention', () => {
  const told = (days: number | null, uses_default = false): Draft => ({
    type: 'CHAT_RETENTION_SET',
    data: { days, uses_default },
  });

  test('is said in days, for ever, or as the deployment does', () => {
    given().when(admin, 'tenant.retention', { days: 30 }).then(told(30));
    given(told(30)).when(admin, 'tenant.retention', { days: null }).then(told(null));
    given(told(30)).when(admin, 'tenant.retention', { days: 'default' }).then(told(null, true));
    given(told(30)).when(admin, 'tenant.retention', { days: 30 }).thenUnchanged();
    given(told(null)).when(admin, 'tenant.retention', { days: null }).thenUnchanged();
  });

  test('is for administrators of privacy', () => {
    given().when(lena, 'tenant.retention', { days: 30 }).thenRefused('forbidden');
  });
});
