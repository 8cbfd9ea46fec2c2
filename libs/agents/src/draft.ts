import type { DraftEnd, DraftState, SignalData } from '@threadlog/events';
import { problemOf } from '@threadlog/service';
import { createDraftSignals, type DraftDeps, type DraftSignals, type RunOfDraft } from './draftSignals';
import { createWritten, type Written } from './written';

/** Ten times a second at most. */
const FLUSH_MS = 100;
/** So often the whole draft is said: whoever missed something, or comes late, has it then. */
const BEAT_MS = 2_000;

/** What a run is about to say, told to sockets. Every call is cheap, and none throws. */
export interface Draft {
  /** It is asked now. */
  thinking(): void;
  tool(): void;
  /** All it has said until now. */
  text(soFar: string): void;
  /** The same, as it was given. */
  soFar(): string;
  /** Resolves when all that was said is on its way. */
  settled(): Promise<void>;
  /** The run is over; nothing is told after it. */
  ended(reason: DraftEnd, hasMessage: boolean): Promise<void>;
  /** This process goes on with it no longer; another may. */
  dropped(): void;
}

/** Where nobody can be told. */
export function silentDraft(): Draft {
  let raw = '';
  return {
    ...{ thinking: noop, tool: noop, dropped: noop, settled: done, ended: done },
    text: (soFar) => void (raw = soFar),
    soFar: () => raw,
  };
}
const noop = (): void => undefined;
const done = (): Promise<void> => Promise.resolve();

/** What is told of one run, one word after the other. */
interface Telling {
  signals: DraftSignals;
  written: Written;
  state: DraftState;
  /** Number of the last text. */
  n: number;
  /** The next text is the first. */
  beginsHere: boolean;
  toldAt: number;
  /** It has begun to use a tool, which is not told yet. */
  usesTool: boolean;
  isOver: boolean;
}

/**
 * Tells what a run is about to say, coalesced, sealed for who asked, the thread and its learner: with the erasure of any of
 * them it opens nowhere any more, and is told no further.
 */
export function createDraft(deps: DraftDeps, run: RunOfDraft): Draft {
  const written = createWritten();
  const telling: Telling = {
    ...{ signals: createDraftSignals(deps, run), written, state: 'thinking' },
    ...{ n: 0, beginsHere: true, toldAt: -Infinity, usesTool: false, isOver: false },
  };
  let timer: NodeJS.Timeout | undefined;
  /** Of a run that has its turn: those that wait cost nothing. */
  let beat: NodeJS.Timeout | undefined;
  let work: Promise<void> = Promise.resolve();

  function close(last?: Pick<SignalData<'AGENT_DRAFT'>, 'reason' | 'has_message'>): void {
    clearTimeout(timer);
    clearInterval(beat);
    if (last) say(telling, 'ended', last);
    telling.isOver = true;
  }

  /** One after the other. What cannot be sealed now is told later; for whom was erased, never. */
  function enqueue(task: (telling: Telling) => Promise<void> | void): Promise<void> {
    work = work
      .then(() => (telling.isOver ? undefined : task(telling)))
      .catch((error: unknown) => {
        if (problemOf(error)?.code === 'subject_erased') close({ reason: 'stopped' });
      });
    return work;
  }

  function tellSoon(): void {
    if (telling.isOver || timer) return;
    const pauseMs = Math.max(0, telling.toldAt + FLUSH_MS - performance.now());
    timer = setTimeout(() => {
      void enqueue(tellNew).finally(() => {
        timer = undefined;
        if (telling.usesTool || written.hasFresh()) tellSoon();
      });
    }, pauseMs).unref();
  }

  return {
    thinking() {
      if (telling.isOver) return;
      beat ??= setInterval(() => void enqueue(tellAll), BEAT_MS).unref();
      written.begin();
      telling.beginsHere = true;
      telling.usesTool = false;
      void enqueue(() => say(telling, 'thinking'));
    },
    tool() {
      telling.usesTool = true;
      tellSoon();
    },
    text(soFar) {
      written.write(soFar);
      telling.usesTool = false;
      tellSoon();
    },
    soFar: written.raw,
    settled: () => enqueue(tellNew),
    ended: (reason, hasMessage) => enqueue(() => close({ reason, ...(hasMessage && { has_message: true }) })),
    dropped: () => close(),
  };
}

function say(telling: Telling, state: DraftState, rest?: Parameters<DraftSignals['say']>[1]): void {
  if (telling.isOver) return;
  telling.state = state;
  telling.signals.say(state, rest);
}

/** What is new since the last time: in one step however much that is, so that no agent floods the others with its steps. */
async function tellNew(telling: Telling): Promise<void> {
  await tellText(telling);
  if (!telling.usesTool) return;
  telling.usesTool = false;
  telling.toldAt = performance.now();
  say(telling, 'tool');
}

/** Nothing is taken as told before it is sealed. */
async function tellText(telling: Telling): Promise<void> {
  const fresh = telling.written.fresh();
  if (fresh.text === '') return;
  const op = telling.beginsHere ? 'replace' : 'append';
  const text = await telling.signals.sealed(fresh.text, { n: telling.n + 1, op });
  if (telling.isOver) return;
  if (fresh.taken()) telling.beginsHere = false;
  telling.n += 1;
  telling.toldAt = performance.now();
  say(telling, 'writing', { text });
}

async function tellAll(telling: Telling): Promise<void> {
  const { state, n, written, signals } = telling;
  if (n === 0) say(telling, state);
  else say(telling, state, { text: await signals.sealed(written.told(), { n, op: 'replace' }) });
}
