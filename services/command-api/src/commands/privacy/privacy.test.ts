import { privacyDeleteSchema } from '@threadlog/commands';
import { admin, ada, foreigner, guardian, teacher } from '../given.testing';
import {
  ACME,
  completed,
  deletionRequested,
  erased,
  exportRequested,
  given,
  LENA,
  lena,
  NEW_ID,
  NOW,
  officer,
  started,
  worker,
} from './given.testing';

const READMITTED = {
  type: 'CHAT_PRIVACY_SUBJECT_READMITTED',
  data: { request_id: 'd1', subject: LENA },
} as const;
const report = (outcome: object) => ({ subject: LENA, requestId: 'd1', outcome }) as never;

describe('asking for an export', () => {
  test.each([
    ['oneself', lena],
    ['a guardian of the learner', guardian],
    ['who keeps privacy', officer],
    ['an administrator', admin],
  ])('is for %s', (_who, who) => {
    given()
      .when(who, 'privacy.export', { subject: LENA })
      .then({
        type: 'CHAT_PRIVACY_EXPORT_REQUESTED',
        data: { request_id: NEW_ID, subject: LENA, requested_by: who.id },
      });
  });

  test.each([
    ['another user', ada],
    ['a teacher, though the learner is in scope', teacher],
  ])('is not for %s', (_who, who) => {
    given().when(who, 'privacy.export', { subject: LENA }).thenRefused('forbidden');
  });

  test('waits for the one before', () => {
    given(exportRequested()).when(lena, 'privacy.export', { subject: LENA }).thenRefused('conflict');
    given(exportRequested(), {
      type: 'CHAT_PRIVACY_EXPORT_FAILED',
      data: { request_id: 'e1', subject: LENA, code: 'attempts_exhausted' },
    })
      .when(lena, 'privacy.export', { subject: LENA })
      .thenLike({ type: 'CHAT_PRIVACY_EXPORT_REQUESTED' });
    given(deletionRequested())
      .when(lena, 'privacy.export', { subject: LENA })
      .thenLike({ type: 'CHAT_PRIVACY_EXPORT_REQUESTED' });
  });

  test('of somebody erased is refused, until let in again', () => {
    const gone = [deletionRequested(), started(), erased()];
    given(...gone)
      .when(admin, 'privacy.export', { subject: LENA })
      .thenRefused('subject_erased');
    given(...gone, completed(), READMITTED)
      .when(admin, 'privacy.export', { subject: LENA })
      .thenLike({ type: 'CHAT_PRIVACY_EXPORT_REQUESTED' });
  });
});

describe('asking for an erasure', () => {
  test('gives three days to think it over', () => {
    given()
      .when(lena, 'privacy.delete', { subject: LENA })
      .thenLike({
        type: 'CHAT_PRIVACY_DELETION_REQUESTED',
        data: { execute_after: '2026-02-04T00:00:00.000000Z', reason: 'subject_request' },
      });
  });

  test('may be later for anybody, sooner only for who keeps privacy, and never before now', () => {
    const on = (executeAfter: string) => ({ subject: LENA, executeAfter });
    const told = (execute_after: string) => ({
      type: 'CHAT_PRIVACY_DELETION_REQUESTED' as const,
      data: { execute_after },
    });
    given().when(lena, 'privacy.delete', on('2026-02-03T23:59:59Z')).thenRefused('forbidden');
    given().when(lena, 'privacy.delete', on('2026-03-01T01:00:00+01:00')).thenLike(told('2026-03-01T00:00:00.000000Z'));
    given().when(officer, 'privacy.delete', on('2026-02-01T10:00:00Z')).thenLike(told('2026-02-01T10:00:00.000000Z'));
    given().when(officer, 'privacy.delete', on('2026-01-31T23:56:00Z')).thenLike(told(NOW));
  });

  test.each([
    ['9999-12-31T22:59:59-01:00', 'far in the future, however it is written'],
    ['2027-02-01T00:00:00.000001Z', 'just after a year'],
    ['2027-02-01T00:30:00+00:29', 'the same, with an offset'],
    ['2026-01-31T23:50:00Z', 'longer ago than clocks differ'],
    ['0001-01-01T00:00:00Z', 'in antiquity'],
  ])('is refused for %s: %s', (executeAfter) => {
    const input = { subject: LENA, executeAfter };
    for (const actor of [lena, officer]) given().when(actor, 'privacy.delete', input).thenRefused('invalid_request');
  });

  test('may be a year off, and no time is taken whose instant no store keeps', () => {
    const input = { subject: LENA, executeAfter: '2027-02-01T01:00:00+01:00' };
    given()
      .when(lena, 'privacy.delete', input)
      .thenLike({ type: 'CHAT_PRIVACY_DELETION_REQUESTED', data: { execute_after: '2027-02-01T00:00:00.000000Z' } });
    expect(privacyDeleteSchema.safeParse({ subject: LENA, executeAfter: '9999-12-31T23:59:59-01:00' }).success).toBe(
      false,
    );
  });

  test('of a whole tenant is for its administrators of privacy alone', () => {
    given().when(admin, 'privacy.delete', { subject: ACME }).thenLike({ type: 'CHAT_PRIVACY_DELETION_REQUESTED' });
    given().when(officer, 'privacy.delete', { subject: ACME }).thenRefused('forbidden');
    given().when(foreigner, 'privacy.delete', { subject: ACME }).thenRefused('forbidden');
  });

  test('is one at a time, and over once somebody is erased', () => {
    given(deletionRequested()).when(lena, 'privacy.delete', { subject: LENA }).thenRefused('conflict');
    given(deletionRequested(), started()).when(lena, 'privacy.delete', { subject: LENA }).thenRefused('conflict');
    given(deletionRequested(), started(), erased(), completed())
      .when(admin, 'privacy.delete', { subject: LENA })
      .thenRefused('subject_erased');
  });
});

