/** Something that waits: whose it is, and what it costs to serve, in whatever unit the queue counts. */
export interface Costed {
  readonly tenantId: string;
  readonly cost: number;
}

/** How many things, and what they cost together. */
export interface Load {
  count: number;
  cost: number;
}

/** What waits, in a line for each tenant; within a line first come, first served. */
export interface FairQueue<Item extends Costed> {
  /** Of all lines together. */
  readonly waiting: Readonly<Load>;
  /** Of one tenant's line. */
  waitingOf(tenantId: string): Readonly<Load>;
  add(item: Item): void;
  /** The next in turn, among the tenants that may be served now. */
  take(mayServe: (tenantId: string) => boolean): Item | undefined;
  /** Takes out what does not want to wait any longer; false where it does not wait here. */
  remove(item: Item): boolean;
  /** The last of the line that costs most. */
  lastOfLongest(): Item | undefined;
}

interface Line<Item> extends Load {
  /** From `head` on; nothing is kept of what was served. */
  items: (Item | undefined)[];
  head: number;
  /** What the tenant may still be served of in its turn. */
  credit: number;
}

const NOTHING: Readonly<Load> = { count: 0, cost: 0 };
/** So many that were served are cut off an array at once. */
const COMPACT_AT = 256;

export function grow(load: Load, cost: number): void {
  load.count += 1;
  load.cost += cost;
}

export function shrink(load: Load, cost: number): void {
  load.count -= 1;
  load.cost -= cost;
}

/** Takes out the item at this place, which mostly is the first one or the last one. */
function cut<Item extends Costed>(line: Line<Item>, at: number): Item {
  const { items } = line;
  const item = items[at]!;
  if (at === line.head) {
    items[at] = undefined;
    line.head += 1;
  } else items.splice(at, 1);
  if (line.head >= COMPACT_AT) {
    items.splice(0, line.head);
    line.head = 0;
  }
  shrink(line, item.cost);
  return item;
}

/**
 * Deficit round robin (M. Shreedhar and G. Varghese, 1995): tenants are served in turn, each for `turn` of cost. What a
 * turn did not suffice for is kept for the next one; a line that ends takes its credit with it. So whoever comes waits for
 * at most one turn of each other tenant, and the thing that was begun in it, however much they have waiting.
 */
export function createFairQueue<Item extends Costed>(turn: number): FairQueue<Item> {
  /** In the order of their turns. */
  const lines = new Map<string, Line<Item>>();
  const waiting: Load = { count: 0, cost: 0 };

  function drop(tenantId: string, line: Line<Item>, at: number): Item {
    const item = cut(line, at);
    shrink(waiting, item.cost);
    if (line.count === 0) lines.delete(tenantId);
    return item;
  }

  /** To the end of the order. */
  function pass(tenantId: string, line: Line<Item>): void {
    lines.delete(tenantId);
    lines.set(tenantId, line);
  }

  return {
    waiting,
    waitingOf: (tenantId) => lines.get(tenantId) ?? NOTHING,
    add(item) {
      let line = lines.get(item.tenantId);
      if (!line) lines.set(item.tenantId, (line = { items: [], head: 0, credit: turn, count: 0, cost: 0 }));
      line.items.push(item);
      grow(line, item.cost);
      grow(waiting, item.cost);
    },
    take(mayServe) {
      for (let passed = 0; passed < lines.size;) {
        const [tenantId, line] = lines.entries().next().value!;
        const isServed = mayServe(tenantId);
        if (isServed && line.credit >= line.items[line.head]!.cost) {
          line.credit -= line.items[line.head]!.cost;
          return drop(tenantId, line, line.head);
        }
        pass(tenantId, line);
        if (isServed) line.credit += turn;
        passed = isServed ? 0 : passed + 1;
      }
      return undefined;
    },
    remove(item) {
      const line = lines.get(item.tenantId);
      const at = line ? line.items.indexOf(item, line.head) : -1;
      if (at >= 0) drop(item.tenantId, line!, at);
      return at >= 0;
    },
    lastOfLongest() {
      let longest: Line<Item> | undefined;
      for (const line of lines.values()) if (!longest || line.cost > longest.cost) longest = line;
      return longest?.items.at(-1);
    },
  };
}
