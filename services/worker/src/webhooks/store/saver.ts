import { setTimeout as delay } from 'node:timers/promises';
import { inTransaction, type Database } from '@threadlog/read-models';
import type { Watermark } from '../watermark';
import { insertLate, purgeOutlets, type LateDelivery, type Noted } from './deliveries';
import { dropReaders, storePositions, type Standing } from './positions';

/**
 * Writes what was not taken and how far readers are, together: a position never stands behind a delivery that is neither
 * taken nor noted. What a kill takes away is delivered once more.
 */
export interface Saver {
  /** `stored` is called once the delivery is in the store. */
  note(outlet: string, delivery: LateDelivery, stored: () => void): void;
  /** From now on the position of this reader is kept. */
  keep(reader: string, watermark: Watermark): void;
  /** The reader has ended: its position goes. */
  drop(reader: string): void;
  /** Nothing of this outlet is told any more: its position and what waits go. */
  forget(outlet: string): void;
  /** Resolves when everything that was noted until now is stored. */
  save(): Promise<void>;
  /** Saves what there is, again and again, and at last once more. Rejects when it cannot. */
  run(signal: AbortSignal): Promise<void>;
}

/** What was noted may be looked after so soon. */
const NOTE_EVERY_MS = 50;
/** Positions move with every batch: what is read again after a kill costs little. */
const POSITION_EVERY_MS = 250;

interface Pending extends Noted {
  stored(): void;
}

export function createSaver(database: Database): Saver {
  const readers = new Map<string, Watermark>();
  const saved = new Map<string, number>();
  const ended = new Set<string>();
  const forgotten = new Set<string>();
  let pending: Pending[] = [];
  let positionsAt = -Infinity;
  let saving = Promise.resolve();

  function moved(): Standing[] {
    return [...readers].flatMap(([reader, watermark]) =>
      watermark.partitions().flatMap((partition) => {
        const at = watermark.settled(partition);
        return saved.get(`${partition} ${reader}`) === at.offset ? [] : [{ reader, partition, at }];
      }),
    );
  }

  /** Positions are looked at in the same turn in which the notes are taken: what they stand behind is among those. */
  async function write(): Promise<void> {
    const [notes, standing] = [pending, moved()];
    const [dropped, purged] = [[...ended, ...forgotten], [...forgotten]];
    pending = [];
    positionsAt = performance.now();
    if (notes.length + standing.length + dropped.length === 0) return;
    for (const set of [ended, forgotten]) set.clear();
    await writeAll(database, { notes, standing, dropped, purged });
    for (const { reader, partition, at } of standing) saved.set(`${partition} ${reader}`, at.offset);
    for (const { stored } of notes) stored();
  }

  const save = (): Promise<void> => (saving = saving.then(write));
  const isTime = (): boolean =>
    pending.length + ended.size + forgotten.size > 0 || performance.now() - positionsAt >= POSITION_EVERY_MS;

  function drop(reader: string): void {
    readers.delete(reader);
    for (const key of saved.keys()) if (key.endsWith(` ${reader}`)) saved.delete(key);
    ended.add(reader);
  }

  return {
    note: (outlet, delivery, stored) => void pending.push({ outlet, delivery, stored }),
    keep(reader, watermark) {
      ended.delete(reader);
      readers.set(reader, watermark);
    },
    drop,
    forget(outlet) {
      drop(outlet);
      forgotten.add(outlet);
      pending = pending.filter((note) => note.outlet !== outlet);
    },
    save,
    async run(signal) {
      while (!signal.aborted) {
        if (isTime()) await save();
        await delay(NOTE_EVERY_MS, undefined, { signal }).catch(() => undefined);
      }
      await save();
    },
  };
}

interface Unsaved {
  notes: readonly Noted[];
  standing: readonly Standing[];
  dropped: readonly string[];
  purged: readonly string[];
}

function writeAll(database: Database, { notes, standing, dropped, purged }: Unsaved): Promise<void> {
  return inTransaction(database, async (client) => {
    if (notes.length > 0) await insertLate(client, notes);
    await storePositions(client, standing);
    if (dropped.length > 0) await dropReaders(client, dropped);
    if (purged.length > 0) await purgeOutlets(client, purged);
  });
}
