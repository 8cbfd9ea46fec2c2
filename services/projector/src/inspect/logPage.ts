import { setImmediate as turn } from 'node:timers/promises';
import type { TenantId } from '@threadlog/events';
import { maskedRecord, rowOf, type LogRow } from './describe';
import { mergeBack, mergeOn, type LogPlace, type Merged } from './merge';
import { readStretch, type InspectedLog, type JudgedRecord } from './stretch';

/** Which records are listed; all where nothing is said. */
export interface LogSelection {
  partition?: number | undefined;
  tenantId?: TenantId | undefined;
  /** Type of its event. */
  type?: string | undefined;
  /** Stands in what is shown of it, as it is written; text that people wrote is not looked through. */
  text?: string | undefined;
}

/** From where on it is read: back from a place or the newest record, or on from a place. */
export type LogStart = { before: LogPlace | null } | { after: LogPlace };

export interface LogPage {
  /** The newest first. */
  rows: LogRow[];
  /** Where older records are; null where there are none. */
  older: LogPlace | null;
  /** Where newer ones are, or will be. */
  newer: LogPlace;
  /** Whether there are newer ones already. */
  more: boolean;
  /** Records that were looked at. */
  looked: number;
}

/** Records of all partitions that are read at once. */
const AT_ONCE = 2_000;
/** Records looked at for one page, where few are wanted; a page may be empty, and others behind it not. */
const MOST_LOOKED_AT = 20_000;
/** A page is full with so many rows; it has at most what was read at once more. */
const FULL = 500;
/** Records decoded in one go: others of the process have their turn in between. */
const IN_ONE_GO = 100;

/**
 * A page of the log, from the newest record back or from a place on: bounded in what is read, held and shown. No index: what
 * few records are is found by looking at all.
 */
export async function logPage(log: InspectedLog, selection: LogSelection, start: LogStart): Promise<LogPage> {
  const partitions = selection.partition === undefined ? [...Array(log.partitions).keys()] : [selection.partition];
  const bounds = await boundsOf(log, partitions);
  return 'after' in start
    ? pageOn(log, selection, bounds, start.after)
    : pageBack(log, selection, bounds, start.before);
}

interface Bounds {
  tails: LogPlace;
  heads: LogPlace;
}

async function boundsOf(log: InspectedLog, partitions: readonly number[]): Promise<Bounds> {
  const of = async (which: 'tail' | 'head') =>
    new Map(await Promise.all(partitions.map(async (one) => [one, await log[which](one)] as const)));
  const [tails, heads] = await Promise.all([of('tail'), of('head')]);
  return { tails, heads };
}

async function pageBack(log: InspectedLog, selection: LogSelection, { tails, heads }: Bounds, before: LogPlace | null) {
  const newer = new Map([...heads].map(([one, head]) => [one, Math.min(before?.get(one) ?? head, head)]));
  const page: LogPage = { rows: [], older: newer, newer, more: before !== null, looked: 0 };
  while (page.older && page.rows.length < FULL && page.looked < MOST_LOOKED_AT) {
    const each = Math.ceil(AT_ONCE / newer.size);
    const wanted = [...page.older].map(([partition, to]) => ({
      ...{ partition, to },
      from: Math.max(tails.get(partition)!, to - each),
    }));
    const merged = mergeBack(await Promise.all(wanted.map((one) => readStretch(log, one, 'last'))), tails);
    page.rows.push(...(await rowsOf(merged, selection)));
    page.looked += merged.records.length;
    page.older = [...merged.place].some(([one, offset]) => offset > tails.get(one)!) ? merged.place : null;
  }
  return page;
}

async function pageOn(log: InspectedLog, selection: LogSelection, { tails, heads }: Bounds, after: LogPlace) {
  const begin = new Map([...heads].map(([one, head]) => [one, Math.min(after.get(one) ?? head, head)]));
  const rows: LogRow[] = [];
  let [place, looked, more]: [LogPlace, number, boolean] = [begin, 0, true];
  while (more && rows.length < FULL && looked < MOST_LOOKED_AT) {
    const each = Math.ceil(AT_ONCE / begin.size);
    const wanted = [...place].map(([partition, at]) => {
      const from = Math.max(at, tails.get(partition)!);
      return { partition, from, to: Math.min(heads.get(partition)!, from + each) };
    });
    const merged = mergeOn(await Promise.all(wanted.map((one) => readStretch(log, one, 'first'))), heads);
    rows.push(...(await rowsOf(merged, selection)));
    looked += merged.records.length;
    place = merged.place;
    more = [...place].some(([one, offset]) => offset < heads.get(one)!);
  }
  const older = [...begin].some(([one, offset]) => offset > tails.get(one)!) ? begin : null;
  return { rows: rows.reverse(), older, newer: place, more, looked };
}

async function rowsOf({ records }: Merged, selection: LogSelection): Promise<LogRow[]> {
  const rows: LogRow[] = [];
  for (const [index, judged] of records.entries()) {
    if (index % IN_ONE_GO === IN_ONE_GO - 1) await turn();
    const row = wantedRow(judged, selection);
    if (row) rows.push(row);
  }
  return rows;
}

function wantedRow(judged: JudgedRecord, { tenantId, type, text }: LogSelection): LogRow | null {
  // Before anything is decoded: most records are somebody else's.
  if (tenantId !== undefined && !judged.record.key.startsWith(`${tenantId}/`)) return null;
  const row = rowOf(judged);
  const anothers = tenantId !== undefined && row.tenant !== null && row.tenant !== tenantId;
  if (anothers || (type !== undefined && row.type !== type)) return null;
  return text === undefined || isIn(text, judged) ? row : null;
}

function isIn(text: string, judged: JudgedRecord): boolean {
  const { data, ...rest } = maskedRecord(judged);
  return [JSON.stringify(rest), data ?? ''].some((shown) => shown.includes(text));
}
