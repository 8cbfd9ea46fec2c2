import type { Appender } from '@threadlog/log';
import { LOST_END, OWN_ACKS } from './ackedLengths';
import { createAdoption, giveUp, type AdoptionDeps } from './adoption';
import { fairShare } from './balance';
import type { Lease, ReadModel } from './ports';
import { createRoster, type Holding, type Roster } from './roster';
import type { Tenure } from './tenure';
import { momentOf } from './term';

export type KeeperDeps = AdoptionDeps;

/** One life of one appender: every partition this process owns while it lasts. */
export interface Keeper {
  tenureOf(partition: number): Tenure | undefined;
  holdings(): { lease: Lease; serving: boolean }[];
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

export function createKeeper(deps: KeeperDeps, appender: Appender): Keeper {
  const { instance, leases, clock, timing } = deps;
  const roster = createRoster(deps.observer);
  const adopt = createAdoption(deps, roster, appender);
  let target = deps.log.partitions;
  let closed = false;

  async function acquire(count: number): Promise<void> {
    const sentAt = momentOf(clock);
    const except = roster.all().map((holding) => holding.lease.partition);
    const taken = await leases.acquire(instance, count, except, timing.ttlMs);
    if (!closed) for (const lease of taken) adopt(lease, sentAt);
  }

  async function balance(): Promise<void> {
    const surplus = roster.size() - target;
    if (surplus < 0) return acquire(-surplus);
    if (surplus === 0) return;
    const highestFirst = roster.all().sort((a, b) => b.lease.partition - a.lease.partition);
    await giveBack(deps, roster, highestFirst.slice(0, surplus), { waitMs: HAND_OVER_WAIT_MS, cause: 'handed over' });
  }

  return {
    tenureOf: (partition) => roster.get(partition)?.tenure ?? undefined,
    holdings: () => roster.all().map(({ lease, tenure }) => ({ lease, serving: tenure?.isServing() ?? false })),
    isHungry: () => roster.size() < target,
    async round() {
      const live = await leases.heartbeat(instance, timing.ttlMs);
      const owners = live.map((other) => other.ownerId);
      target = fairShare(instance.ownerId, owners, deps.log.partitions);
      await renew(deps, roster);
      if (!closed) await balance();
    },
    async prune() {
      const checkpoints = await deps.readModel.checkpoints();
      for (const holding of roster.all()) {
        const { lease, tenure } = holding;
        const checkpoint = checkpoints.get(lease.partition);
        if (!checkpoint || !tenure) continue;
        if (checkpoint.maxEpoch > lease.epoch) {
          stepBack(deps, roster, holding, checkpoint.maxEpoch);
          continue;
        }
        // First what is parked up to there: its rows lack what the overlay is about to forget.
        await followParkings(deps.readModel, tenure, checkpoint.parkings);
        tenure.overlay.prune(checkpoint.nextOffset);
      }
    },
    measure: () => measure(deps, roster),
    async release(waitMs) {
      closed = true;
      await giveBack(deps, roster, roster.all(), { waitMs, cause: 'released' });
    },
    abandon(cause) {
      closed = true;
      for (const holding of roster.all()) roster.forget(holding, cause);
    },
  };
}

/** Hears of streams that were parked or go on; a word that comes twice or in between only costs a look. */
async function followParkings(readModel: ReadModel, tenure: Tenure, parkings: string): Promise<void> {
  if (parkings === tenure.parkings()) return;
  tenure.setParked(parkings, await readModel.parkedKeys(tenure.lease.partition));
}

/** What we append is fenced from there on. Whoever takes the partition next, takes it above that epoch. */
function stepBack(deps: KeeperDeps, roster: Roster, holding: Holding, epoch: number): void {
  deps.observer.outdone(holding.lease, epoch);
  roster.forget(holding, 'outdone by a higher epoch in the log');
}

/** With several copies of a partition only an append tells for certain, and that is looked at anyway. */
async function measure(deps: KeeperDeps, roster: Roster): Promise<void> {
  const { log, acked } = deps;
  if (log.replicas > 1) return;
  const serving = roster.all().filter(({ tenure }) => tenure !== null);
  // What is known is taken before the ends are asked for: then only a log that lost something is shorter.
  const known = serving.map(({ lease }) => acked.of(lease.partition));
  const heads = await Promise.all(serving.map(({ lease }) => log.head(lease.partition)));
  for (const [index, holding] of serving.entries()) {
    const { partition } = holding.lease;
    if (heads[index]! >= known[index]!) continue;
    roster.forget(holding, LOST_END);
    await giveUp(deps, { partition, head: heads[index]!, known: known[index]!, knownBy: OWN_ACKS });
  }
}

/** Renews by epoch. Whatever is not confirmed at its own epoch, or ran out meanwhile, is lost. */
async function renew({ leases, instance, timing, clock, acked }: KeeperDeps, roster: Roster): Promise<void> {
  const before = roster.all();
  if (before.length === 0) return;
  const sentAt = momentOf(clock);
  const asked = before.map(({ lease }) => ({ ...lease, known: acked.of(lease.partition) }));
  const kept = await leases.renew(instance.ownerId, asked, timing.ttlMs);
  const epochs = new Map(kept.map((lease) => [lease.partition, lease.epoch]));
  for (const holding of before) {
    const confirmed = epochs.get(holding.lease.partition) === holding.lease.epoch;
    if (confirmed) holding.term.extend(sentAt);
    if (!confirmed || !holding.term.isRunning()) roster.forget(holding, 'lease lost');
  }
}

/** First no more decisions and no more acks, then the lease: nobody else may serve while we still answer. */
async function giveBack(
  { clock, leases, instance, acked }: KeeperDeps,
  roster: Roster,
  holdings: readonly Holding[],
  how: { waitMs: number; cause: string },
): Promise<void> {
  for (const { tenure } of holdings) tenure?.stopServing();
  const until = clock.monotonicMs() + how.waitMs;
  const busy = (): boolean => holdings.some(({ tenure }) => (tenure?.inFlight() ?? 0) > 0);
  while (busy() && clock.monotonicMs() < until) await clock.sleep(DRAIN_POLL_MS);
  for (const holding of holdings) roster.forget(holding, how.cause);
  const given = holdings.map(({ lease }) => ({ ...lease, known: acked.of(lease.partition) }));
  await leases.release(instance.ownerId, given);
}
