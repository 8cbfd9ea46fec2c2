import type { Appender, EventLog } from '@threadlog/log';
import type { LogLoss } from '@threadlog/read-models';
import { LOST_END, type AckedLengths } from './ackedLengths';
import type { Clock } from '../clock';
import type { ReadModel } from '../streams/ports';
import type { Instance, Lease, LeaseStore, LogLengths, OwnershipObserver } from './ports';
import type { Assignment, HeldPartitions } from './heldPartitions';
import { takeOver } from './takeOver';
import { createOwnedPartition } from './ownedPartition';
import { createLeaseDeadline, momentOf, type LeaseTiming, type Moment } from './leaseDeadline';

export interface AcquireDeps {
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
  steps?: { takeOver: typeof takeOver; createOwnedPartition: typeof createOwnedPartition };
}

/** Takes a lease that was just won to the point where it serves, in the background. `sentAt`: before it was asked for. */
export type AcquirePartition = (lease: Lease, sentAt: Moment) => void;

export function createAcquire(deps: AcquireDeps, held: HeldPartitions, appender: Appender): AcquirePartition {
  const { clock, timing, leases, observer } = deps;
  const { ownerId } = deps.instance;
  const steps = deps.steps ?? { takeOver, createOwnedPartition };

  function acquirePartition(lease: Lease, sentAt: Moment): void {
    const assignment: Assignment = { lease, deadline: createLeaseDeadline(clock, timing, sentAt), owned: null };
    held.add(assignment);
    settleIn(assignment).catch((error: unknown) => {
      observer.fault(`taking over partition ${lease.partition}`, error);
      held.forget(assignment, 'take-over failed');
    });
  }

  async function settleIn(assignment: Assignment): Promise<void> {
    const { lease, deadline } = assignment;
    const outcome = await steps.takeOver({ ...deps, appender, ownerId }, lease);
    if (!held.has(assignment)) return;
    if (outcome.kind === 'outdone') return raise(assignment, outcome.epoch);
    if (outcome.kind === 'lost') {
      await giveUp(deps, outcome.loss);
      return held.forget(assignment, LOST_END);
    }
    if (!deadline.isRunning()) return held.forget(assignment, 'lease ran out during take-over');
    const { overlay, maxEpoch, next } = outcome;
    // Readers refuse the marker, and would refuse all that follows: the broker gave it a time of its own.
    if (maxEpoch < lease.epoch) throw new Error(`epoch ${lease.epoch} is too far ahead of the broker's clock`);
    deps.acked.saw(lease.partition, next);
    const onLost = (loss: LogLoss): void => void giveUp(deps, loss);
    const owned = steps.createOwnedPartition({ ...deps, lease, deadline, overlay, next, onLost, appender });
    owned.onDrop((cause) => held.forget(assignment, cause));
    assignment.owned = owned;
    observer.acquired(lease, overlay.size());
  }

  /** The log has seen a higher epoch than ours: our marker counts for nothing, so start over above it. */
  async function raise(assignment: Assignment, above: number): Promise<void> {
    observer.outdone(assignment.lease, above);
    const sentAt = momentOf(clock);
    const lease = await leases.raise(ownerId, assignment.lease, above, timing.ttlMs);
    if (!held.has(assignment)) return;
    held.forget(assignment, 'outdone by a higher epoch in the log');
    if (lease) acquirePartition(lease, sentAt);
  }

  return acquirePartition;
}

/**
 * Takes a partition that has lost records from everybody, this process first. What was found is kept until the database
 * has it: the log may grow, and hide it.
 */
export async function giveUp({ clock, lengths, observer }: AcquireDeps, loss: LogLoss): Promise<void> {
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
