import { ProblemError } from '@threadlog/events';

/** An error that already says what to tell the caller. */
export function isProblem(error: unknown): error is ProblemError {
  return error instanceof ProblemError;
}
