import type { Appender, EventLog } from '@threadlog/log';
import type { Clock, Instance, Lease, LeaseStore, OwnershipObserver, ReadModel } from './ports';
import type { Holding, Roster } from './roster';
import { takeOver } from './takeOver';
import { createTenure } from './tenure';
import { createTerm, momentOf, type LeaseTiming, type Moment } from './term';

export interface AdoptionDeps {
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
  /** The two steps of taking over; given by the simulation, which tries what happens when they are done wrong. */
  steps?: { takeOver: typeof takeOver; createTenure: typeof createTenure };
}

/** Takes a lease that was just won to the point where it serves, in the background. `sentAt`: before it was asked for. */
export type Adopt = (lease: Lease, sentAt: Moment) => void;

export function createAdoption(deps: AdoptionDeps, roster: Roster, appender: Appender): Adopt {
  const { clock, timing, leases, observer } = deps;
  const { ownerId } = deps.instance;
  const steps = deps.steps ?? { takeOver, createTenure };

  function adopt(lease: Lease, sentAt: Moment): void {
    const holding: Holding = { lease, term: createTerm(clock, timing, sentAt), tenure: null };
    roster.add(holding);
    settleIn(holding).catch((error: unknown) => {
      observer.fault(`taking over partition ${lease.partition}`, error);
      roster.forget(holding, 'take-over failed');
    });
  }

  async function settleIn(holding: Holding): Promise<void> {
    const { lease, term } = holding;
    const outcome = await steps.takeOver({ ...deps, appender, ownerId }, lease);
    if (!roster.has(holding)) return;
    if (outcome.kind === 'outdone') return raise(holding, outcome.epoch);
    if (!term.isRunning()) return roster.forget(holding, 'lease ran out during take-over');
    const tenure = steps.createTenure({ ...deps, lease, term, overlay: outcome.overlay, appender });
    tenure.onDrop((cause) => roster.forget(holding, cause));
    holding.tenure = tenure;
    observer.acquired(lease, outcome.overlay.size());
  }

  /** The log has seen a higher epoch than ours: our marker counts for nothing, so start over above it. */
  async function raise(holding: Holding, above: number): Promise<void> {
    const sentAt = momentOf(clock);
    const lease = await leases.raise(ownerId, holding.lease, above, timing.ttlMs);
    if (!roster.has(holding)) return;
    roster.forget(holding, 'outdone by a higher epoch in the log');
    if (lease) adopt(lease, sentAt);
  }

  return adopt;
}
