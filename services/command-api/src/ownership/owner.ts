import type { Appender } from '@threadlog/log';
import { createKeeper, type Keeper, type KeeperDeps } from './keeper';
import type { Tenure } from './tenure';

/** The partitions this process owns, over all its appenders and epochs. */
export interface Owner {
  readonly name: string;
  tenureOf(partition: number): Tenure | undefined;
  /** Partitions this instance serves right now. */
  serving(): number[];
  /** Acquires, renews and gives up leases until the signal aborts; then drains and releases them. */
  run(signal: AbortSignal): Promise<void>;
}

/** How soon to look again while there are partitions to be had, or after a fault; milliseconds. */
const HUNGRY_MS = 250;
const PRUNE_EVERY_MS = 250;
const RELEASE_WAIT_MS = 3_000;

export function createOwner(deps: KeeperDeps): Owner {
  let keeper: Keeper | null = null;

  /** Repeats a step; faults of the database or the log are reported and the step is tried again. */
  async function repeat(what: string, step: () => Promise<number>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let pause = HUNGRY_MS;
      try {
        pause = await step();
      } catch (error) {
        deps.observer.fault(what, error);
      }
      await deps.clock.sleep(pause, signal);
    }
  }

  /** One appender's life: until it fails or the process stops. */
  async function life(appender: Appender, signal: AbortSignal): Promise<void> {
    const current = createKeeper(deps, appender);
    keeper = current;
    const ended = new AbortController();
    const end = (): void => ended.abort();
    signal.addEventListener('abort', end, { once: true });
    void appender.failed.then((cause) => {
      current.abandon(`appender failed: ${cause.message}`);
      end();
    });
    const round = async (): Promise<number> => {
      await current.round();
      return current.isHungry() ? HUNGRY_MS : deps.timing.renewEveryMs;
    };
    const prune = async (): Promise<number> => {
      await current.prune();
      return PRUNE_EVERY_MS;
    };
    if (signal.aborted) end();
    await Promise.all([
      repeat('renewing leases', round, ended.signal),
      repeat('reading checkpoints', prune, ended.signal),
    ]);
    signal.removeEventListener('abort', end);
    if (signal.aborted) await current.release(RELEASE_WAIT_MS);
    keeper = null;
  }

  return {
    name: 'partition-owner',
    tenureOf: (partition) => keeper?.tenureOf(partition),
    serving: () => (keeper?.holdings() ?? []).filter((one) => one.serving).map((one) => one.lease.partition),
    async run(signal) {
      await repeatUntilDone(() => deps.leases.prepare(deps.log.partitions), signal);
      while (!signal.aborted) {
        let appender: Appender | null = null;
        try {
          appender = await deps.log.openAppender();
          await life(appender, signal);
        } catch (error) {
          deps.observer.fault('owning partitions', error);
          await deps.clock.sleep(HUNGRY_MS, signal);
        } finally {
          await appender?.close().catch((error: unknown) => deps.observer.fault('closing the appender', error));
        }
      }
      await deps.leases
        .leave(deps.instance.ownerId)
        .catch((error: unknown) => deps.observer.fault('leaving the list of instances', error));
    },
  };

  async function repeatUntilDone(step: () => Promise<void>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        return await step();
      } catch (error) {
        deps.observer.fault('preparing leases', error);
        await deps.clock.sleep(HUNGRY_MS, signal);
      }
    }
  }
}
