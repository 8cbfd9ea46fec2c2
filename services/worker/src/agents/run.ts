import { setTimeout as delay } from 'node:timers/promises';
import type { CommandInput } from '@threadlog/commands';
import type { ProblemCode } from '@threadlog/events';
import { runIdOf } from '@threadlog/read-models';
import type { Logger } from '@threadlog/service';
import type { SealingService } from '@threadlog/sealing';
import { said, type Asked, type Progress, type Said } from './ask';
import type { OpenRun } from './asks';
import { conclude, type Speaker } from './conclude';
import { endedPeople, type ReadContext } from './context';
import type { Draft } from './draft';
import { requestOf } from './request';
import type { AgentStore } from './store';

export type EndReason = CommandInput<'agent.endRun'>['reason'];

export interface ReachableAgent {
  contextMessages: number;
  /** Those that sign its requests, the newest first. */
  secrets: readonly string[];
  ask(request: ReturnType<typeof requestOf>, signal: AbortSignal, progress: Progress): Promise<Asked>;
}

export interface RunDeps extends Speaker {
  store: AgentStore;
  sealing: Pick<SealingService, 'endedAmong'>;
  context: ReadContext;
  /** From which message on the agent sees the thread; null where it sees nothing of it. */
  visibleFrom(run: OpenRun): Promise<number | null>;
  /** The agent of the run as it is asked now; null where it is asked no more. */
  agentOf(run: OpenRun): Promise<ReachableAgent | null>;
  /** Tells sockets what a run is about to say. */
  draftOf(run: OpenRun & { runId: string; attempt: number }): Draft;
  /**
   * Asks when it is this agent's and tenant's turn. What comes after has no turns: a thread that cannot be written to, for as long as
   * that takes, holds up nobody else.
   */
  inTurn<T>(run: OpenRun, task: () => Promise<T>): Promise<T>;
  now(): Date;
  /** Pauses between requests that came to nothing, in milliseconds; after the last the run has failed. */
  retriesMs: readonly number[];
  logger: Pick<Logger, 'info'>;
  /** Hears how a run ended. */
  onEnd(outcome: Said['finish'] | EndReason): void;
}

/** Why a run is not gone on with; it leaves no message, unless what was said until then is to be kept. */
export class RunAborted extends Error {
  override readonly name = 'RunAborted';
  constructor(
    readonly reason: EndReason,
    readonly keepsText = false,
  ) {
    super(reason);
  }
}

/** What an answer may be refused with that says the run is over already, or that people have taken over. */
const ENDS: Partial<Record<ProblemCode, EndReason | null>> = { run_over: null, agent_off: 'stopped', gone: 'stopped' };

/**
 * One run, from the request to the message in the log or to the word that there is none. Whatever stops it half-way, it may be
 * repeated: the row of an open run goes last, and the thread takes one answer. `ending` aborts all of it; `signal` what the
 * agent is asked, with the reason in it.
 */
export async function perform(deps: RunDeps, run: OpenRun, signal: AbortSignal, ending: AbortSignal): Promise<void> {
  const named = { ...run, runId: runIdOf(run) };
  const draft = deps.draftOf({ ...named, attempt: deps.now().getTime() });
  try {
    const answer = deps.inTurn(run, () => requestAnswer(deps, run, { signal, draft }));
    const asked = await orAborted(answer, signal).catch((error: unknown) => {
      if (ending.aborted || !(signal.reason instanceof RunAborted)) throw error;
      return brokenOff(signal.reason, draft.soFar());
    });
    await draft.settled();
    const { how, hasMessage } = await enter(deps, named, asked, ending);
    await draft.ended(how, hasMessage);
    await deps.store.remove(run);
  } finally {
    draft.dropped();
  }
}

/** Rejects with the signal's reason as soon as it aborts: nobody waits for a turn to learn that it is not needed. */
async function orAborted<T>(task: Promise<T>, signal: AbortSignal): Promise<T> {
  const gone = Promise.withResolvers<never>();
  const abort = (): void => gone.reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  return Promise.race([task, gone.promise]).finally(() => signal.removeEventListener('abort', abort));
}

function brokenOff({ reason, keepsText }: RunAborted, soFar: string): Asked | Ended {
  const kept = keepsText ? said(soFar, { finish: 'stopped' }) : null;
  return kept?.kind === 'said' ? kept : { kind: 'ended', reason };
}

interface Outcome {
  how: Said['finish'] | EndReason;
  hasMessage: boolean;
}

/** Enters what came of a run: its message, or that there is none. */
async function enter(
  deps: RunDeps,
  run: OpenRun & { runId: string },
  asked: Asked | Ended,
  ending: AbortSignal,
): Promise<Outcome> {
  const end = async (reason: EndReason): Promise<Outcome> => {
    const { runId, threadId, triggerMessageId } = run;
    const input = { threadId, runId, triggerMessageId, reason };
    await conclude(deps, run, { type: 'agent.endRun', input }, ending);
    deps.onEnd(reason);
    return { how: reason, hasMessage: false };
  };
  if (asked.kind !== 'said') return end(asked.kind === 'silent' ? 'silent' : asked.reason);
  const refused = await say(deps, run, asked, ending);
  if (refused === null) {
    deps.onEnd(asked.finish);
    return { how: asked.finish, hasMessage: true };
  }
  deps.logger.info({ runId: run.runId, code: refused }, 'an agent’s answer was refused');
  const reason = refused in ENDS ? ENDS[refused]! : 'failed';
  return reason === null ? { how: 'stopped', hasMessage: false } : end(reason);
}

type Ended = { kind: 'ended'; reason: EndReason };

async function requestAnswer(
  deps: RunDeps,
  run: OpenRun,
  { signal, draft }: { signal: AbortSignal; draft: Draft },
): Promise<Asked | Ended> {
  const runId = runIdOf(run);
  for (let attempt = run.attempts; ; attempt += 1) {
    signal.throwIfAborted();
    const agent = await deps.agentOf(run);
    const visibleFrom = agent && (await deps.visibleFrom(run));
    const isSeen = agent !== null && visibleFrom !== null;
    const messages = isSeen ? await deps.context(run, { ...agent, visibleFrom }) : null;
    // The agent or the message was deleted, or its author is being erased.
    if (!agent || !messages) return { kind: 'ended', reason: 'stopped' };
    const request = requestOf({ ...run, runId }, messages, { secrets: agent.secrets, now: deps.now() });
    draft.thinking();
    const asked = await agent.ask(request, signal, draft);
    if (asked.kind !== 'retry') return asked;
    const pauseMs = deps.retriesMs[attempt];
    if (pauseMs === undefined) return { kind: 'failed', reason: asked.reason, status: asked.status };
    await deps.store.countAttempt(run);
    await delay(pauseMs, undefined, { signal });
  }
}

/** Nothing is said to somebody whose erasure has begun meanwhile. */
async function say(
  deps: RunDeps,
  run: OpenRun & { runId: string },
  { content, attachments, metadata, mentions, finish, usage }: Said,
  ending: AbortSignal,
): Promise<ProblemCode | null> {
  const { tenantId, threadId, triggerMessageId, runId, askedBy } = run;
  if ((await endedPeople(deps.sealing, tenantId, [askedBy])).size > 0) return 'gone';
  const about = { runId, triggerMessageId, finish, ...usage };
  const input = { threadId, content, attachments, metadata, mentions, run: about };
  return conclude(deps, run, { type: 'agent.answer', input }, ending);
}
