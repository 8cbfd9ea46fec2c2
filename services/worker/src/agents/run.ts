import { setTimeout as delay } from 'node:timers/promises';
import {
  brokenOff,
  enter,
  orAborted,
  RunAborted,
  type Draft,
  type Ended,
  type Entering,
  type Outcome,
  type Progress,
  type RunOfDraft,
  type Said,
} from '@threadlog/agents';
import { ROLE_PERMISSIONS, type Actor } from '@threadlog/auth';
import type { TenantId } from '@threadlog/events';
import { runIdOf } from '@threadlog/read-models';
import { beginSpan, type Logger } from '@threadlog/service';
import type { Asked } from './ask';
import type { OpenRun } from './asks';
import type { ReadContext } from './context';
import { requestOf } from './request';
import type { AgentStore } from './store';

export interface ReachableAgent {
  contextMessages: number;
  /** Those that sign its requests, the newest first. */
  secrets: readonly string[];
  ask(request: ReturnType<typeof requestOf>, signal: AbortSignal, progress: Progress): Promise<Asked>;
}

export interface RunDeps extends Pick<Entering, 'router' | 'sealing' | 'onEnd'> {
  store: AgentStore;
  context: ReadContext;
  /** From which message on the agent sees the thread; null where it sees nothing of it. */
  visibleFrom(run: OpenRun): Promise<number | null>;
  /** The agent of the run as it is asked now; null where it is asked no more. */
  agentOf(run: OpenRun): Promise<ReachableAgent | null>;
  /** Tells sockets what a run is about to say. */
  draftOf(run: RunOfDraft): Draft;
  /**
   * Asks when it is this agent's and tenant's turn. What comes after has no turns: a thread that cannot be written to, for as long as
   * that takes, holds up nobody else.
   */
  inTurn<T>(run: OpenRun, task: () => Promise<T>): Promise<T>;
  now(): Date;
  /** Pauses between requests that came to nothing, in milliseconds; after the last the run has failed. */
  retriesMs: readonly number[];
  logger: Pick<Logger, 'info'>;
}

/**
 * One run, from the request to the message in the log or to the word that there is none. Whatever stops it half-way, it may be
 * repeated: the row of an open run goes last, and the thread takes one answer. `ending` aborts all of it; `signal` what the
 * agent is asked, with the reason in it.
 */
export async function perform(deps: RunDeps, run: OpenRun, signal: AbortSignal, ending: AbortSignal): Promise<void> {
  const named = { ...run, runId: runIdOf(run) };
  const facts = { 'threadlog.run_id': named.runId };
  const span = beginSpan({ name: 'run', parent: run.trace, facts });
  const draft = deps.draftOf({ ...named, attempt: deps.now().getTime() });
  try {
    const answer = deps.inTurn(run, () => requestAnswer(deps, named, { signal, draft }));
    const heard = await orAborted(answer, signal).catch((error: unknown) => {
      if (ending.aborted || !(signal.reason instanceof RunAborted)) throw error;
      return brokenOff(signal.reason, draft.soFar());
    });
    await draft.settled();
    const { how, hasMessage } = await entered(deps, { ...named, trace: span?.traceparent }, heard, ending);
    await draft.ended(how!, hasMessage);
    await deps.store.remove(run);
    span?.end({ facts: { 'threadlog.run_ended': how ?? 'unknown' } });
  } finally {
    span?.end({ code: 'interrupted' });
    draft.dropped();
  }
}

/** What a run has come to. */
type Answered = Said | { kind: 'silent' } | Ended;

/** Enters what came of a run, in the agent's own name. */
async function entered(
  deps: RunDeps,
  run: OpenRun & { runId: string },
  heard: Answered,
  ending: AbortSignal,
): Promise<Outcome> {
  const { tenantId, agentId, runId } = run;
  const entering: Entering = {
    ...{ router: deps.router, sealing: deps.sealing, onEnd: deps.onEnd, idempotencyKey: null },
    actor: agentActor(tenantId, agentId),
    correlationId: `agent-run-${runId}`,
    traceparent: run.trace,
    onRefused: (code) => deps.logger.info({ runId, code }, 'an agent’s answer was refused'),
  };
  return enter(entering, run, heard, ending);
}

/** The agent, as the worker speaks for it: with the rights of an agent that takes part, and no more. */
function agentActor(tenantId: TenantId, id: string): Actor {
  const permissions = [...ROLE_PERMISSIONS.agent];
  return { tenantId, id, type: 'agent', role: 'agent', permissions, learnerScope: [], expiresAt: null };
}

async function requestAnswer(
  deps: RunDeps,
  run: OpenRun & { runId: string },
  asking: { signal: AbortSignal; draft: Draft },
): Promise<Answered> {
  for (let attempt = run.attempts; ; attempt += 1) {
    const asked = await askOnce(deps, run, asking);
    if (asked.kind === 'said' || asked.kind === 'silent' || asked.kind === 'ended') return asked;
    const pauseMs = deps.retriesMs[attempt];
    if (asked.kind === 'failed' || pauseMs === undefined) return { kind: 'ended', reason: asked.reason };
    await deps.store.countAttempt(run);
    await delay(pauseMs, undefined, { signal: asking.signal });
  }
}

async function askOnce(
  deps: RunDeps,
  run: OpenRun & { runId: string },
  { signal, draft }: { signal: AbortSignal; draft: Draft },
): Promise<Asked | Ended> {
  signal.throwIfAborted();
  const agent = await deps.agentOf(run);
  const visibleFrom = agent && (await deps.visibleFrom(run));
  const isSeen = agent !== null && visibleFrom !== null;
  const messages = isSeen ? await deps.context(run, { ...agent, visibleFrom }) : null;
  // The agent or the message was deleted, or its author is being erased.
  if (!agent || !messages) return { kind: 'ended', reason: 'stopped' };
  const request = requestOf(run, messages, { secrets: agent.secrets, now: deps.now() });
  draft.thinking();
  return agent.ask(request, signal, draft);
}
