import { useCallback, useEffect, useState } from 'react';
import { Refused } from './api.ts';

export interface Answer<T> {
  /** What came last; undefined before anything has. */
  value: T | undefined;
  /** Why nothing newer came; null where it did. */
  trouble: string | null;
  /** Asks again now. */
  again(): void;
}

export interface UseAnswerOptions {
  /** Milliseconds from an answer to the next question; asked once where not given. */
  everyMs?: number;
  /** Told where the token is not taken any more. */
  onRefused(): void;
}

/** Asks when it is shown and then in turns, one question at a time; not while the page is hidden. */
export function useAnswer<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  { everyMs, onRefused }: UseAnswerOptions,
): Answer<T> {
  const [state, setState] = useState<Pick<Answer<T>, 'value' | 'trouble'>>({ value: undefined, trouble: null });
  const [turn, setTurn] = useState(0);
  const again = useCallback(() => setTurn((before) => before + 1), []);
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const next = () => {
      if (everyMs !== undefined && !stop.signal.aborted) timer = setTimeout(() => void work(), everyMs);
    };
    const work = async (): Promise<void> => {
      if (document.hidden && everyMs !== undefined) return next();
      try {
        const value = await ask(stop.signal);
        if (!stop.signal.aborted) setState({ value, trouble: null });
      } catch (error) {
        if (stop.signal.aborted) return;
        if (error instanceof Refused && error.status === 401) return onRefused();
        setState(({ value }) => ({ value, trouble: wordsOf(error) }));
      }
      next();
    };
    void work();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [ask, everyMs, onRefused, turn]);
  return { ...state, again };
}

/** A refusal in its own words; what a browser says of a connection that failed helps nobody. */
export function wordsOf(error: unknown): string {
  return error instanceof Refused ? error.message : 'The process does not answer. Trying again.';
}
