import type { SharedConsumer } from './sharedConsumer';

/** One use of what is shared; released once, however often that is asked. */
export interface SharedUse {
  readonly shared: SharedConsumer;
  /** Resolves when what nobody uses any more has stopped. */
  release(): Promise<void>;
}

export interface SharedUses {
  begin(): SharedUse;
  /** What is shared now; null while nobody uses it. */
  readonly current: SharedConsumer | null;
}

/** Makes the shared consumer for its first user and stops it after its last. */
export function createSharedUse(make: () => SharedConsumer): SharedUses {
  let current: { shared: SharedConsumer; users: number } | null = null;
  return {
    begin() {
      const used = (current ??= { shared: make(), users: 0 });
      used.users += 1;
      let released: Promise<void> | null = null;
      async function leave(): Promise<void> {
        used.users -= 1;
        if (used.users > 0) return;
        if (current === used) current = null;
        await used.shared.stop();
      }
      return { shared: used.shared, release: () => (released ??= leave()) };
    },
    get current() {
      return current?.shared ?? null;
    },
  };
}
