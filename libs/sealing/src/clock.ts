/** Milliseconds that never go back. */
export type Clock = () => number;

/**
 * Time since its creation on the monotonic or the wall clock, whichever ran further: the monotonic one stands still
 * while a machine sleeps, and a key must not outlive its minute because of that. A wall clock set forward only makes
 * keys expire early.
 */
export function elapsedClock(): Clock {
  const wallStart = Date.now();
  const monotonicStart = performance.now();
  let furthest = 0;
  return () => {
    furthest = Math.max(furthest, performance.now() - monotonicStart, Date.now() - wallStart);
    return furthest;
  };
}
