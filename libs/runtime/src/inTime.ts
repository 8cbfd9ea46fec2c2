import { ProblemError } from '@threadlog/events';

/**
 * From asking a store to its answer, or of a whole transaction, where a caller waits: so that it is answered within five
 * seconds, though a store that swallows what it is sent tells nobody that it is away.
 */
export const LONGEST_ANSWER_MS = 4_500;

/** The answer, or `unavailable` once it is late; what was asked goes on by itself. */
export function inTime<T>(milliseconds: number, answer: Promise<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const detail = 'the database did not answer in time';
  const timer = setTimeout(
    () => reject(new ProblemError({ code: 'unavailable', detail, retryAfter: 1 })),
    milliseconds,
  );
  answer.then(resolve, reject).finally(() => clearTimeout(timer));
  return promise;
}
