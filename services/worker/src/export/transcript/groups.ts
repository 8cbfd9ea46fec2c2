/** A walk that can be looked into and taken from piece by piece. */
export interface Walk<Item> {
  /** The next ones for which the condition holds, at most so many. Take them all before asking for more. */
  takeWhile(condition: (item: Item) => boolean, limit?: number): AsyncIterable<Item>;
  /** Ends the source. */
  close(): Promise<void>;
}

export function createWalk<Item>(source: AsyncIterable<Item>): Walk<Item> {
  const iterator = source[Symbol.asyncIterator]();
  let next: IteratorResult<Item> | undefined;
  return {
    async *takeWhile(condition, limit = Infinity) {
      for (let taken = 0; taken < limit; taken += 1) {
        next ??= await iterator.next();
        if (next.done || !condition(next.value)) return;
        const { value } = next;
        next = undefined;
        yield value;
      }
    },
    close: async () => void (await iterator.return?.()),
  };
}
