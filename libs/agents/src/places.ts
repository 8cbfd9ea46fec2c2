import { randomUUID } from 'node:crypto';
import type { CommandResult } from '@threadlog/commands';
import { problem, PROBLEMS, type Problem } from '@threadlog/events';
import { pause, until, type Logger, type Service } from '@threadlog/service';
import { RunAborted, stoppedBy } from './aborted';
import type { PlaceState, PlaceStore, StreamedRun } from './placeStore';

/** So often it is looked whether a stream is to stop, while there is any. */
const LOOK_MS = 150;
/** So often it is said that streams go on, and asked whether they still may. */
const BEAT_MS = 2_000;

/** A stream's place: that of its agent in its thread, and one of those that its agent and tenant have. */
export interface Place {
  /** Aborts with `RunAborted`, or with the problem of a stream of which nothing is entered. */
  signal: AbortSignal;
  /** Why it may not go on, where that is what ended it. */
  refusal(): Problem | null;
  leave(): Promise<void>;
}

export interface Places extends Service {
  /** Rejects with `conflict`, `rate_limited` or `unavailable`. `mayGoOn` is asked again and again. */
  take(run: StreamedRun, mayGoOn: () => Promise<CommandResult>): Promise<Place>;
}

interface Held {
  run: StreamedRun;
  stop: AbortController;
  refusal: Problem | null;
  mayGoOn(): Promise<CommandResult>;
}

/** The streams that come in here. Their places are rows, so each instance sees what others have, and what to stop. */
export function createPlaces({ store, logger }: { store: PlaceStore; logger: Pick<Logger, 'warn'> }): Places {
  const held = new Map<string, Held>();
  let isOver = false;
  let beatAt = -Infinity;

  const warn = (err: unknown): void =>
    logger.warn({ err }, 'it cannot be told whether an agent may still answer, trying again');

  async function look(): Promise<void> {
    if (held.size === 0) return;
    const now = performance.now();
    const isBeat = now - beatAt > BEAT_MS;
    if (isBeat) {
      beatAt = now;
      for (const one of held.values()) recheck(one).catch(warn);
      await store.keep([...held.keys()]);
    }
    for (const state of await store.look([...held].map(([token, { run }]) => ({ token, ...run })))) {
      const one = held.get(state.token);
      const reason = one && reasonToEnd(state, one.run);
      if (reason) one.stop.abort(reason);
    }
  }

  return {
    name: 'agent-streams',
    async take(run, mayGoOn) {
      if (isOver) throw ENDING;
      const token = randomUUID();
      const refused = await store.take(run, token);
      if (refused) throw refused;
      const one: Held = { run, mayGoOn, stop: new AbortController(), refusal: null };
      held.set(token, one);
      if (isOver) one.stop.abort(ENDING);
      return {
        signal: one.stop.signal,
        refusal: () => one.refusal,
        async leave() {
          held.delete(token);
          // Where the store is away the row runs out.
          await store.leave(token).catch(() => undefined);
        },
      };
    },
    async run(signal) {
      const onFault = (err: unknown): void =>
        logger.warn({ err }, 'it cannot be told which streams of agents are to stop, trying again');
      await until(signal, look, { everyMs: LOOK_MS, onFault });
      isOver = true;
      for (const { stop } of held.values()) stop.abort(ENDING);
      while (held.size > 0) await pause(LOOK_MS, NEVER);
    },
  };
}

const NEVER = new AbortController().signal;
const ENDING = problem('unavailable', 'This process ends; nothing of the stream was entered.', { retryAfter: 1 });
const REPLACED = problem('conflict', 'another request streams this run; nothing of this one was entered');

/** Why a stream is not gone on with, by what has become of its place. */
function reasonToEnd({ token, holder, isStopped, triggerIndex, ...of }: PlaceState, run: StreamedRun): Error | null {
  if (holder === token) return isStopped ? stoppedBy(of.stoppedBy) : null;
  if (holder === null) return problem('unavailable', 'the place of the stream has run out', { retryAfter: 1 });
  return triggerIndex! > run.triggerIndex ? new RunAborted('superseded') : REPLACED;
}

/** Whatever takes the ground from under a run ends it, not only its answer: who reads along is told no more. */
async function recheck(one: Held): Promise<void> {
  const result = await one.mayGoOn();
  if (result.ok || PROBLEMS[result.problem.code].retryable) return;
  one.refusal ??= result.problem;
  one.stop.abort(new RunAborted('stopped'));
}
