import { randomUUID } from 'node:crypto';
import { draftPlace, type DraftEnd, type DraftState, type SignalData } from '@threadlog/events';
import type { Signals } from '@threadlog/runtime';
import type { SealingService, SealScope } from '@threadlog/sealing';
import { problemOf } from '@threadlog/service';
import type { OpenRun } from './asks';
import { createWritten } from './written';

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

export interface DraftDeps {
  publish: Signals['publish'];
  sealing: Pick<SealingService, 'sealer' | 'cachedSealer'>;
  /** Whom the conversation is about. */
  learnerOf(run: OpenRun): Promise<string | null>;
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

/**
 * Tells what a run is about to say, coalesced, sealed for who asked, the thread and its learner: with the erasure of any of
 * them it opens nowhere any more, and is told no further.
 */
export function createDraft(
  { publish, sealing, learnerOf }: DraftDeps,
  run: OpenRun & { runId: string; attempt: number },
): Draft {
  const { tenantId, threadId: thread_id, runId: run_id, agentId: agent_id, attempt } = run;
  const about = { thread_id, run_id, agent_id, attempt };
  const written = createWritten();
  let state: DraftState = 'thinking';
  let isOver = false;
  let n = 0;
  let beginsHere = true;
  let toldAt = -Infinity;
  let scope: SealScope | undefined;
  let timer: NodeJS.Timeout | undefined;
  /** Of a run that has its turn: those that wait cost nothing. */
  let beat: NodeJS.Timeout | undefined;
  let work: Promise<void> = Promise.resolve();

  async function sealed(text: string, at: { n: number; op: 'append' | 'replace' }) {
    scope ??= await scopeOf(run, learnerOf);
    const sealer = sealing.cachedSealer(scope) ?? (await sealing.sealer(scope));
    const content = sealer.seal(text, { ...draftPlace(about, at), eventId: randomUUID() });
    return { ...at, content };
  }

  function say(next: DraftState, rest: Partial<SignalData<'AGENT_DRAFT'>> = {}): void {
    if (isOver) return;
    state = next;
    publish(tenantId, 'AGENT_DRAFT', { ...about, state, ...rest });
  }

  /** What is new since the last time; nothing is taken as told before it is sealed. */
  async function tellNew(): Promise<void> {
    const fresh = written.fresh();
    if (fresh.text === '' || isOver) return;
    const text = await sealed(fresh.text, { n: n + 1, op: beginsHere ? 'replace' : 'append' });
    if (isOver) return;
    if (fresh.taken()) beginsHere = false;
    n += 1;
    toldAt = performance.now();
    say('writing', { text });
  }

  async function tellAll(): Promise<void> {
    if (isOver) return;
    if (n === 0) return say(state);
    const text = await sealed(written.told(), { n, op: 'replace' });
    say(state, { text });
  }

  /** One after the other. What cannot be sealed now is told later; for whom was erased, never. */
  function enqueue(task: () => Promise<void>): Promise<void> {
    work = work.then(task).catch((error: unknown) => {
      if (problemOf(error)?.code === 'subject_erased') close({ reason: 'stopped' });
    });
    return work;
  }

  function close(last?: Pick<SignalData<'AGENT_DRAFT'>, 'reason' | 'has_message'>): void {
    clearTimeout(timer);
    clearInterval(beat);
    if (last) say('ended', last);
    isOver = true;
  }

  const enter = (next: DraftState) => void enqueue(() => Promise.resolve(say(next)));

  function tellSoon(): void {
    if (isOver || timer) return;
    const pauseMs = Math.max(0, toldAt + FLUSH_MS - performance.now());
    timer = setTimeout(() => {
      void enqueue(tellNew).finally(() => {
        timer = undefined;
        if (written.hasFresh()) tellSoon();
      });
    }, pauseMs).unref();
  }

  return {
    thinking() {
      if (isOver) return;
      beat ??= setInterval(() => void enqueue(tellAll), BEAT_MS).unref();
      written.begin();
      beginsHere = true;
      enter('thinking');
    },
    tool() {
      if (isOver) return;
      void enqueue(tellNew);
      enter('tool');
    },
    text(soFar) {
      written.write(soFar);
      tellSoon();
    },
    soFar: written.raw,
    settled: () => enqueue(tellNew),
    ended: (reason, hasMessage) =>
      enqueue(() => Promise.resolve(close({ reason, ...(hasMessage && { has_message: true }) }))),
    dropped: () => close(),
  };
}

/** The month is that of the message that asks, whose key is there. */
async function scopeOf(run: OpenRun, learnerOf: DraftDeps['learnerOf']): Promise<SealScope> {
  const { tenantId, threadId, askedBy, askedAt } = run;
  return { tenantId, threadId, authorId: askedBy, month: askedAt.slice(0, 7), learnerId: await learnerOf(run) };
}