describe('calling an erasure off', () => {
  const cancel = { subject: LENA, requestId: 'd1' };
  const cancelled = { type: 'CHAT_PRIVACY_DELETION_CANCELLED', data: { request_id: 'd1', subject: LENA } } as const;

  test('is possible until it begins', () => {
    given(deletionRequested()).when(lena, 'privacy.cancel', cancel).then(cancelled);
    given(deletionRequested(), cancelled).when(lena, 'privacy.cancel', cancel).thenUnchanged();
    given(deletionRequested(), started()).when(lena, 'privacy.cancel', cancel).thenRefused('conflict');
    given(deletionRequested(), started(), erased(), completed())
      .when(admin, 'privacy.cancel', cancel)
      .thenRefused('conflict');
  });

  test('is for who might have asked; for others there is no such request', () => {
    given(deletionRequested()).when(guardian, 'privacy.cancel', cancel).then(cancelled);
    given(deletionRequested()).when(ada, 'privacy.cancel', cancel).thenRefused('not_found');
    given().when(lena, 'privacy.cancel', cancel).thenRefused('not_found');
  });
});

describe('letting somebody in again', () => {
  const readmit = { subject: LENA };

  test('needs a finished erasure, and somebody who keeps privacy', () => {
    const gone = [deletionRequested(), started(), erased()];
    given(...gone, completed())
      .when(officer, 'privacy.readmit', readmit)
      .then(READMITTED);
    given(...gone, completed(), READMITTED)
      .when(officer, 'privacy.readmit', readmit)
      .thenUnchanged();
    given(...gone)
      .when(officer, 'privacy.readmit', readmit)
      .thenRefused('conflict');
    given(...gone, completed())
      .when(lena, 'privacy.readmit', readmit)
      .thenRefused('forbidden');
    given().when(officer, 'privacy.readmit', readmit).thenRefused('not_found');
  });
});

describe('what the worker reports', () => {
  test('is for the worker alone', () => {
    given(deletionRequested())
      .when(admin, 'privacy.report', report({ type: 'deletion_started' }))
      .thenRefused('forbidden');
  });

  test('comes in order, and twice is once', () => {
    const reports = ['deletion_started', 'erased', 'deletion_completed'] as const;
    const events = [started(), erased(), completed()];
    const outcome = (type: (typeof reports)[number]) =>
      report({ type, ...(type === 'erased' && { keys: [] }), ...(type === 'deletion_completed' && { receipt: {} }) });
    for (const [index, type] of reports.entries()) {
      const before = [deletionRequested(), ...events.slice(0, index)];
      given(...before)
        .when(worker, 'privacy.report', outcome(type))
        .then(events[index]!);
      given(...before, events[index]!)
        .when(worker, 'privacy.report', outcome(type))
        .thenUnchanged();
      for (const early of reports.slice(index + 1)) {
        given(...before)
          .when(worker, 'privacy.report', outcome(early))
          .thenRefused('not_found');
      }
    }
  });

  test('cannot begin what was called off, nor give up what has begun', () => {
    given(deletionRequested(), {
      type: 'CHAT_PRIVACY_DELETION_CANCELLED',
      data: { request_id: 'd1', subject: LENA },
    })
      .when(worker, 'privacy.report', report({ type: 'deletion_started' }))
      .thenRefused('conflict');
    given(deletionRequested(), started())
      .when(worker, 'privacy.report', report({ type: 'deletion_failed', code: 'broken' }))
      .thenRefused('conflict');
  });

  test('names some keys of many, and counts them all', () => {
    const key = { kind: 'thread' as const, fingerprint: 'a'.repeat(64), master_version: null };
    const keys = Array.from({ length: 250 }, (_, index) => ({
      ...key,
      key_id: `0198c0de-7a3b-4c11-8f00-${index.toString(16).padStart(12, '0')}`,
    }));
    given(deletionRequested(), started())
      .when(worker, 'privacy.report', report({ type: 'erased', keys }))
      .thenLike({ type: 'CHAT_PRIVACY_SUBJECT_ERASED', data: { keys: keys.slice(0, 200), keys_total: 250 } });
  });
});
