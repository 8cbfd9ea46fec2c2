import type { Appender, EventLog } from '@threadlog/log';
import { fairShare } from './balance';
import type { Clock, Instance, Lease, LeaseStore, OwnershipObserver, ReadModel } from './ports';
import { takeOver, type TakeOver } from './takeOver';
import { createTenure, type Tenure } from './tenure';
import { createTerm, momentOf, type LeaseTiming, type Moment, type Term } from './term';

export interface KeeperDeps {
  instance: Instance;
  leases: LeaseStore;
  log: EventLog;
  readModel: ReadModel;
  clock: Clock;
  timing: LeaseTiming;
  observer: OwnershipObserver;
  newEventId(): string;
  /** Timestamp from which on receipts count. */
  windowStart(): string;
}

/** A lease on its way to a tenure, or a tenure. */
interface Holding {
  lease: Lease;
  term: Term;
  tenure: Tenure | null;
}

/** One life of one appender: every partition this process owns while it lasts. */
export interface Keeper {
  tenureOf(partition: number): Tenure | undefined;
  holdings(): { lease: Lease; serving: boolean }[];
  /** One round: announce, renew, drop what was lost, give up or take partitions. Never two at a time. */
  round(): Promise<void>;
  /** True when there are partitions this instance should have and has not. */
  isHungry(): boolean;
  /** Prunes the overlays by the active generation's checkpoints. */
  prune(): Promise<void>;
  /** Stops deciding, waits for what is in flight (bounded), then gives the leases back. */
  release(waitMs: number): Promise<void>;
  /** The appender is dead: everything not acked is unknown, nothing of it is kept. */
  abandon(cause: string): void;
}

/** How often a take-over looks whether the last appends are acked, when it gives a partition back. */
const DRAIN_POLL_MS = 5;
const HAND_OVER_WAIT_MS = 2_000;

export function createKeeper(deps: KeeperDeps, appender: Appender): Keeper {
  const { instance, leases, clock, timing, observer } = deps;
  const { ownerId } = instance;
  const held = new Map<number, Holding>();
  let target = deps.log.partitions;
  let closed = false;

  function forget(holding: Holding, cause: string): void {
    if (held.get(holding.lease.partition) !== holding) return;
    held.delete(holding.lease.partition);
    holding.term.end();
    holding.tenure?.drop(cause);
    observer.dropped(holding.lease, cause);
  }

  function adopt(lease: Lease, sentAt: Moment): void {
    const holding: Holding = { lease, term: createTerm(clock, timing, sentAt), tenure: null };
    held.set(lease.partition, holding);
    settleIn(holding).catch((error: unknown) => {
      observer.fault(`taking over partition ${lease.partition}`, error);
      forget(holding, 'take-over failed');
    });
  }

  async function settleIn(holding: Holding): Promise<void> {
    const outcome = await takeOver({ ...deps, appender, ownerId }, holding.lease);
    if (held.get(holding.lease.partition) !== holding || closed) return;
    if (outcome.kind === 'outdone') return raise(holding, outcome.epoch);
    if (!holding.term.isRunning()) return forget(holding, 'lease ran out during take-over');
    serve(holding, outcome);
  }

  function serve(holding: Holding, outcome: TakeOver & { kind: 'ready' }): void {
    const { lease, term } = holding;
    const tenure = createTenure({ ...deps, lease, term, overlay: outcome.overlay, appender });
    tenure.onDrop((cause) => forget(holding, cause));
    holding.tenure = tenure;
    observer.acquired(lease, outcome.overlay.size());
  }

  /** The log has seen a higher epoch than ours: our marker counts for nothing, so start over above it. */
  async function raise(holding: Holding, above: number): Promise<void> {
    const sentAt = momentOf(clock);
    const lease = await leases.raise(ownerId, holding.lease, above, timing.ttlMs);
    if (held.get(holding.lease.partition) !== holding || closed) return;
    forget(holding, 'outdone by a higher epoch in the log');
    if (lease) adopt(lease, sentAt);
  }

  async function renew(): Promise<void> {
    const before = [...held.values()];
    if (before.length === 0) return;
    const sentAt = momentOf(clock);
    const kept = await leases.renew(
      ownerId,
      before.map((holding) => holding.lease),
      timing.ttlMs,
    );
    const epochs = new Map(kept.map((lease) => [lease.partition, lease.epoch]));
    for (const holding of before) {
      if (epochs.get(holding.lease.partition) === holding.lease.epoch) holding.term.extend(sentAt);
      if (epochs.get(holding.lease.partition) !== holding.lease.epoch || !holding.term.isRunning()) {
        forget(holding, 'lease lost');
      }
    }
  }

  async function acquire(count: number): Promise<void> {
    const sentAt = momentOf(clock);
    const taken = await leases.acquire(instance, count, [...held.keys()], timing.ttlMs);
    if (closed) return;
    for (const lease of taken) adopt(lease, sentAt);
  }

  async function giveBack(holdings: readonly Holding[], waitMs: number, cause: string): Promise<void> {
    for (const holding of holdings) holding.tenure?.stopServing();
    const until = clock.monotonicMs() + waitMs;
    while (holdings.some((holding) => (holding.tenure?.inFlight() ?? 0) > 0) && clock.monotonicMs() < until) {
      await clock.sleep(DRAIN_POLL_MS);
    }
    for (const holding of holdings) forget(holding, cause);
    await leases.release(
      ownerId,
      holdings.map((holding) => holding.lease),
    );
  }

  return {
    tenureOf: (partition) => held.get(partition)?.tenure ?? undefined,
    holdings: () => [...held.values()].map(({ lease, tenure }) => ({ lease, serving: tenure?.isServing() ?? false })),
    isHungry: () => held.size < target,
    async round() {
      const live = await leases.heartbeat(instance, timing.ttlMs);
      const owners = live.map((other) => other.ownerId);
      target = fairShare(ownerId, owners, deps.log.partitions);
      await renew();
      if (closed) return;
      if (held.size > target) {
        const surplus = [...held.values()].sort((a, b) => b.lease.partition - a.lease.partition);
        await giveBack(surplus.slice(0, held.size - target), HAND_OVER_WAIT_MS, 'handed over');
      } else if (held.size < target) {
        await acquire(target - held.size);
      }
    },
    async prune() {
      const checkpoints = await deps.readModel.checkpoints();
      for (const { lease, tenure } of held.values()) {
        const checkpoint = checkpoints.get(lease.partition);
        if (checkpoint) tenure?.overlay.prune(checkpoint.nextOffset);
      }
    },
    async release(waitMs) {
      closed = true;
      await giveBack([...held.values()], waitMs, 'released');
    },
    abandon(cause) {
      closed = true;
      for (const holding of [...held.values()]) forget(holding, cause);
    },
  };
}
