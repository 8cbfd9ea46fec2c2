import type { CommandRequest, CommandResult } from '@threadlog/commands';
import type { Problem } from '@threadlog/events';
import type { Extras } from '../commands/decision';
import type { StreamState } from '@threadlog/read-models';
import type { StreamEntry } from '../streams/streamEntry';
import type { ResolvedCommand } from './resolveCommand';
import { codeOf, traceCommand, type CommandTrace } from './trace';

/** The partition is not (any more) ours and nothing was appended: the router may try elsewhere. */
export const NOT_OWNER = Symbol('not owner, nothing appended');
export type Outcome = CommandResult | typeof NOT_OWNER;

/** The streams a decision stands on: its own, and the root that holds people and access. */
export interface StreamWithRoot {
  entry: StreamEntry;
  root: StreamEntry;
}

/** The learner that a thread is about; null for streams of other types. */
export function learnerOf(root: StreamState): string | null {
  return root.type === 'thread' ? (root.thread?.learner_id ?? null) : null;
}

/** One command on its way through its owner. It is answered exactly once; whoever comes second is ignored. */
export interface Job {
  readonly request: CommandRequest;
  readonly resolved: ResolvedCommand;
  /** On the monotonic clock. */
  readonly deadlineMs: number;
  /** How it is traced; null where nothing is. */
  readonly trace: CommandTrace | null;
  /** True once its events are on their way: from then on its outcome can be unknown. */
  decided: boolean;
  answered: boolean;
  /** What its definition asks for besides its stream; null before that was looked up. */
  extras: Partial<Extras> | null;
  /** The entry into which its key's receipt was read from the table; another entry of the stream knows nothing of it. */
  keyReadInto: StreamEntry | null;
  /** The entry into which the parts it names were read, as far as they exist. */
  partsReadInto: StreamEntry | null;
  answer(outcome: Outcome): void;
}

export interface JobOptions {
  request: CommandRequest;
  resolved: ResolvedCommand;
  deadlineMs: number;
  onAnswer(job: Job, outcome: Outcome): void;
}

const NO_EXTRAS: Partial<Extras> = {};

export function createJob(options: JobOptions): Job {
  const job: Job = {
    ...options,
    trace: traceCommand(options.request, options.resolved.partition),
    decided: false,
    answered: false,
    extras: options.resolved.definition.extras ? null : NO_EXTRAS,
    keyReadInto: null,
    partsReadInto: null,
    answer(outcome) {
      if (job.answered) return;
      job.answered = true;
      job.trace?.ended(codeOf(outcome));
      options.onAnswer(job, outcome);
    },
  };
  return job;
}

export function refusal(problem: Problem): CommandResult {
  return { ok: false, problem };
}

export const OUTCOME_UNKNOWN: CommandResult = refusal({
  code: 'outcome_unknown',
  detail: 'The command may have been carried out or not. Send it again with the same idempotency key.',
  retryAfter: 1,
});

export const TIMED_OUT: CommandResult = refusal({
  code: 'unavailable',
  detail: 'The command could not be decided in time; nothing was done.',
  retryAfter: 1,
});
