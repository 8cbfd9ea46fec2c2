/** A queue that also reads from either end by index; taking from the front is amortised constant. */
export interface Deque<T> {
  readonly length: number;
  push(item: T): void;
  shift(): T | undefined;
  /** Negative indices count from the end. */
  at(index: number): T | undefined;
  /** The last `count` items, oldest first. */
  tail(count: number): T[];
}

const COMPACT_FROM = 64;

export function createDeque<T>(): Deque<T> {
  let items: (T | undefined)[] = [];
  let first = 0;

  return {
    get length() {
      return items.length - first;
    },
    push: (item) => void items.push(item),
    shift() {
      if (first === items.length) return undefined;
      const item = items[first];
      items[first++] = undefined;
      if (first >= COMPACT_FROM && first * 2 >= items.length) {
        items = items.slice(first);
        first = 0;
      }
      return item;
    },
    at: (index) => (index < 0 ? (items.length + index >= first ? items.at(index) : undefined) : items[first + index]),
    tail: (count) => items.slice(Math.max(first, items.length - count)) as T[],
  };
}
