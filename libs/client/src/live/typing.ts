/** Who types, each until it stops or nothing was heard of it for a while. */
export interface Typing {
  readonly users: readonly string[];
  set(userId: string, isTyping: boolean): void;
  clear(): void;
}

/** The server's own limit is 6 seconds; its word may be late. */
const HOLD_MS = 7000;

export function createTyping(changed: () => void): Typing {
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  let users: readonly string[] = [];
  const show = () => {
    users = [...timers.keys()];
    changed();
  };
  const stop = (userId: string) => {
    clearTimeout(timers.get(userId));
    if (timers.delete(userId)) show();
  };
  return {
    get users() {
      return users;
    },
    set(userId, isTyping) {
      if (!isTyping) return stop(userId);
      const known = timers.has(userId);
      clearTimeout(timers.get(userId));
      timers.set(
        userId,
        setTimeout(() => stop(userId), HOLD_MS),
      );
      if (!known) show();
    },
    clear() {
      for (const timer of timers.values()) clearTimeout(timer);
      if (timers.size === 0) return;
      timers.clear();
      show();
    },
  };
}
