export interface Timers {
  set(name: string, ms: number, call: () => void): void;
  clear(name: string): void;
  clearAll(): void;
}

/** Timers by name; one of a name at a time. */
export function createTimers(): Timers {
  const running = new Map<string, ReturnType<typeof setTimeout>>();
  const clear = (name: string) => {
    clearTimeout(running.get(name));
    running.delete(name);
  };
  return {
    set(name: string, ms: number, call: () => void) {
      clear(name);
      running.set(
        name,
        setTimeout(() => {
          running.delete(name);
          call();
        }, ms),
      );
    },
    clear,
    clearAll: () => [...running.keys()].forEach(clear),
  };
}
