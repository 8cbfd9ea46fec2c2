import type { Draft } from '@threadlog/events';
import { beginning, evolve } from '@threadlog/read-models';
import { historyOf, testActor } from '@threadlog/testing';
import type { Actor } from '@threadlog/auth';
import { LIMITS } from '../given.testing';
import { reportPrivacy } from './report';

const subject = { kind: 'learner', id: 'lena' } as const;
const about = { request_id: 'r1', subject };
const requested: Draft = { type: 'CHAT_PRIVACY_EXPORT_REQUESTED', data: { ...about, requested_by: 'olga' } };
const completed: Draft = {
  type: 'CHAT_PRIVACY_EXPORT_COMPLETED',
  data: {
    ...about,
    files: 1,
    counts: [],
    bytes: 1,
    sha256: 'a'.repeat(64),
    expires_at: '2026-01-18T09:00:12.000000Z',
  },
};

const contextOf = (actor: Actor) => ({
  actor,
  now: '2026-01-01T00:00:00.000000Z',
  newId: 'new',
  holds: () => [],
  extras: {},
  limits: LIMITS,
});

function given(...drafts: Draft[]) {
  const state = historyOf(drafts, { streamId: 'lena' }).reduce(evolve, beginning('privacy'));
  return (actor: Actor) =>
    reportPrivacy.decide({ subject, requestId: 'r1', outcome: { type: 'downloaded' } }, state, contextOf(actor));
}

const downloaded = { kind: 'events', events: [{ type: 'CHAT_PRIVACY_EXPORT_DOWNLOADED', data: about }] };
const notFound = { kind: 'refused', problem: expect.objectContaining({ code: 'not_found' }) as unknown };

describe('a download', () => {
  test.each([
    ['whoever asked', testActor('olga')],
    ['the person', testActor('lena')],
    ['a guardian of the learner', testActor('gus', { role: 'guardian', learnerScope: ['lena'] })],
    ['an administrator', testActor('root', { role: 'admin' })],
    ['the holder of a link', testActor('olga', { permissions: ['chat:privacy'] })],
  ])('is the deed of %s', (_who, actor) => {
    expect(given(requested, completed)(actor)).toEqual(downloaded);
  });

  test('is told of each time', () => {
    const again: Draft = { type: 'CHAT_PRIVACY_EXPORT_DOWNLOADED', data: about };
    expect(given(requested, completed, again)(testActor('olga'))).toEqual(downloaded);
  });

  test.each([
    ['somebody else', testActor('eve')],
    ['a teacher', testActor('tess', { role: 'teacher', learnerScope: '*' })],
    ['another learner’s guardian', testActor('gus', { role: 'guardian', learnerScope: ['leo'] })],
  ])('is not there for %s', (_who, actor) => {
    expect(given(requested, completed)(actor)).toEqual(notFound);
  });

  test('needs a finished export', () => {
    const failed: Draft = { type: 'CHAT_PRIVACY_EXPORT_FAILED', data: { ...about, code: 'attempts_exhausted' } };
    for (const drafts of [[], [requested], [requested, failed]])
      expect(given(...drafts)(testActor('olga'))).toEqual(notFound);
  });
});

test('only the worker reports that an export is there', () => {
  const input = { subject, requestId: 'r1', outcome: { type: 'export_failed', code: 'x' } } as const;
  const context = contextOf(testActor('root', { role: 'admin' }));
  expect(reportPrivacy.decide(input, beginning('privacy'), context)).toEqual({
    kind: 'refused',
    problem: expect.objectContaining({ code: 'forbidden' }) as unknown,
  });
});
