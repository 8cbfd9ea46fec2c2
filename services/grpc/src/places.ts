import { problem } from '@threadlog/events';

/** Takes a place of a connection; the answer gives it back. Throws `rate_limited` where it has as many as it may. */
export type TakePlace = (connection: object) => () => void;

export function createPlaces(most: number): TakePlace {
  const taken = new WeakMap<object, number>();
  return (connection) => {
    const now = taken.get(connection) ?? 0;
    if (now >= most)
      throw problem('rate_limited', `A connection may have ${most} of these streams.`, { retryAfter: 1 });
    taken.set(connection, now + 1);
    return () => void taken.set(connection, (taken.get(connection) ?? 1) - 1);
  };
}
