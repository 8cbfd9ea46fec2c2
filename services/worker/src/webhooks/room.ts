/** What is held in memory until it is taken or noted, all endpoints together. */
export interface Room {
  take(bytes: number): void;
  give(bytes: number): void;
  /** Resolves when there is some, or the signal aborts. */
  some(signal: AbortSignal): Promise<void>;
}

/** Beyond it the log is read no further, until something was taken or noted: a second at most. */
const MAX_HELD_BYTES = 33_554_432;

export function createRoom(most = MAX_HELD_BYTES): Room {
  let held = 0;
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  return {
    take: (bytes) => void (held += bytes),
    give(bytes) {
      held -= bytes;
      if (held < most) wake();
    },
    async some(signal) {
      while (held >= most && !signal.aborted)
        await new Promise<void>((resolve) => {
          waiting.add(resolve);
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
    },
  };
}
