/** What React's `useSyncExternalStore` wants, and any other user interface can use. */
export interface Store<Snapshot> {
  /** The listener is called after changes, never during this call. Returns how to stop. */
  subscribe(listener: () => void): () => void;
  /** Immutable, and the same object until something changes. */
  getSnapshot(): Snapshot;
}

export interface StoreDeps<Snapshot> {
  build(): Snapshot;
  /** The first listener came. */
  onActive?(): void;
  /** The last one went. */
  onIdle?(): void;
  /** A listener threw: others are told all the same. */
  report(error: unknown): void;
}

export interface OwnStore<Snapshot> extends Store<Snapshot> {
  /** Something that the snapshot shows is different; listeners are told once for all changes of a turn. */
  changed(): void;
  readonly active: boolean;
}

export function createStore<Snapshot>({ build, onActive, onIdle, report }: StoreDeps<Snapshot>): OwnStore<Snapshot> {
  const listeners = new Set<{ call: () => void }>();
  let snapshot: { of: Snapshot } | null = null;
  let scheduled = false;

  function tell(): void {
    scheduled = false;
    // A copy: listeners come and go in these calls. One that went must not be called any more.
    for (const listener of [...listeners]) {
      if (!listeners.has(listener)) continue;
      try {
        listener.call();
      } catch (error) {
        report(error);
      }
    }
  }

  return {
    subscribe(call) {
      const listener = { call };
      listeners.add(listener);
      if (listeners.size === 1) onActive?.();
      return () => {
        if (listeners.delete(listener) && listeners.size === 0) onIdle?.();
      };
    },
    getSnapshot: () => (snapshot ??= { of: build() }).of,
    changed() {
      snapshot = null;
      if (scheduled || listeners.size === 0) return;
      scheduled = true;
      queueMicrotask(tell);
    },
    get active() {
      return listeners.size > 0;
    },
  };
}
