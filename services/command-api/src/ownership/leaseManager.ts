import type { Appender } from '@threadlog/log';
import { LOST_END, OWN_ACKS } from './ackedLengths';
import { createAcquire, giveUp, type AcquireDeps } from './acquirePartition';
import { fairShare } from './balance';
import type { ReadModel } from '../streams/ports';
import type { Assignment, HeldPartitions } from './heldPartitions';
import type { OwnedPartition } from './ownedPartition';
import { momentOf } from './leaseDeadline';

export type LeaseManagerDeps = AcquireDeps;

/** One life of one appender: every partition this process owns while it lasts. */
export interface LeaseManager {
  /** One round: announce, renew, drop what was lost, give up or take partitions. Never two at a time. */
  round(): Promise<void>;
  /** True when there are partitions this instance should have and has not. */
  isHungry(): boolean;
  /**
   * Prunes the overlays by the active generation's checkpoints, hears of what it has parked, and steps back where it has
   * seen a higher epoch.
   */
  prune(): Promise<void>;
  /** Gives up, and takes from everybody, what the log ends before the last ack of. */
  measure(): Promise<void>;
  /** Stops deciding, waits for what is in flight (bounded), then gives the leases back. */
  release(waitMs: number): Promise<void>;
  /** The appender is dead: everything not acked is unknown, nothing of it is kept. */
  abandon(cause: string): void;
}

/** How often a hand-over looks whether the last appends are acked, and how long it waits for them. */
const DRAIN_POLL_MS = 5;
const HAND_OVER_WAIT_MS = 2_000;

export function createLeaseManager(deps: LeaseManagerDeps, held: HeldPartitions, appender: Appender): LeaseManager {
  const { instance, leases, clock, timing } = deps;
  const acquirePartition = createAcquire(deps, held, appender);
  let target = deps.log.partitions;
  let closed = false;

  async function acquire(count: number): Promise<void> {
    const sentAt = momentOf(clock);
    const except = held.all().map((assignment) => assignment.lease.partition);
    const taken = await leases.acquire(instance, count, except, timing.ttlMs);
    if (!closed) for (const lease of taken) acquirePartition(lease, sentAt);
  }

  async function balance(): Promise<void> {
    const surplus = held.size() - target;
    if (surplus < 0) return acquire(-surplus);
    if (surplus === 0) return;
    const highestFirst = held.all().sort((a, b) => b.lease.partition - a.lease.partition);
    await giveBack(deps, held, highestFirst.slice(0, surplus), { waitMs: HAND_OVER_WAIT_MS, cause: 'handed over' });
  }

  return {
    isHungry: () => held.size() < target,
    async round() {
      const live = await leases.heartbeat(instance, timing.ttlMs);
      const owners = live.map((other) => other.ownerId);
      target = fairShare(instance.ownerId, owners, deps.log.partitions);
      await renew(deps, held);
      if (!closed) await balance();
    },
    async prune() {
      const checkpoints = await deps.readModel.checkpoints();
      for (const assignment of held.all()) {
        const { lease, owned } = assignment;
        const checkpoint = checkpoints.get(lease.partition);
        if (!checkpoint || !owned) continue;
        if (checkpoint.maxEpoch > lease.epoch) {
          stepBack(deps, held, assignment, checkpoint.maxEpoch);
          continue;
        }
        // First what is parked up to there: its rows lack what the overlay is about to forget.
        await followParkings(deps.readModel, owned, checkpoint.parkings);
        owned.overlay.prune(checkpoint.nextOffset);
      }
    },
    measure: () => measure(deps, held),
    async release(waitMs) {
      closed = true;
      await giveBack(deps, held, held.all(), { waitMs, cause: 'released' });
    },
    abandon(cause) {
      closed = true;
      for (const assignment of held.all()) held.forget(assignment, cause);
    },
  };
}

/** Hears of streams that were parked or go on; what is told twice only costs a read. */
async function followParkings(readModel: ReadModel, owned: OwnedPartition, parkings: string): Promise<void> {
  if (parkings === owned.parkings()) return;
  owned.setParked(parkings, await readModel.parkedKeys(owned.lease.partition));
}

/** What we append is fenced from there on. Whoever takes the partition next, takes it above that epoch. */
function stepBack(deps: LeaseManagerDeps, held: HeldPartitions, assignment: Assignment, epoch: number): void {
  deps.observer.outdone(assignment.lease, epoch);
  held.forget(assignment, 'outdone by a higher epoch in the log');
}

/** With several copies of a partition only an append tells for certain, and that is looked at anyway. */
async function measure(deps: LeaseManagerDeps, held: HeldPartitions): Promise<void> {
  const { log, acked } = deps;
  if (log.replicas > 1) return;
  const serving = held.all().filter(({ owned }) => owned !== null);
  // What is known is taken before the ends are asked for: then only a log that lost something is shorter.
  const known = serving.map(({ lease }) => acked.of(lease.partition));
  const heads = await Promise.all(serving.map(({ lease }) => log.head(lease.partition)));
  for (const [index, assignment] of serving.entries()) {
    const { partition } = assignment.lease;
    if (heads[index]! >= known[index]!) continue;
    held.forget(assignment, LOST_END);
    await giveUp(deps, { partition, head: heads[index]!, known: known[index]!, knownBy: OWN_ACKS });
  }
}

/** Renews by epoch. Whatever is not confirmed at its own epoch, or ran out meanwhile, is lost. */
async function renew(
  { leases, instance, timing, clock, acked }: LeaseManagerDeps,
  held: HeldPartitions,
): Promise<void> {
  const before = held.all();
  if (before.length === 0) return;
  const sentAt = momentOf(clock);
  const asked = before.map(({ lease }) => ({ ...lease, known: acked.of(lease.partition) }));
  const kept = await leases.renew(instance.ownerId, asked, timing.ttlMs);
  const epochs = new Map(kept.map((lease) => [lease.partition, lease.epoch]));
  for (const assignment of before) {
    const confirmed = epochs.get(assignment.lease.partition) === assignment.lease.epoch;
    if (confirmed) assignment.deadline.extend(sentAt);
    if (!confirmed || !assignment.deadline.isRunning()) held.forget(assignment, 'lease lost');
  }
}

/** First no more decisions and no more acks, then the lease: nobody else may serve while we still answer. */
async function giveBack(
  { clock, leases, instance, acked }: LeaseManagerDeps,
  held: HeldPartitions,
  assignments: readonly Assignment[],
  how: { waitMs: number; cause: string },
): Promise<void> {
  for (const { owned } of assignments) owned?.stopServing();
  const until = clock.monotonicMs() + how.waitMs;
  const busy = (): boolean => assignments.some(({ owned }) => (owned?.inFlight() ?? 0) > 0);
  while (busy() && clock.monotonicMs() < until) await clock.sleep(DRAIN_POLL_MS);
  for (const assignment of assignments) held.forget(assignment, how.cause);
  const given = assignments.map(({ lease }) => ({ ...lease, known: acked.of(lease.partition) }));
  await leases.release(instance.ownerId, given);
}
