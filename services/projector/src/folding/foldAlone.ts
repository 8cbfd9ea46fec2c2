import type { LogRecord } from '@threadlog/log';
import type { Table } from '@threadlog/read-models';
import { createRegistry } from '../projections/registry';
import { decodeRecord } from './decodeRecord';
import { foldEntries, planEntries } from './foldEntries';
import { createRowCache } from './rowCache';
import { createRowSet } from './rowSet';

/** What records came to by themselves. */
export interface FoldedAlone {
  /** Rows of a table, in no order. */
  rows<Row extends object>(table: Table<Row>): Row[];
  /** Records that could not be folded, and why. Nothing of them is in the rows. */
  passedOver: { offset: number; reason: string }[];
}

export interface LoneFold extends FoldedAlone {
  /** Folds the next record. */
  add(record: LogRecord): void;
}

/**
 * Folds records of one partition, from the first of their streams on, with the projections that serve, and without a
 * database: what the tables had for these streams when these were the last records. Rows of other streams that they touch
 * hold what these records alone make of them.
 */
export function createLoneFold(partition: number): LoneFold {
  const { all } = createRegistry('postgres');
  const rows = createRowSet(createRowCache(0));
  const context = { projections: all, partition, parked: new Set<string>(), discarded: new Set<number>() };
  const passedOver: FoldedAlone['passedOver'] = [];
  return {
    passedOver,
    add(record) {
      const { unprocessable } = foldEntries(planEntries([decodeRecord(record)], context), rows, context);
      if (unprocessable) passedOver.push({ offset: record.offset, reason: unprocessable.reason });
    },
    rows<Row extends object>(table: Table<Row>) {
      const projection = all.find((one) => one.table.name === table.name);
      const changed = projection && rows.changes().get(projection);
      return [...(changed?.values() ?? [])] as Row[];
    },
  };
}
