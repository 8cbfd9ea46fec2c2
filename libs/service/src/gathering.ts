export interface GatheringOptions<TItem> {
  /** Groups of a key under way at a time: with one, an item that just missed it waits for nearly two. */
  atOnce: number;
  /** Sees to all of the items, which have the same key. Must not reject. */
  handle(group: readonly TItem[], key: string): Promise<void>;
}

/**
 * Gathers what comes one by one into groups by key: items of the same turn of the event loop go together, and so do those
 * that come while `atOnce` groups of their key are under way. So a busy database is asked fewer and larger questions, and
 * one that is not need not wait. No key waits for another.
 */
export function createGathering<TItem>({ atOnce, handle }: GatheringOptions<TItem>) {
  interface Waiting {
    items: TItem[];
    working: number;
    starting: boolean;
  }
  const keys = new Map<string, Waiting>();

  async function work(key: string, waiting: Waiting): Promise<void> {
    waiting.starting = false;
    waiting.working += 1;
    while (waiting.items.length > 0) await handle(waiting.items.splice(0), key);
    waiting.working -= 1;
    if (waiting.working === 0 && !waiting.starting) keys.delete(key);
  }

  return (item: TItem, key = ''): void => {
    let waiting = keys.get(key);
    if (!waiting) keys.set(key, (waiting = { items: [], working: 0, starting: false }));
    waiting.items.push(item);
    if (waiting.starting || waiting.working >= atOnce) return;
    waiting.starting = true;
    setImmediate(() => void work(key, waiting));
  };
}
