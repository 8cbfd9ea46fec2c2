import { NOTHING_HIDDEN } from '@threadlog/read-models';
import { createHash } from 'node:crypto';
import type { CommandRouter } from '@threadlog/commands';
import type { GateBounds } from '@threadlog/service';
import { createAnswers, NOTHING_AROUND } from '../pipeline/answer';
import { createExecutor } from '../pipeline/executor';
import { OUTCOME_UNKNOWN, type Outcome } from '../pipeline/job';
import { createOwner } from '../ownership/owner';
import { takeOver } from '../ownership/takeOver';
import { createOwnedPartition } from '../ownership/ownedPartition';
import type { LeaseTiming } from '../ownership/leaseDeadline';
import { createCommandRouter, type Forward, type LocalRouter } from '../router/commandRouter';
import { createOwnerDirectory } from '../router/ownerDirectory';
import { microIso } from '../clock';
import type { Cluster, Parts } from './cluster';
import { createPlainSealing } from './plainSealing';
import type { Process } from './world';

/** One run of a command-api process: everything real but its surroundings. */
export interface Node {
  process: Process;
  url: string;
  router: CommandRouter;
  executeHere: LocalRouter['executeHere'];
  kill(): void;
}

/** Changes what a process works with; the identity in a sound system. */
export type Mutation = (parts: Parts) => Parts;

export interface NodeOptions {
  cluster: Cluster;
  name: string;
  mutate: Mutation;
  /** Finds a node by its URL, dead ones too. */
  find(url: string): Node | undefined;
}

/** Short leases and small caches: what is rare in practice happens in every run. */
const TIMING: LeaseTiming = { ttlMs: 1_500, renewEveryMs: 400, marginMs: 200 };
const BOUNDS = { streams: 1, parts: 1 };
/** So few under way that most commands wait for others, and some are turned away. */
const GATE: GateBounds = {
  underWay: { count: 2, cost: Infinity },
  underWayOfTenant: { count: 2, cost: Infinity },
  waiting: { count: 3, cost: Infinity },
  waitingOfTenant: { count: 3, cost: Infinity },
  turn: 1,
};
const WINDOW_MS = 24 * 3_600_000;
const LIMITS = { maxMessagesPerThread: 10_000, maxParticipants: 100, erasureGraceHours: 72, retentionDays: null };

export function createNode({ cluster, name, mutate, find }: NodeOptions): Node {
  const { world, database } = cluster;
  const process = world.process(name);
  process.rate = 0.99 + world.random.next() * 0.02;
  process.wallOffsetMs = (world.random.next() - 0.5) * 2_000;
  const clock = world.clockOf(process);
  const sound: Parts = {
    log: cluster.logFor(process),
    leases: database.leasesFor(process),
    readModel: database.readModelFor(process),
    lengths: database.lengthsFor(process),
    steps: { takeOver, createOwnedPartition: (options) => createOwnedPartition({ ...options, bounds: BOUNDS }) },
  };
  const { log, leases, readModel, lengths, steps } = mutate(sound);
  const url = `sim://${name}`;
  const sealing = createPlainSealing();
  const windowStart = (): string => microIso(clock.wallMicros() - WINDOW_MS * 1000);
  const newEventId = sequentialIds(`e-${name}`);
  const observer = { acquired: noop, dropped: noop, lost: noop, outdone: noop, fault: noop };

  const owner = createOwner({
    instance: { ownerId: name, url },
    ...{ leases, log, readModel, lengths, steps, clock, observer, newEventId, windowStart },
    timing: TIMING,
  });
  const answers = createAnswers({
    opener: sealing,
    profilesOf: () => Promise.resolve(() => undefined),
    threadContext: () => Promise.resolve(NOTHING_AROUND),
    hiddenReplies: () => Promise.resolve(NOTHING_HIDDEN),
    limits: LIMITS,
  });
  const executor = createExecutor({
    ...{ owner, clock, readModel, sealing, answers, newEventId, windowStart },
    limits: LIMITS,
    bounds: GATE,
    maxEventBytes: 500_000,
    ...{ holdsOf: () => [], extrasOf: () => Promise.resolve({}), shed: noop, onFault: noop, onUnappendable },
  });
  const router = createCommandRouter({
    ...{ executor, clock, sealing },
    directory: createOwnerDirectory(leases, clock),
    partitions: log.partitions,
    newMessageId: sequentialIds(`m-${name}`),
    forward: forwardOver(cluster, process, find),
    ownUrl: url,
    onFault: noop,
  });

  const stop = new AbortController();
  void owner.run(stop.signal);
  void executor.run(stop.signal);
  return {
    process,
    url,
    router,
    executeHere: (request, generation) => router.executeHere(request, generation),
    kill() {
      process.alive = false;
    },
  };
}

function noop(): void {}

/** Outside of the command, whose faults are answered: this one fails the test. */
function onUnappendable(eventType: string, fault: string): void {
  queueMicrotask(() => {
    throw new Error(`${eventType} would not have been appended: ${fault}`);
  });
}

/** Ids of the right form, the same in every run of a seed. */
function sequentialIds(prefix: string): () => string {
  const head = createHash('sha256').update(prefix).digest('hex');
  let count = 0;
  return () => {
    count += 1;
    return `${head.slice(0, 8)}-${head.slice(8, 12)}-7${head.slice(12, 15)}-8${head.slice(15, 18)}-${count.toString(16).padStart(12, '0')}`;
  };
}

/** A forwarded command and its answer travel like any other; a node that died on it leaves its outcome unknown. */
function forwardOver(cluster: Cluster, from: Process, find: NodeOptions['find']): Forward {
  const { world } = cluster;
  return (url, request, generation) =>
    new Promise<Outcome>((resolve) => {
      const answer = (outcome: Outcome): void => world.after(world.random.next() * 5, from, () => resolve(outcome));
      const target = find(url);
      world.after(request.timeoutMs + 50, from, () => resolve(OUTCOME_UNKNOWN));
      if (!target?.process.alive) return;
      world.after(world.random.next() * 5, target.process, () => {
        void target.executeHere(request, generation).then(answer, () => answer(OUTCOME_UNKNOWN));
      });
    });
}
