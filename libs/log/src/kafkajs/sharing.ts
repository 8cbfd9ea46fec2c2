import type { SharedFetch } from './sharedFetch';

/** One use of what is shared; released once, however often that is asked. */
export interface Share {
  readonly shared: SharedFetch;
  /** Resolves when what nobody uses any more has stopped. */
  release(): Promise<void>;
}

/** Makes the shared fetch for its first user and stops it after its last. */
export function createSharing(make: () => SharedFetch): () => Share {
  let current: { shared: SharedFetch; users: number } | null = null;
  return () => {
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
  };
}
