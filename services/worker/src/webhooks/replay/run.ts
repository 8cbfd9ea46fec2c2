import type { EventLog, LogRecord } from '@threadlog/log';
import type { Database } from '@threadlog/read-models';
import { pause } from '@threadlog/service';
import { advanceReplay, noteTrouble, placesOf, type Replay, type ReplayPlace } from './store';
import { recordsFor, tellStretch, type StepDeps, type Stretch, type Untaken } from './step';

/** What is kept in memory of a replay between two turns of it: what of a stretch was told already. */
export interface ReplayMemory {
  stretch: (Stretch & { partition: number; from: number; place: ReplayPlace['next'] }) | null;
}

export interface RunDeps extends StepDeps {
  database: Database;
  log: Pick<EventLog, 'read'>;
}

/** How a turn of a replay ended: it has to rest for so many milliseconds, or is over. */
export type TurnEnd = { rest: number } | 'completed' | 'not_taken' | 'ended';

/** Offsets that are read in one go; a kill repeats no more. */
const MAX_STEP = 100;
/** Deliveries of a replay a second. */
const MAX_RATE = 500;
/** Pauses after attempts at the same event that failed; after the last one the replay is given up. */
const PAUSES_MS: readonly number[] = [
  1_000, 2_000, 4_000, 30_000, 60_000, 120_000, 300_000, 300_000, 300_000, 300_000, 300_000,
];
/** A replay that has to rest for longer makes room for others. */
const MAX_PAUSE_MS = 4_000;

/** Goes on with a replay, stretch by stretch; its position is stored behind each. */
export async function runReplay(deps: RunDeps, replay: Replay, memory: ReplayMemory): Promise<TurnEnd> {
  const { database, signal } = deps;
  for (const place of await placesOf(database, replay.id)) {
    let at = place;
    while (at.next.offset < at.end) {
      if (signal.aborted) return 'ended';
      const stretch = (memory.stretch = stretchAt(memory, at) ?? (await readStretch(deps, replay, at)));
      const startedAt = performance.now();
      const before = stretch.delivered;
      const end = await tellAll(deps, replay, stretch);
      if (end) return end;
      if (signal.aborted) return 'ended';
      const step = { ...stretch, next: stretch.place };
      memory.stretch = null;
      if (!(await advanceReplay(database, replay.id, step))) return 'ended';
      at = { ...at, next: stretch.place };
      const ahead = ((stretch.delivered - before) * 1_000) / MAX_RATE - (performance.now() - startedAt);
      if (ahead > 0) await pause(ahead, signal);
    }
  }
  return signal.aborted ? 'ended' : 'completed';
}

function stretchAt({ stretch }: ReplayMemory, { partition, next }: ReplayPlace): ReplayMemory['stretch'] {
  return stretch?.partition === partition && stretch.from === next.offset ? stretch : null;
}

async function readStretch({ log }: RunDeps, replay: Replay, { partition, next, end }: ReplayPlace) {
  const to = Math.min(next.offset + MAX_STEP, end);
  const left: LogRecord[] = [];
  let place = next;
  for await (const batch of log.read(partition, next, to)) {
    left.push(...recordsFor(replay, batch.records));
    place = batch.next;
  }
  // Nothing lies there but what is no record: it goes on behind it.
  if (place.offset < to) place = { ...place, offset: to };
  return { partition, from: next.offset, place, left, delivered: 0, givenUp: 0, tries: 0 };
}

/** Null where all of the stretch is told. */
async function tellAll(deps: RunDeps, replay: Replay, stretch: Stretch): Promise<TurnEnd | null> {
  while (stretch.left.length > 0) {
    const failure = await tellStretch(deps, replay, stretch);
    if (deps.signal.aborted) return 'ended';
    if (!failure) continue;
    await noteTrouble(deps.database, replay.id, { status: failure.status, error: failure.reason });
    if (failure.kind === 'ended') return { rest: MAX_PAUSE_MS };
    const ms = restAfter(failure, (stretch.tries += 1));
    if (ms === null) return 'not_taken';
    if (ms > MAX_PAUSE_MS) return { rest: ms };
    await pause(ms, deps.signal);
    if (deps.signal.aborted) return 'ended';
  }
  return null;
}

/** A receiver may ask for more patience, as in live deliveries; up to five minutes. */
function restAfter(failure: Untaken, tries: number): number | null {
  const ms = PAUSES_MS[tries - 1];
  if (ms === undefined) return null;
  const asked = failure.kind === 'failed' ? (failure.retryAfterMs ?? 0) : 0;
  return Math.max(ms, Math.min(asked, PAUSES_MS.at(-1)!));
}
