import { costOf, type CommandRequest } from '@threadlog/commands';
import {
  createFairGate,
  createTicket,
  onBehalfOf,
  presentBehalf,
  REFUSALS,
  until,
  type Behalf,
  type FairGate,
  type GateBounds,
  type Shedding,
  type Ticket,
} from '@threadlog/service';
import { isProblem } from '../problems';
import type { Clock } from '../clock';
import type { Owner } from '../ownership/owner';
import type { OwnedPartition } from '../ownership/ownedPartition';
import { createAttempt, type AttemptDeps } from './attempt';
import type { ResolvedCommand } from './resolveCommand';
import { createJob, NOT_OWNER, OUTCOME_UNKNOWN, refusal, TIMED_OUT, type Job, type Outcome } from './job';
import { createKeyQueues } from './keyQueues';
import { GATE_BOUNDS, LONGEST_WAIT_MS } from './queueBounds';

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
  /** Counts what was refused before it was begun. */
  shed: Shedding['shed'];
  /** Hears of faults that became `unavailable` or `internal` answers. */
  onFault(error: unknown): void;
}

const SWEEP_EVERY_MS = 100;

/** A command, and for whom and which way it came. */
interface Arrival {
  job: Job;
  behalf: Behalf;
}

export function createExecutor(deps: ExecutorDeps): Executor {
  const { bounds = GATE_BOUNDS } = deps;
  /** By owned partition, and gone with it. */
  const gates = new WeakMap<OwnedPartition, FairGate<Arrival>>();
  const open = new Set<Ticket<Arrival>>();

  function gateOf(owned: OwnedPartition): FairGate<Arrival> {
    const known = gates.get(owned);
    if (known) return known;
    const queues = createKeyQueues<Job>({ attempt: createAttempt(deps, owned), fail });
    const submit = (job: Job): void => queues.submit(job.resolved.recordKey, job);
    const gate = createFairGate<Arrival>(bounds, {
      // Whoever left may be of another tenant: what is loaded now is not on its account.
      start: ({ job, behalf }) => (presentBehalf() === behalf ? submit(job) : onBehalfOf(behalf, () => submit(job))),
      turnAway: (arrival) => turnAway(arrival, 'waiting'),
    });
    gates.set(owned, gate);
    return gate;
  }

  function turnAway({ job, behalf }: Arrival, reason: 'waiting' | 'age'): void {
    deps.shed(behalf.surface, reason);
    job.answer(refusal(REFUSALS[reason]));
  }

  function fail(job: Job, error: unknown): void {
    if (isProblem(error)) return job.answer(refusal(error.problem));
    deps.onFault(error);
    job.answer(UNREACHABLE);
  }

  /** Answers whoever has waited long enough. */
  async function sweep(): Promise<void> {
    const now = deps.clock.monotonicMs();
    for (const { item, standing } of open) {
      const { job } = item;
      const waited = now - (job.deadlineMs - job.request.timeoutMs);
      if (job.deadlineMs <= now) giveUp(job, TIMED_OUT);
      else if (standing === 'waiting' && waited >= LONGEST_WAIT_MS) turnAway(item, 'age');
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
      const onAnswer = (_job: Job, outcome: Outcome): void => {
        open.delete(ticket);
        resolve(outcome);
        gate.leave(ticket);
      };
      const job = createJob({ request, resolved, deadlineMs, onAnswer });
      const behalf = behalfOf(resolved.stream.tenantId);
      const ticket = createTicket(behalf.tenantId, costOf(request.command), { job, behalf });
      open.add(ticket);
      gate.enter(ticket);
      return promise;
    },
    async run(signal) {
      await until(signal, sweep, { firstMs: SWEEP_EVERY_MS, everyMs: SWEEP_EVERY_MS, sleep: deps.clock.sleep });
      for (const { item } of open) giveUp(item.job, NOT_OWNER);
    },
  };
}

const UNREACHABLE = refusal({
  code: 'unavailable',
  detail: 'Something the command needs cannot be reached.',
  retryAfter: 1,
});

/** Answers what nobody waits for any longer. */
function giveUp(job: Job, undecided: Outcome): void {
  job.answer(job.decided ? OUTCOME_UNKNOWN : undecided);
}

/** Commands of a tenant are on its account, whoever brings them. */
function behalfOf(tenantId: string): Behalf {
  const present = presentBehalf();
  return present?.tenantId === tenantId ? present : { tenantId, surface: present?.surface ?? 'internal' };
}
