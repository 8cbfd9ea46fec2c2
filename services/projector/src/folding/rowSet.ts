import type { Projection } from '@threadlog/read-models';
import type { RowCache } from './rowCache';

type Rows = Map<Projection<object>, Map<string, object>>;

/** The rows of one batch: what was remembered or loaded, and on top of it what the batch changed. */
export interface RowSet {
  /** Undefined where nobody has looked yet. */
  get(projection: Projection<object>, name: string): object | null | undefined;
  /** The row before the batch; undefined where nobody has looked, as for one that the batch begins. */
  before(projection: Projection<object>, name: string): object | null | undefined;
  loaded(projection: Projection<object>, name: string, row: object | null): void;
  change(projection: Projection<object>, name: string, row: object): void;
  /** The changed rows, one a key. */
  changes(): ReadonlyMap<Projection<object>, ReadonlyMap<string, object>>;
  /** Hands what was learned and written to the cache; only once it is committed. */
  remember(): void;
}

export function createRowSet(cache: RowCache): RowSet {
  const changed: Rows = new Map();
  const loaded = new Map<Projection<object>, Map<string, object | null>>();
  const lookedUp = (projection: Projection<object>, name: string): object | null | undefined => {
    const row = loaded.get(projection)?.get(name);
    return row === undefined ? cache.get(projection, name) : row;
  };
  return {
    get: (projection, name) => changed.get(projection)?.get(name) ?? lookedUp(projection, name),
    before: lookedUp,
    loaded: (projection, name, row) => void rowsOf(loaded, projection).set(name, row),
    change: (projection, name, row) => void rowsOf(changed, projection).set(name, row),
    changes: () => changed,
    remember() {
      for (const source of [loaded, changed]) {
        for (const [projection, rows] of source) {
          if (!projection.remembered) continue;
          for (const [name, row] of rows) cache.set(projection, name, row);
        }
      }
    },
  };
}

function rowsOf<Row>(all: Map<Projection<object>, Map<string, Row>>, projection: Projection<object>): Map<string, Row> {
  let rows = all.get(projection);
  if (!rows) all.set(projection, (rows = new Map()));
  return rows;
}
