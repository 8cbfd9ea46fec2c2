import { withoutRun, withRun, withText, type Drafts } from './drafts.ts';

const PLACE = { conversationId: 't1', threadId: 't1', runId: 'r1' };
const text = (drafts: Drafts, n: number, said: string, op: 'append' | 'replace' = 'append') =>
  withText(drafts, { ...PLACE, n, op, text: said });
const run = (drafts: Drafts, state: string, reason?: string) =>
  withRun(drafts, { ...PLACE, agentId: 'tutor', state, reason });

it('grows by parts that go on from the one before, each once', () => {
  const parts = text(text(text(run([], 'thinking'), 1, 'Hel'), 2, 'lo'), 2, 'lo');
  expect(run(parts, 'writing')).toMatchObject([
    { agentId: 'tutor', state: 'writing', text: 'Hello', n: 2, gap: false },
  ]);
});

it('stands still where a part is missing, until it comes whole', () => {
  const gap = text(text(text(run([], 'writing'), 1, 'a'), 3, 'c'), 4, 'd');
  expect(gap).toMatchObject([{ text: 'a', gap: true }]);
  const whole = text(gap, 4, 'abcd', 'replace');
  expect(text(whole, 5, 'e')).toMatchObject([{ text: 'abcde', n: 5, gap: false }]);
  expect(text(whole, 3, 'old', 'replace')).toBe(whole);
});

it('takes no more when it has ended, and is let go', () => {
  const ended = run(text(run([], 'writing'), 1, 'a'), 'ended', 'stopped');
  expect(text(ended, 2, 'b')).toBe(ended);
  expect(ended).toMatchObject([{ state: 'ended', reason: 'stopped', text: 'a' }]);
  expect(withoutRun(ended, 'r1')).toEqual([]);
});
