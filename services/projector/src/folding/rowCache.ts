import type { Projection } from '@threadlog/read-models';

/** Rows as the lane last wrote or read them; null stands for "there is none", undefined for "not known". */
export interface RowCache {
  get(projection: Projection<object>, name: string): object | null | undefined;
  set(projection: Projection<object>, name: string, row: object | null): void;
  clear(): void;
}

/**
 * Remembers the rows of the streams a lane met last, so that the next event of a busy thread costs no read. Bounded by
 * two halves: when the young one is full it becomes the old one, and what was not used since is forgotten.
 *
 * Why a remembered row is the stored row: all rows of a partition are written by statements that also move the
 * partition's checkpoint from exactly the offset and revision that the lane knows, and nothing moves the checkpoint back
 * to a value it had. So as long as the lane's own statements succeed, nobody else has written. The first one that does
 * not succeed, for whatever reason, makes the lane clear this cache and read the checkpoint again.
 */
export function createRowCache(maxRows: number): RowCache {
  type Rows = Map<Projection<object>, Map<string, object | null>>;
  let young: Rows = new Map();
  let old: Rows = new Map();
  let size = 0;

  function put(projection: Projection<object>, name: string, row: object | null): void {
    if (size >= maxRows / 2) {
      old = young;
      young = new Map();
      size = 0;
    }
    let rows = young.get(projection);
    if (!rows) young.set(projection, (rows = new Map()));
    if (!rows.has(name)) size += 1;
    rows.set(name, row);
  }

  return {
    get(projection, name) {
      const row = young.get(projection)?.get(name);
      if (row !== undefined) return row;
      const older = old.get(projection)?.get(name);
      if (older !== undefined) put(projection, name, older);
      return older;
    },
    set: put,
    clear() {
      young = new Map();
      old = new Map();
      size = 0;
    },
  };
}
