import { useCallback, useState } from 'react';
import { Refused } from './api.ts';
import { wordsOf } from './useAnswer.ts';

export interface Action {
  /** While something is being done: two at once are not. */
  busy: boolean;
  /** Why the last one was not done; null where it was. */
  refusal: string | null;
  /** What was done last. */
  done: string | null;
  /** Does something, and says in words what was done. */
  act(work: () => Promise<string>): Promise<void>;
}

/** Things that an operator does, one after the other; what is shown is asked for again after each. */
export function useAction({ again, onRefused }: { again(): void; onRefused(): void }): Action {
  const [state, setState] = useState({ busy: false, refusal: null as string | null, done: null as string | null });
  const act = useCallback(
    async (work: () => Promise<string>) => {
      setState({ busy: true, refusal: null, done: null });
      try {
        const done = await work();
        setState({ busy: false, refusal: null, done });
      } catch (error) {
        if (error instanceof Refused && error.status === 401) return onRefused();
        setState({ busy: false, refusal: wordsOf(error), done: null });
      }
      again();
    },
    [again, onRefused],
  );
  return { ...state, act };
}
