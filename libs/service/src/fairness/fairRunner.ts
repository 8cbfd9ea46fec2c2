import { ProblemError, type Problem } from '@threadlog/events';
import type { Behalf } from './onBehalf';
import { createFairGate, createTicket, type GateBounds } from './fairGate';

/** Runs a task for a tenant: at once, or after a turn in its line. Rejects with `overloaded` what was not begun. */
export type FairRunner = <T>(behalf: Behalf, task: () => Promise<T>) => Promise<T>;

export interface FairRunnerOptions {
  /** Each task costs 1. */
  bounds: GateBounds;
  /** What was not begun after this time is not begun any more. */
  longestWaitMs: number;
  /** What a task that is not begun is refused with; called for each of them. */
  refusal(behalf: Behalf): Problem;
}

interface Passage {
  begin(): void;
  refuse(): void;
}

/** A gate for work that is a promise. What finds room is begun in the same turn, and its own promise is the answer. */
export function createFairRunner({ bounds, longestWaitMs, refusal }: FairRunnerOptions): FairRunner {
  const gate = createFairGate<Passage>(bounds, {
    start: (passage) => passage.begin(),
    turnAway: (passage) => passage.refuse(),
  });

  return <T>(behalf: Behalf, task: () => Promise<T>): Promise<T> => {
    let answer: Promise<T> | undefined;
    let tell: ((answer: Promise<T>) => void) | undefined;
    let timer: NodeJS.Timeout | undefined;
    function give(given: Promise<T>): void {
      clearTimeout(timer);
      if (tell) tell(given);
      else answer = given;
    }
    const leave = (): void => gate.leave(ticket);
    const refuse = (): void => give(Promise.reject(new ProblemError(refusal(behalf))));
    const ticket = createTicket<Passage>(behalf.tenantId, 1, {
      begin() {
        const begun = attempt(task);
        begun.then(leave, leave);
        give(begun);
      },
      refuse,
    });
    gate.enter(ticket);
    if (answer) return answer;
    return new Promise((resolve) => {
      tell = resolve;
      timer = setTimeout(() => {
        leave();
        refuse();
      }, longestWaitMs);
    });
  };
}

/** Whoever has it begun is somebody else, who must not be told what it throws. */
function attempt<T>(task: () => Promise<T>): Promise<T> {
  try {
    return task();
  } catch (error) {
    return Promise.reject(error as Error);
  }
}
