import { setTimeout as delay } from 'node:timers/promises';
import type { EventLog, ReadPosition } from '@threadlog/log';
import { dueOf, onlyOf, type Due, type DueDeps } from './due';
import type { Outlet, OwnReading } from './outletPorts';
import type { Saver } from './store/saver';
import { createWatermark, type Mark, type Watermark } from './watermark';

export interface ReadingDeps extends DueDeps {
  log: Pick<EventLog, 'read'>;
  saver: Pick<Saver, 'keep' | 'drop'>;
  /** Whether an outlet may read on, for what waits of it already. */
  mayReadOn(outlet: Outlet): boolean;
}

/** Offsets that are read in one go. */
const MAX_STEP = 500;
/** Deliveries in memory of an outlet that reads for itself, before it reads on. */
const MAX_AHEAD = 64;
/** So near to the live reader an outlet joins it. */
const NEAR = 200;
const LOOK_EVERY_MS = 50;

export function beginReading(
  { saver }: Pick<ReadingDeps, 'saver'>,
  outlet: Outlet,
  start: ReadonlyMap<number, ReadPosition>,
): OwnReading {
  const own: OwnReading = { watermark: createWatermark(start), joining: new Map(), joined: new Set() };
  outlet.own = own;
  saver.keep(outlet.key, own.watermark);
  return own;
}

/** Hands to an outlet what the live reader has for it: where it reads for itself it comes to that by itself. */
export function acceptLive(outlet: Outlet, due: Due, mark: Mark): void {
  const { own } = outlet;
  if (!own || own.joined.has(due.partition)) return outlet.accept(due, mark);
  const held = own.joining.get(due.partition);
  if (!held) return;
  mark.hold();
  held.push({ due, mark });
}

/** An outlet that reads for itself. */
export interface Reader {
  outlet: Outlet;
  own: OwnReading;
}

/** Reads a partition up to an offset. */
async function readStep(deps: ReadingDeps, reader: Reader, { partition, to }: { partition: number; to: number }) {
  const { outlet, own } = reader;
  const { watermark } = own;
  const from = watermark.handedOut(partition);
  if (from.offset >= to) return;
  for await (const { records, next } of deps.log.read(partition, from, to)) {
    const found = await dueOf(deps, records, onlyOf(outlet));
    const mark = watermark.begin(partition, next);
    for (const { due } of found) outlet.accept(due, mark);
    mark.release();
  }
  // Nothing lies there but what is no record: the next step goes on behind it.
  const at = watermark.handedOut(partition);
  if (at.offset < to) watermark.begin(partition, { ...at, offset: to }).release();
}

/**
 * Reads on in every partition that is not at its end yet, a step in each, as fast as what is read is taken. Returns
 * whether there was any.
 */
async function readRound(
  deps: ReadingDeps,
  reader: Reader,
  endOf: (partition: number) => number,
  signal: AbortSignal,
): Promise<boolean> {
  const { outlet, own } = reader;
  let isRead = false;
  for (const partition of own.watermark.partitions()) {
    const at = own.watermark.handedOut(partition).offset;
    const end = endOf(partition);
    if (at >= end) continue;
    // Whoever takes nothing reads nothing: the log keeps it, at no cost.
    while (!signal.aborted && (!deps.mayReadOn(outlet) || outlet.inMemory >= MAX_AHEAD)) await pause(signal);
    if (signal.aborted) return false;
    await readStep(deps, reader, { partition, to: Math.min(at + MAX_STEP, end) });
    isRead = true;
  }
  return isRead;
}

/** Reads until it is near the live reader, and lets that read for it again. */
export async function catchUp(
  deps: ReadingDeps,
  reader: Reader,
  live: Pick<Watermark, 'handedOut'>,
  signal: AbortSignal,
): Promise<void> {
  const { outlet, own } = reader;
  const nearEnd = (partition: number): number => live.handedOut(partition).offset - NEAR;
  while (await readRound(deps, reader, nearEnd, signal));
  while (!signal.aborted && !deps.mayReadOn(outlet)) await pause(signal);
  if (signal.aborted) return;
  await join(deps, reader, live);
  await settled(own.watermark, signal);
  if (signal.aborted) return;
  outlet.own = null;
  deps.saver.drop(outlet.key);
}

/** In one turn: what the live reader hands out from here on is held, and comes behind what is before it. */
async function join(deps: ReadingDeps, reader: Reader, live: Pick<Watermark, 'handedOut'>): Promise<void> {
  const { outlet, own } = reader;
  const ends = own.watermark.partitions().map((partition) => ({ partition, to: live.handedOut(partition).offset }));
  for (const { partition } of ends) own.joining.set(partition, []);
  for (const end of ends) {
    await readStep(deps, reader, end);
    own.joined.add(end.partition);
    for (const { due, mark } of own.joining.get(end.partition)!) {
      outlet.accept(due, mark);
      mark.release();
    }
    own.joining.delete(end.partition);
  }
}

/** Resolves when everything that was handed out was taken or noted. */
async function settled(watermark: Watermark, signal: AbortSignal): Promise<void> {
  const isOpen = (partition: number): boolean =>
    watermark.settled(partition).offset < watermark.handedOut(partition).offset;
  while (!signal.aborted && watermark.partitions().some(isOpen)) await pause(signal);
}

function pause(signal: AbortSignal): Promise<void> {
  return delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
}
