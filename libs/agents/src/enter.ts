import type { Command, CommandResult } from '@threadlog/commands';
import { NOT_THERE, PROBLEMS, type Problem, type ProblemCode, type TenantId } from '@threadlog/events';
import type { SealingService } from '@threadlog/sealing';
import type { Ended, EndReason } from './aborted';
import { conclude, type Speaker } from './conclude';
import { endedPeople } from './people';
import type { Said } from './said';

/** A run, by what is entered of it. */
export interface EnteredRun {
  tenantId: TenantId;
  threadId: string;
  triggerMessageId: string;
  runId: string;
  /** Whose message it answers. */
  askedBy: string;
}

export interface Entering extends Speaker {
  sealing: Pick<SealingService, 'endedAmong'>;
  /** Hears how a run ended. */
  onEnd(outcome: Said['finish'] | EndReason): void;
  /** Hears what an answer was refused with. */
  onRefused(code: ProblemCode): void;
  /** The agent's own key, if it has one. */
  idempotencyKey: string | null;
}

export interface Outcome {
  /** Null where it is not known. */
  how: Said['finish'] | EndReason | null;
  hasMessage: boolean;
  /** What became of the message, or of the word that there is none. */
  result: CommandResult;
}

/** What an answer may be refused with that says the run is over already, or that people have taken over. */
const ENDS: Partial<Record<ProblemCode, EndReason | null>> = { run_over: null, agent_off: 'stopped', gone: 'stopped' };

/**
 * Enters what came of a run: its message, or that there is none. One rule for whoever asked the agent, and for agents that
 * come by themselves. Rejects with the signal's reason.
 */
export async function enter(
  deps: Entering,
  run: EnteredRun,
  heard: Said | { kind: 'silent' } | Ended,
  signal: AbortSignal,
): Promise<Outcome> {
  if (heard.kind === 'silent') return end(deps, run, { reason: 'silent', key: deps.idempotencyKey, signal });
  // A key is that of what the agent says; that it was broken off is no answer to it.
  if (heard.kind === 'ended') return end(deps, run, { ...heard, key: null, signal });
  const result = await say(deps, run, heard, signal);
  if (result.ok) {
    if (!result.replayed) deps.onEnd(heard.finish);
    return { how: heard.finish, hasMessage: true, result };
  }
  const { code } = result.problem;
  deps.onRefused(code);
  if (PROBLEMS[code].retryable) return { how: null, hasMessage: false, result };
  const reason = code in ENDS ? ENDS[code]! : 'failed';
  if (reason !== null) await end(deps, run, { reason, key: null, signal });
  return { how: reason ?? 'stopped', hasMessage: false, result };
}

interface Ending extends Pick<Ended, 'reason' | 'stoppedBy'> {
  key: string | null;
  signal: AbortSignal;
}

async function end(
  deps: Entering,
  { runId, threadId, triggerMessageId }: EnteredRun,
  { reason, stoppedBy, key, signal }: Ending,
): Promise<Outcome> {
  const command: Command = { type: 'agent.endRun', input: { threadId, runId, triggerMessageId, reason, stoppedBy } };
  const result = await conclude(deps, { command, idempotencyKey: key, signal });
  deps.onEnd(reason);
  return { how: reason, hasMessage: false, result };
}

/** Nothing is said to somebody whose erasure has begun meanwhile. */
async function say(
  deps: Entering,
  { tenantId, threadId, triggerMessageId, runId, askedBy }: EnteredRun,
  { content, attachments, metadata, mentions, finish, stoppedBy, usage }: Said,
  signal: AbortSignal,
): Promise<CommandResult> {
  if ((await endedPeople(deps.sealing, tenantId, [askedBy])).size > 0) return GONE;
  const run = { runId, triggerMessageId, finish, stoppedBy, ...usage };
  const command: Command = { type: 'agent.answer', input: { threadId, content, attachments, metadata, mentions, run } };
  return conclude(deps, { command, idempotencyKey: deps.idempotencyKey, signal });
}

const GONE: { ok: false; problem: Problem } = { ok: false, problem: { ...NOT_THERE, code: 'gone' } };
