import { randomUUID } from 'node:crypto';
import {
  brokenOff,
  enter,
  mediaTypeOf,
  orAborted,
  RunAborted,
  silentDraft,
  STREAMS,
  timed,
  type AgentObserver,
  type Draft,
  type Ended,
  type Entering,
  type Heard,
  type Outcome,
  type ReadStream,
  type RunOfDraft,
} from '@threadlog/agents';
import type { CommandAccepted, CommandResult } from '@threadlog/commands';
import { problem, ProblemError, type Problem, type ProblemCode } from '@threadlog/events';
import { runIdOf } from '@threadlog/read-models';
import { carryOut, keyOf, type CommandRouteDeps, type StreamRequest } from '../http/commandRoute';
import { boundedBody, BODY_PATIENCE, faultOf, leaveRest, type BodyPatience } from './body';
import type { Place, Places } from './places';

/** What streams of agents work with. */
export interface AgentStreamDeps {
  places: Places;
  sealing: Entering['sealing'];
  observer: AgentObserver;
  draftOf(run: RunOfDraft): Draft;
  onRefused(runId: string, code: ProblemCode): void;
  /** For tests. */
  patience?: BodyPatience;
}

type Deps = Pick<CommandRouteDeps, 'router' | 'timeoutMs' | 'lookUps'> & { agentStreams: AgentStreamDeps };

interface Streaming extends StreamRequest {
  run: RunOfDraft & { triggerMessageId: string };
  read: ReadStream;
  /** Null of a run that is over: the same key is answered as before, and nobody is told of a draft. */
  place: Place | null;
  draft: Draft;
}

/** No further try to enter what was said is begun after so many milliseconds. */
const GIVE_UP_MS = 20_000;

/**
 * Takes what an agent says as it says it: a draft meanwhile, and in the end one message, by the rules of agents that are asked.
 * The body waits for nothing shared. Null where there is no message; throws what the run was refused with.
 */
export async function takeStream(request: StreamRequest, deps: Deps): Promise<CommandAccepted | null> {
  const { caller, threadId, triggerMessageId, message } = request;
  const { tenantId, id: agentId } = caller.actor;
  const { isRepeated, read } = await admitted(request, deps);
  const asked = await deps.lookUps.asked(tenantId, threadId, triggerMessageId);
  const named = { tenantId, threadId, triggerMessageId, agentId };
  const run = { ...named, ...asked, runId: runIdOf(named), attempt: Date.now() };
  const mayGoOn = (): Promise<CommandResult> => mayAnswer(request, deps);
  const place = isRepeated ? null : await deps.agentStreams.places.take(run, mayGoOn);
  const draft = isRepeated ? silentDraft() : deps.agentStreams.draftOf(run);
  try {
    return await carried({ ...request, run, read, place, draft }, deps);
  } finally {
    draft.dropped();
    leaveRest(message);
    await place?.leave();
  }
}

/** Whether the agent may answer, asked of the thread's owner before anything is read. */
async function admitted(request: StreamRequest, deps: Deps): Promise<{ isRepeated: boolean; read: ReadStream }> {
  const before = await mayAnswer(request, deps);
  const isRepeated = !before.ok && before.problem.code === 'run_over' && keyOf(request.caller) !== null;
  if (!before.ok && !isRepeated) throw new ProblemError(before.problem);
  const { headers } = request.message;
  const read = STREAMS[mediaTypeOf(headers['content-type'])];
  const isPlain = (headers['content-encoding'] ?? 'identity') === 'identity';
  if (!read || !isPlain) throw problem('unsupported_media_type', 'send text/plain or text/event-stream, not encoded');
  return { isRepeated, read };
}

function mayAnswer({ caller, threadId, triggerMessageId }: StreamRequest, deps: Deps): Promise<CommandResult> {
  return carryOut(caller, deps, { type: 'agent.mayAnswer', input: { threadId, triggerMessageId } }, null);
}

async function carried(streaming: Streaming, deps: Deps): Promise<CommandAccepted | null> {
  const { draft, place } = streaming;
  draft.thinking();
  const heard = await listenTo(streaming, deps.agentStreams);
  // What is asked later may be answered with what is entered from here on: that the message has been dealt with.
  const refusal = place?.refusal() ?? null;
  if (heard.kind === 'broken') {
    await draft.ended('lost', false);
    throw problem('invalid_request', 'the stream ended before it said anything; nothing was entered');
  }
  await draft.settled();
  const outcome = await entered(streaming, heard, deps);
  await draft.ended(outcome.how ?? 'lost', outcome.hasMessage);
  return answered(outcome, refusal);
}

async function listenTo({ message, read, place, draft }: Streaming, deps: AgentStreamDeps): Promise<Heard | Ended> {
  const signal = place?.signal ?? new AbortController().signal;
  const progress = timed(deps.observer, draft);
  const body = boundedBody(message, deps.patience ?? BODY_PATIENCE);
  const reading = read(body, { signal, progress, faultOf });
  return orAborted(reading, signal).catch((error: unknown) => {
    if (!(error instanceof RunAborted)) throw error;
    return brokenOff(error, draft.soFar());
  });
}

function entered(
  { caller, run }: Streaming,
  heard: Exclude<Heard, { kind: 'broken' }> | Ended,
  { router, agentStreams }: Deps,
): Promise<Outcome> {
  const { sealing, observer, onRefused } = agentStreams;
  if (heard.kind === 'said') observer.used(heard.usage);
  const entering: Entering = {
    ...{ router, sealing, onEnd: observer.ended, giveUpAfterMs: GIVE_UP_MS },
    ...{ actor: caller.actor, correlationId: caller.requestId, traceparent: caller.traceparent },
    // One that was carried out and not heard of is found again by it.
    idempotencyKey: keyOf(caller) ?? `stream-${randomUUID()}`,
    onRefused: (code) => onRefused(run.runId, code),
  };
  return enter(entering, run, heard, new AbortController().signal);
}

function answered({ how, hasMessage, result }: Outcome, refusal: Problem | null): CommandAccepted | null {
  if (refusal && !hasMessage) throw new ProblemError(refusal);
  if (!result.ok) throw new ProblemError(result.problem);
  if (how === 'superseded') throw problem('conflict', 'the agent answers a newer message of this thread instead');
  return hasMessage ? result : null;
}
