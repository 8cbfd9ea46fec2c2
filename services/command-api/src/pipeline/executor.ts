import type { CommandRequest } from '@threadlog/commands';
import { until } from '@threadlog/service';
import { isProblem } from '../problems';
import type { Clock } from '../clock';
import type { Owner } from '../ownership/owner';
import type { OwnedPartition } from '../ownership/ownedPartition';
import { createAttempt, type AttemptDeps } from './attempt';
import type { ResolvedCommand } from './resolveCommand';
import { createJob, NOT_OWNER, OUTCOME_UNKNOWN, refusal, TIMED_OUT, type Job, type Outcome } from './job';
import { createKeyQueues, type KeyQueues } from './keyQueues';

/** Carries out commands on the partitions this process owns. */
export interface Executor {
  readonly name: string;
  execute(request: CommandRequest, resolved: ResolvedCommand): Promise<Outcome>;
  /** Answers commands whose time is up, until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

export interface ExecutorDeps extends AttemptDeps {
  owner: Pick<Owner, 'ownedPartition'>;
  clock: Clock;
  /** Commands of one partition that wait or are in flight; beyond them `overloaded`. */
  maxJobsPerPartition?: number;
  /** Hears of faults that became `unavailable` or `internal` answers. */
  onFault(error: unknown): void;
}

const MAX_JOBS_PER_PARTITION = 4_096;
const SWEEP_EVERY_MS = 100;

/** The queues of one owned partition, gone with it. */
interface PartitionQueues {
  byKey: KeyQueues<Job>;
  /** Commands that wait or are in flight. */
  jobs: number;
}

export function createExecutor(deps: ExecutorDeps): Executor {
  const { maxJobsPerPartition = MAX_JOBS_PER_PARTITION } = deps;
  const known = new WeakMap<OwnedPartition, PartitionQueues>();
  const open = new Set<Job>();

  function queuesOf(owned: OwnedPartition): PartitionQueues {
    let queues = known.get(owned);
    if (!queues) {
      queues = { byKey: createKeyQueues({ attempt: createAttempt(deps, owned), fail }), jobs: 0 };
      known.set(owned, queues);
    }
    return queues;
  }

  function fail(job: Job, error: unknown): void {
    if (isProblem(error)) return job.answer(refusal(error.problem));
    deps.onFault(error);
    job.answer(
      refusal({ code: 'unavailable', detail: 'Something the command needs cannot be reached.', retryAfter: 1 }),
    );
  }

  /** Answers whoever has waited long enough. */
  async function sweep(): Promise<void> {
    const now = deps.clock.monotonicMs();
    for (const job of open) {
      if (job.deadlineMs <= now) job.answer(job.decided ? OUTCOME_UNKNOWN : TIMED_OUT);
    }
  }

  return {
    name: 'command-deadlines',
    execute(request, resolved) {
      const owned = deps.owner.ownedPartition(resolved.partition);
      if (!owned?.isServing()) return Promise.resolve(NOT_OWNER);
      const queues = queuesOf(owned);
      if (queues.jobs >= maxJobsPerPartition) return Promise.resolve(refusal(TOO_BUSY));
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      const deadlineMs = deps.clock.monotonicMs() + request.timeoutMs;
      const onAnswer = (job: Job, outcome: Outcome): void => {
        queues.jobs -= 1;
        open.delete(job);
        resolve(outcome);
      };
      const job = createJob({ request, resolved, deadlineMs, onAnswer });
      queues.jobs += 1;
      open.add(job);
      queues.byKey.submit(resolved.recordKey, job);
      return promise;
    },
    async run(signal) {
      await until(signal, sweep, { firstMs: SWEEP_EVERY_MS, everyMs: SWEEP_EVERY_MS, sleep: deps.clock.sleep });
      for (const job of open) job.answer(job.decided ? OUTCOME_UNKNOWN : NOT_OWNER);
    },
  };
}

const TOO_BUSY = {
  code: 'overloaded' as const,
  detail: 'Too many commands wait for this partition; try again shortly.',
  retryAfter: 1,
};
