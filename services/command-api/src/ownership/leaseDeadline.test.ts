import type { Clock } from '../clock';
import { createLeaseDeadline, momentOf } from './leaseDeadline';

const TIMING = { ttlMs: 5_000, renewEveryMs: 1_500, marginMs: 500 };

function clockAt(start: { monotonic: number; wall: number }) {
  const now = { ...start };
  const clock = { monotonicMs: () => now.monotonic, wallMs: () => now.wall } as Clock;
  const pass = (monotonic: number, wall = monotonic): void => {
    now.monotonic += monotonic;
    now.wall += wall;
  };
  return { clock, pass };
}

describe('the owner’s own view of its lease', () => {
  test('ends a margin before the lease does', () => {
    const { clock, pass } = clockAt({ monotonic: 100, wall: 1_000 });
    const deadline = createLeaseDeadline(clock, TIMING, momentOf(clock));
    pass(4_499);
    expect(deadline.isRunning()).toBe(true);
    pass(1);
    expect(deadline.isRunning()).toBe(false);
  });

  test.each([
    ['a machine that slept, which stops the monotonic clock', [0, 6_000]],
    ['a wall clock that was set back', [6_000, -60_000]],
    ['a wall clock that was set forward', [10, 3_600_000]],
  ] as const)('is not stretched by %s', (_what, [monotonic, wall]) => {
    const { clock, pass } = clockAt({ monotonic: 0, wall: 0 });
    const deadline = createLeaseDeadline(clock, TIMING, momentOf(clock));
    pass(monotonic, wall);
    expect(deadline.isRunning()).toBe(false);
  });

  test('counts a renewal from before it was sent', () => {
    const { clock, pass } = clockAt({ monotonic: 0, wall: 0 });
    const deadline = createLeaseDeadline(clock, TIMING, momentOf(clock));
    pass(2_000);
    const sent = momentOf(clock);
    pass(2_000);
    deadline.extend(sent);
    pass(2_400);
    expect(deadline.isRunning()).toBe(true);
    pass(200);
    expect(deadline.isRunning()).toBe(false);
  });

  test('once over, a late renewal does not bring it back', () => {
    const { clock, pass } = clockAt({ monotonic: 0, wall: 0 });
    const deadline = createLeaseDeadline(clock, TIMING, momentOf(clock));
    pass(5_000);
    deadline.extend(momentOf(clock));
    expect(deadline.isRunning()).toBe(false);
  });
});
