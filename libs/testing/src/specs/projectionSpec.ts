import assert from 'node:assert/strict';

/** A projection reduced to what a specification needs: deliver events, dump what it made of them in a fixed order. */
export interface ProjectionUnderTest<Delivered> {
  deliver(events: readonly Delivered[]): void | Promise<void>;
  dump(): unknown;
  close?(): void | Promise<void>;
}

/**
 * Given these events, then this read model. Every history is projected three ways: event by event with each delivered
 * twice, in one batch that is then replayed from the start, and rebuilt plainly. All three must agree, since delivery
 * is at least once and a rebuild must equal what grew.
 */
export function projectionSpec<Delivered>(
  open: () => ProjectionUnderTest<Delivered> | Promise<ProjectionUnderTest<Delivered>>,
) {
  return (...history: Delivered[]) => ({
    async then(expected: unknown): Promise<void> {
      const rebuilt = await project(open, [history]);
      assert.deepEqual(rebuilt, expected);
      const stuttered = await project(
        open,
        history.flatMap((event) => [[event], [event]]),
      );
      assert.deepEqual(stuttered, rebuilt, 'an event delivered twice changed the outcome');
      const replayed = await project(open, [history, history]);
      assert.deepEqual(replayed, rebuilt, 'a replay from the start changed the outcome');
    },
  });
}

async function project<Delivered>(
  open: () => ProjectionUnderTest<Delivered> | Promise<ProjectionUnderTest<Delivered>>,
  batches: readonly (readonly Delivered[])[],
): Promise<unknown> {
  const projection = await open();
  try {
    for (const batch of batches) await projection.deliver(batch);
    return await projection.dump();
  } finally {
    await projection.close?.();
  }
}
