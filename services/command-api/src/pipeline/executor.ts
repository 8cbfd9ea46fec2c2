import type { CommandRequest } from '@threadlog/commands';
import { createFairGate, createTicket, until, type FairGate, type GateBounds, type Ticket } from '@threadlog/service';
import { isProblem } from '../problems';
import type { Clock } from '../clock';
import type { Owner } from '../ownership/owner';
import type { OwnedPartition } from '../ownership/ownedPartition';
import { createAttempt, type AttemptDeps } from './attempt';
import type { ResolvedCommand } from './resolveCommand';
import { createJob, NOT_OWNER, OUTCOME_UNKNOWN, refusal, TIMED_OUT, type Job, type Outcome } from './job';
import { createKeyQueues } from './keyQueues';
import { costOf, GATE_BOUNDS, LONGEST_WAIT_MS } from './queueBounds';

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
  /** How many commands of a partition are under way together, and wait; beyond them `overloaded`. */
  bounds?: GateBounds;
  /** Hears of faults that became `unavailable` or `internal` answers. */
  onFault(error: unknown): void;
}

const SWEEP_EVERY_MS = 100;

export function createExecutor(deps: ExecutorDeps): Executor {
  const { bounds = GATE_BOUNDS } = deps;
  /** By owned partition, and gone with it. */
  const gates = new WeakMap<OwnedPartition, FairGate<Job>>();
  const open = new Map<Job, Ticket<Job>>();

  function gateOf(owned: OwnedPartition): FairGate<Job> {
    const known = gates.get(owned);
    if (known) return known;
    const queues = createKeyQueues<Job>({ attempt: createAttempt(deps, owned), fail });
    const gate = createFairGate<Job>(bounds, {
      start: (job) => queues.submit(job.resolved.recordKey, job),
      turnAway: (job) => job.answer(refusal(TOO_BUSY)),
    });
    gates.set(owned, gate);
    return gate;
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
    for (const [job, { standing }] of open) {
      const waited = now - (job.deadlineMs - job.request.timeoutMs);
      if (job.deadlineMs <= now) job.answer(job.decided ? OUTCOME_UNKNOWN : TIMED_OUT);
      else if (standing === 'waiting' && waited >= LONGEST_WAIT_MS) job.answer(refusal(TOO_BUSY));
    }
  }

  return {
    name: 'command-deadlines',
    execute(request, resolved) {
      const owned = deps.owner.ownedPartition(resolved.partition);
      if (!owned?.isServing()) return Promise.resolve(NOT_OWNER);
      const gate = gateOf(owned);
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      const deadlineMs = deps.clock.monotonicMs() + request.timeoutMs;
      const onAnswer = (job: Job, outcome: Outcome): void => {
        open.delete(job);
        resolve(outcome);
        gate.leave(ticket);
      };
      const job = createJob({ request, resolved, deadlineMs, onAnswer });
      const ticket = createTicket(resolved.stream.tenantId, costOf(request.command), job);
      open.set(job, ticket);
      gate.enter(ticket);
      return promise;
    },
    async run(signal) {
      await until(signal, sweep, { firstMs: SWEEP_EVERY_MS, everyMs: SWEEP_EVERY_MS, sleep: deps.clock.sleep });
      for (const job of open.keys()) job.answer(job.decided ? OUTCOME_UNKNOWN : NOT_OWNER);
    },
  };
}

const TOO_BUSY = {
  code: 'overloaded' as const,
  detail: 'Too many commands wait for this partition; try again shortly.',
  retryAfter: 1,
};
