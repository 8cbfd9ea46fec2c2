import type { Appender, EventLog } from '@threadlog/log';
import type { LogLoss } from '@threadlog/read-models';
import { LOST_END, type AckedLengths } from './ackedLengths';
import type { Clock, Instance, Lease, LeaseStore, LogLengths, OwnershipObserver, ReadModel } from './ports';
import type { Holding, Roster } from './roster';
import { takeOver } from './takeOver';
import { createTenure } from './tenure';
import { createTerm, momentOf, type LeaseTiming, type Moment } from './term';

export interface AdoptionDeps {
  instance: Instance;
  leases: LeaseStore;
  log: EventLog;
  readModel: ReadModel;
  lengths: LogLengths;
  acked: AckedLengths;
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
    if (outcome.kind === 'lost') {
      await giveUp(deps, outcome.loss);
      return roster.forget(holding, LOST_END);
    }
    if (!term.isRunning()) return roster.forget(holding, 'lease ran out during take-over');
    const { overlay, maxEpoch, next } = outcome;
    // Readers refuse the marker, and would refuse all that follows: the broker gave it a time of its own.
    if (maxEpoch < lease.epoch) throw new Error(`epoch ${lease.epoch} is too far ahead of the broker's clock`);
    deps.acked.saw(lease.partition, next);
    const onLost = (loss: LogLoss): void => void giveUp(deps, loss);
    const tenure = steps.createTenure({ ...deps, lease, term, overlay, next, onLost, appender });
    tenure.onDrop((cause) => roster.forget(holding, cause));
    holding.tenure = tenure;
    observer.acquired(lease, overlay.size());
  }

  /** The log has seen a higher epoch than ours: our marker counts for nothing, so start over above it. */
  async function raise(holding: Holding, above: number): Promise<void> {
    observer.outdone(holding.lease, above);
    const sentAt = momentOf(clock);
    const lease = await leases.raise(ownerId, holding.lease, above, timing.ttlMs);
    if (!roster.has(holding)) return;
    roster.forget(holding, 'outdone by a higher epoch in the log');
    if (lease) adopt(lease, sentAt);
  }

  return adopt;
}

/**
 * Takes a partition that has lost records from everybody, this process first. What was found is kept until the database
 * has it: the log may grow, and hide it.
 */
export async function giveUp({ clock, lengths, observer }: AdoptionDeps, loss: LogLoss): Promise<void> {
  observer.lost(loss);
  for (;;) {
    try {
      return await lengths.note(loss);
    } catch (error) {
      observer.fault(`noting the loss of partition ${loss.partition}`, error);
      await clock.sleep(NOTE_AGAIN_MS);
    }
  }
}

const NOTE_AGAIN_MS = 250;
