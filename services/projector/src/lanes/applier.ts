import type { ReadPosition } from '@threadlog/log';
import {
  readDiscarded,
  readParkedKeys,
  type Checkpoint,
  type Database,
  type MessageStore,
} from '@threadlog/read-models';
import type { Entry } from '../folding/decodeRecord';
import type { FoldOutcome, Unprocessable } from '../folding/foldEntries';
import { foldInTurns, planInTurns } from '../folding/inTurns';
import { lossOf, type Loss } from '../folding/losses';
import { createRowCache, type RowCache } from '../folding/rowCache';
import { createRowSet, type RowSet } from '../folding/rowSet';
import type { Registry } from '../projections/registry';
import { setAside } from '../quarantine/setAside';
import type { Commit } from '../storage/committer';
import { loadRows } from '../storage/loadRows';
import { undoStored } from '../storage/undoStored';
import { writeStored } from '../storage/writeStored';
import { isPermanent } from '../storage/errors';
import type { LaneObserver } from './observer';
import { positionBefore } from './positions';

export interface ApplierDeps {
  database: Database;
  generation: number;
  partition: number;
  registry: Registry;
  store: MessageStore;
  observer: LaneObserver;
  commit: Commit;
}

/** Turns entries into rows and a moved checkpoint, and knows where the checkpoint stands. */
export interface Applier {
  /** Null after a failure: whoever goes on must ask the database first. */
  checkpoint(): Checkpoint | null;
  startFrom(checkpoint: Checkpoint): Promise<Checkpoint>;
  forget(): void;
  /**
   * Applies entries and moves the checkpoint to `to`. False when the checkpoint was found elsewhere. Throws transient
   * faults of the stores alone; then nothing is half applied, and the applier must `startFrom` a checkpoint.
   */
  apply(entries: readonly Entry[], to: ReadPosition): Promise<boolean>;
}

const REMEMBERED_ROWS = 20_000;

/** What the lane knows. True as long as its own statements succeed: see `createRowCache`. */
interface LaneState {
  checkpoint: Checkpoint | null;
  parked: Set<string>;
  discarded: Set<number>;
  cache: RowCache;
}
type Applying = ApplierDeps & { state: LaneState };

export function createApplier(deps: ApplierDeps): Applier {
  const { database, generation, partition, observer } = deps;
  const cache = createRowCache(REMEMBERED_ROWS);
  const state: LaneState = { checkpoint: null, parked: new Set(), discarded: new Set(), cache };
  return {
    checkpoint: () => state.checkpoint,
    async startFrom(found) {
      state.parked = await readParkedKeys(database, generation, partition);
      state.discarded = await readDiscarded(database, partition);
      state.checkpoint = found;
      return found;
    },
    forget: () => void forget(state),
    async apply(entries, to) {
      const begun = performance.now();
      const done = await applyHalves(entries, to, { ...deps, state });
      if (!done) return false;
      const events = entries.filter((entry) => entry.kind === 'event');
      const unknown = events.filter((entry) => !entry.known).length;
      const seconds = (performance.now() - begun) / 1_000;
      observer.applied({ generation, partition }, { events: events.length, unknown, seconds });
      const mended = events.filter((entry) => entry.mended).map(({ record }) => record);
      if (mended.length > 0) observer.mended({ generation, partition }, mended);
      return true;
    },
  };
}

function forget(state: LaneState): false {
  state.checkpoint = null;
  state.cache.clear();
  return false;
}

/** Applies entries; when the database refuses rows for what is in them, finds the one event they came from. */
async function applyHalves(entries: readonly Entry[], to: ReadPosition, applying: Applying): Promise<boolean> {
  try {
    return await applyAll(entries, to, applying);
  } catch (error) {
    const { checkpoint } = applying.state;
    if (!isPermanent(error)) throw error;
    if (!checkpoint) return forget(applying.state);
    const remaining = entries.filter((entry) => entry.record.offset >= checkpoint.nextOffset);
    const [suspect] = remaining;
    if (!suspect) throw error;
    if (remaining.length === 1) {
      const remedy = applying.state.parked.has(suspect.record.key) ? 'wait' : 'park';
      const reason = `refused by the store: ${(error as Error).message}`;
      return park(suspect, { remedy, reason }, { behind: to, applying });
    }
    const middle = remaining.length >> 1;
    const cut = positionBefore(remaining, middle, checkpoint.maxEpoch);
    const firstHalf = await applyHalves(remaining.slice(0, middle), cut, applying);
    return firstHalf && applyHalves(remaining.slice(middle), to, applying);
  }
}

