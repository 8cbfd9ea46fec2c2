import type { Appender } from '@threadlog/log';
import { createAckedLengths } from './ackedLengths';
import { createLeaseManager, type LeaseManager, type LeaseManagerDeps } from './leaseManager';
import type { OwnedPartition } from './ownedPartition';

export type OwnerDeps = Omit<LeaseManagerDeps, 'acked'>;

/** The partitions this process owns, over all its appenders and epochs. */
export interface Owner {
  readonly name: string;
  ownedPartition(partition: number): OwnedPartition | undefined;
  /** Partitions this instance serves right now. */
  serving(): number[];
  /** Acquires, renews and gives up leases until the signal aborts; then drains and releases them. */
  run(signal: AbortSignal): Promise<void>;
}

/** How soon to look again while there are partitions to be had, or after a fault; milliseconds. */
const HUNGRY_MS = 250;
const PRUNE_EVERY_MS = 250;
const RELEASE_WAIT_MS = 3_000;

export function createOwner(options: OwnerDeps): Owner {
  const deps: LeaseManagerDeps = { ...options, acked: createAckedLengths() };
  let manager: LeaseManager | null = null;

  /** One appender's life: until it fails or the process stops. Then everything is taken anew, with new epochs. */
  async function life(appender: Appender, signal: AbortSignal): Promise<void> {
    const current = createLeaseManager(deps, appender);
    manager = current;
    const ended = new AbortController();
    const either = AbortSignal.any([signal, ended.signal]);
    void appender.failed.then((cause) => {
      current.abandon(`appender failed: ${cause.message}`);
      ended.abort();
    });
    await Promise.all([
      repeat(deps, 'renewing leases', either, async () => {
        await current.round();
        return current.isHungry() ? HUNGRY_MS : deps.timing.renewEveryMs;
      }),
      repeat(deps, 'reading checkpoints', either, async () => {
        await current.prune();
        return PRUNE_EVERY_MS;
      }),
      repeat(deps, 'looking where the log ends', either, async () => {
        await current.measure();
        return deps.timing.renewEveryMs;
      }),
    ]);
    if (signal.aborted) await current.release(RELEASE_WAIT_MS);
    manager = null;
  }

  return {
    name: 'partition-owner',
    ownedPartition: (partition) => manager?.ownedPartition(partition),
    serving: () => (manager?.assignments() ?? []).filter((one) => one.serving).map((one) => one.lease.partition),
    async run(signal) {
      let prepared = false;
      await repeat(deps, 'owning partitions', signal, async () => {
        if (!prepared) await deps.leases.prepare(deps.log.partitions);
        prepared = true;
        const appender = await deps.log.openAppender();
        try {
          await life(appender, signal);
        } finally {
          // What is still on its way after the drain is nobody's any more; waiting for it could take for ever.
          if (appender.pending > 0) appender.abandon(new Error('the partitions were given up'));
          await appender.close();
        }
        return HUNGRY_MS;
      });
      await quietly(deps, 'leaving the list of instances', () => deps.leases.leave(deps.instance.ownerId));
    },
  };
}

/** Repeats a step until the signal aborts; it tells how long to wait. Faults are reported and it is tried again. */
async function repeat(
  deps: LeaseManagerDeps,
  what: string,
  signal: AbortSignal,
  step: () => Promise<number>,
): Promise<void> {
  while (!signal.aborted) {
    let pause = HUNGRY_MS;
    await quietly(deps, what, async () => {
      pause = await step();
    });
    await deps.clock.sleep(pause, signal);
  }
}

async function quietly(deps: LeaseManagerDeps, what: string, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    deps.observer.fault(what, error);
  }
}
