import type { Appender } from '@threadlog/log';
import { until } from '@threadlog/service';
import { createAckedLengths } from './ackedLengths';
import { createHeldPartitions } from './heldPartitions';
import { createLeaseManager, type LeaseManagerDeps } from './leaseManager';
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

/** How soon to look again: for checkpoints, while there are partitions to be had, and after a fault; milliseconds. */
const LOOK_AGAIN_MS = 250;
const RELEASE_WAIT_MS = 3_000;

export function createOwner(options: OwnerDeps): Owner {
  const deps: LeaseManagerDeps = { ...options, acked: createAckedLengths() };
  const held = createHeldPartitions(deps.observer);

  /** Takes turns until the signal aborts. What fails is told, and tried again soon. */
  const repeat = (what: string, signal: AbortSignal, turn: () => Promise<number | void>): Promise<void> => {
    const onFault = (error: unknown): void => deps.observer.fault(what, error);
    return until(signal, turn, { everyMs: LOOK_AGAIN_MS, onFault, sleep: deps.clock.sleep });
  };

  /** The last steps are not tried again: the process ends. */
  const finish = (what: string, step: Promise<void>): Promise<void> =>
    step.catch((error: unknown) => deps.observer.fault(what, error));

  /** One appender's life: until it fails or the process stops. After a failure all partitions are taken again, with new epochs. */
  async function life(appender: Appender, signal: AbortSignal): Promise<void> {
    const current = createLeaseManager(deps, held, appender);
    const ended = new AbortController();
    const either = AbortSignal.any([signal, ended.signal]);
    void appender.failed.then((cause) => {
      current.abandon(`appender failed: ${cause.message}`);
      ended.abort();
    });
    await Promise.all([
      repeat('renewing leases', either, async () => {
        await current.round();
        return current.isHungry() ? LOOK_AGAIN_MS : deps.timing.renewEveryMs;
      }),
      repeat('reading checkpoints', either, () => current.prune()),
      repeat('looking where the log ends', either, async () => {
        await current.measure();
        return deps.timing.renewEveryMs;
      }),
    ]);
    if (signal.aborted) await finish('giving leases back', current.release(RELEASE_WAIT_MS));
  }

  return {
    name: 'partition-owner',
    ownedPartition: held.ownedPartition,
    serving: () => held.all().flatMap(({ lease, owned }) => (owned?.isServing() ? [lease.partition] : [])),
    async run(signal) {
      let prepared = false;
      await repeat('owning partitions', signal, async () => {
        if (!prepared) await deps.leases.prepare(deps.log.partitions);
        prepared = true;
        const appender = await deps.log.openAppender();
        try {
          await life(appender, signal);
        } finally {
          // Nothing waits any more for what is in flight after the drain, and that could take for ever.
          if (appender.pending > 0) appender.abandon(new Error('the partitions were given up'));
          await appender.close();
        }
      });
      await finish('leaving the list of instances', deps.leases.leave(deps.instance.ownerId));
    },
  };
}
