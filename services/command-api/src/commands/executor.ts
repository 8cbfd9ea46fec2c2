import type { CommandRequest } from '@threadlog/commands';
import { isProblem } from '../problems';
import type { Clock } from '../ownership/ports';
import type { Owner } from '../ownership/owner';
import type { Tenure } from '../ownership/tenure';
import { createLane, type Lane } from '../streams/lane';
import { createJob, NOT_OWNER, OUTCOME_UNKNOWN, refusal, TIMED_OUT, type Job, type Outcome } from './job';
import type { Target } from './target';
import { createTurn, type TurnDeps } from './turn';

/** Carries out commands on the partitions this process owns. */
export interface Executor {
  readonly name: string;
  execute(request: CommandRequest, target: Target, requestHash: string | null): Promise<Outcome>;
  /** Answers commands whose time is up, until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

export interface ExecutorDeps extends TurnDeps {
  owner: Pick<Owner, 'tenureOf'>;
  clock: Clock;
  /** Commands of one partition that wait or are in flight; beyond them `overloaded`. */
  maxJobsPerPartition?: number;
  /** Hears of faults that became `unavailable` or `internal` answers. */
  onFault(error: unknown): void;
}

export const MAX_JOBS_PER_PARTITION = 4_096;
const SWEEP_EVERY_MS = 100;

/** The lanes of one tenure, gone with it. */
interface Bench {
  lanes: Map<string, Lane<Job>>;
  turn(job: Job): Promise<void> | null;
  jobs: number;
}

export function createExecutor(deps: ExecutorDeps): Executor {
  const { maxJobsPerPartition = MAX_JOBS_PER_PARTITION } = deps;
  const benches = new WeakMap<Tenure, Bench>();
  const open = new Set<Job>();

  function benchOf(tenure: Tenure): Bench {
    let bench = benches.get(tenure);
    if (!bench) {
      bench = { lanes: new Map(), turn: createTurn(deps, tenure), jobs: 0 };
      benches.set(tenure, bench);
    }
    return bench;
  }

  function fail(job: Job, error: unknown): void {
    if (isProblem(error)) return job.answer(refusal(error.problem));
    deps.onFault(error);
    job.answer(
      refusal({ code: 'unavailable', detail: 'Something the command needs cannot be reached.', retryAfter: 1 }),
    );
  }

  function submit(bench: Bench, job: Job): void {
    const key = job.target.recordKey;
    const waiting = bench.lanes.get(key);
    if (waiting) return waiting.submit(job);
    const lane = createLane<Job>({ turn: bench.turn, fail, idle: () => void bench.lanes.delete(key) });
    lane.submit(job);
    // A lane is worth keeping only while somebody waits in it.
    if (lane.waiting() > 0) bench.lanes.set(key, lane);
  }

  return {
    name: 'command-deadlines',
    execute(request, target, requestHash) {
      const tenure = deps.owner.tenureOf(target.partition);
      if (!tenure?.isServing()) return Promise.resolve(NOT_OWNER);
      const bench = benchOf(tenure);
      if (bench.jobs >= maxJobsPerPartition) return Promise.resolve(refusal(TOO_BUSY));
      return new Promise((resolve) => {
        const deadlineMs = deps.clock.monotonicMs() + request.timeoutMs;
        const onAnswer = (job: Job, outcome: Outcome): void => {
          bench.jobs -= 1;
          open.delete(job);
          resolve(outcome);
        };
        const job = createJob({ request, target, requestHash, deadlineMs, onAnswer });
        bench.jobs += 1;
        open.add(job);
        submit(bench, job);
      });
    },
    async run(signal) {
      while (!signal.aborted) {
        await deps.clock.sleep(SWEEP_EVERY_MS, signal);
        const now = deps.clock.monotonicMs();
        for (const job of open) {
          if (job.deadlineMs <= now) job.answer(job.decided ? OUTCOME_UNKNOWN : TIMED_OUT);
        }
      }
      for (const job of open) job.answer(job.decided ? OUTCOME_UNKNOWN : NOT_OWNER);
    },
  };
}

const TOO_BUSY = {
  code: 'overloaded' as const,
  detail: 'Too many commands wait for this partition; try again shortly.',
  retryAfter: 1,
};
