/** Lets at most `most` tasks run at a time, the others in the order they came. */
export function createLimiter(most: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (task) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await task();
    } finally {
      // The place goes to the next one without being given up in between.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