/** Applies entries up to the first entry that cannot be applied, deals with it, and goes on behind it. */
async function applyAll(entries: readonly Entry[], to: ReadPosition, applying: Applying): Promise<boolean> {
  const { maxEpoch } = applying.state.checkpoint!;
  const { rows, outcome } = await fold(entries, applying);
  const { unprocessable } = outcome;
  const cut = unprocessable ? positionBefore(entries, unprocessable.index, maxEpoch) : to;
  if (!(await commit(rows, outcome, { to: cut, applying }))) return forget(applying.state);
  if (!unprocessable) return true;
  const rest = entries.slice(unprocessable.index + 1);
  const behind = rest.length > 0 ? positionBefore(entries, unprocessable.index + 1, maxEpoch) : to;
  if (!(await park(entries[unprocessable.index]!, unprocessable, { behind, applying }))) return false;
  return rest.length === 0 || applyHalves(rest, to, applying);
}

async function fold(
  entries: readonly Entry[],
  { state, ...deps }: Applying,
): Promise<{ rows: RowSet; outcome: FoldOutcome }> {
  const { registry, partition } = deps;
  const context = { projections: registry.all, partition, parked: state.parked, discarded: state.discarded };
  const rows = createRowSet(state.cache);
  const planned = await planInTurns(entries, context);
  await loadRows(planned, rows, { ...deps, stored: registry.stored });
  return { rows, outcome: await foldInTurns(planned, { rows, context }) };
}

/** The message store first, so that it may be ahead of the checkpoint, never behind. */
async function commit(
  rows: RowSet,
  { quarantined }: FoldOutcome,
  { to, applying }: { to: ReadPosition; applying: Applying },
): Promise<boolean> {
  const { state, generation, registry, store, observer } = applying;
  const from = state.checkpoint!;
  if (to.offset === from.nextOffset) return true;
  const changes = rows.changes();
  const write = { generation, from, to, relational: registry.relational, changes, quarantined };
  try {
    await writeStored(store, registry, changes);
    if (!(await applying.commit(write))) return false;
  } catch (error) {
    if (isPermanent(error)) state.checkpoint = await undoStored(rows, { ...applying, from });
    throw error;
  }
  rows.remember();
  move(state, to);
  if (quarantined.length > 0) observer.quarantined({ generation, partition: from.partition }, quarantined);
  return true;
}

/** Sets an entry aside that cannot be applied, waits, or was discarded. The lane goes on behind it in any case. */
async function park(
  entry: Entry,
  { remedy, reason }: Pick<Unprocessable, 'remedy' | 'reason'>,
  { behind, applying }: { behind: ReadPosition; applying: Applying },
): Promise<boolean> {
  const { state, generation, partition, observer } = applying;
  const lane = { generation, partition };
  const quarantined = { entry, reason };
  const given = { generation, from: state.checkpoint!, to: behind, quarantined, remedy };
  const loss = await withLoss(lossOf(entry), (taken) => setAside(applying, { ...given, loss: taken }));
  if (!loss) return forget(state);
  // Rows have changed under the cache; those of streams that wait are not looked at.
  if (remedy !== 'wait') state.cache.clear();
  move(state, behind);
  if (remedy === 'discard') {
    observer.discarded(lane, quarantined);
    return true;
  }
  state.parked.add(entry.record.key);
  observer.quarantined(lane, [quarantined]);
  if (remedy === 'park' || loss.closes) observer.parked(lane, quarantined, loss.closes);
  return true;
}

/** Does it with the loss, or, where the store refuses what is to be taken, with the thread closed. Null if it was not done. */
async function withLoss(loss: Loss, work: (loss: Loss) => Promise<boolean>): Promise<Loss | null> {
  try {
    return (await work(loss)) ? loss : null;
  } catch (error) {
    if (!isPermanent(error) || loss.takings.length === 0) throw error;
    const closed = { takings: [], closes: true };
    return (await work(closed)) ? closed : null;
  }
}

function move(state: LaneState, to: ReadPosition): void {
  const { checkpoint } = state;
  state.checkpoint = {
    ...checkpoint!,
    nextOffset: to.offset,
    maxEpoch: Math.max(checkpoint!.maxEpoch, to.maxEpoch),
  };
}
