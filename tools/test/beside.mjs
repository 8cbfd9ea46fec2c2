// Runs steps of a plan beside each other.

/**
 * Begins steps in their order, so many at a time, and waits for all. Those with `needs` wait for the first one, which makes it.
 * @returns their results, in their order.
 */
export async function runBeside(steps, atATime, run) {
  const results = [];
  const waiting = steps.entries();
  let first;
  const work = async () => {
    for (const [at, step] of waiting) {
      if (step.needs) await first;
      const running = run(step);
      first ??= running;
      results[at] = await running;
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  return results;
}
