import { randomUUID } from 'node:crypto';
import type { Actor } from '@threadlog/auth';
import type { CommandAccepted, CommandResult, CommandRouter } from '@threadlog/commands';
import { problem, ProblemError, type Problem, type TenantId } from '@threadlog/events';
import { runIdOf, type Database } from '@threadlog/read-models';
import type { Signals } from '@threadlog/runtime';
import type { SealingService } from '@threadlog/sealing';
import type { Logger, Metrics, Service } from '@threadlog/service';
import { brokenOff, orAborted, RunAborted, type Ended } from './aborted';
import type { AskedMessage } from './asked';
import { createDraft, silentDraft, type Draft } from './draft';
import type { RunOfDraft } from './draftSignals';
import { enter, type Entering, type Outcome } from './enter';
import { createAgentObserver, timed } from './observe';
import { learnerOf } from './people';
import { createPlaces, type Place, type Places } from './places';
import { createPlaceStore } from './placeStore';
import type { Heard } from './said';
import type { Listening } from './streams';

export interface AgentStreamsDeps {
  database: Database;
  router: CommandRouter;
  /** Milliseconds that the question may take whether the agent may answer. */
  timeoutMs: number;
  sealing: Pick<SealingService, 'sealer' | 'cachedSealer' | 'endedAmong'>;
  logger: Pick<Logger, 'info' | 'warn'>;
  metrics: Pick<Metrics, 'registry'>;
  /** By which sockets are told what agents are about to say; without them nobody is. */
  signals: Pick<Signals, 'publish'> | undefined;
  /** Who wrote the message that is answered; throws `not_found` where it is not in the thread. */
  asked(tenantId: TenantId, threadId: string, messageId: string): Promise<AskedMessage>;
}

/** Hears an answer to its end, over whatever it comes. */
export type Hear = (listening: Pick<Listening, 'signal' | 'progress'>) => Promise<Heard>;

/** An agent's answer to a message, as it says it. */
export interface StreamRequest {
  actor: Actor;
  correlationId: string;
  traceparent?: string | undefined;
  /** The agent's own, if it has one: the same key is given the first answer again. */
  idempotencyKey: string | null;
  threadId: string;
  triggerMessageId: string;
  /** Called once the agent may answer; throws what cannot be heard. */
  open(): Hear;
  /** Told when it has its place, and anything said is shown. */
  begun?(runId: string): void;
}

export interface AgentStreams extends Service {
  /**
   * Takes what an agent says as it says it: a draft meanwhile, and in the end one message, by the rules of agents that are asked.
   * It waits for nothing shared meanwhile. Null where there is no message; throws what the run was refused with.
   */
  take(request: StreamRequest): Promise<CommandAccepted | null>;
}

interface Deps extends Omit<AgentStreamsDeps, 'database' | 'metrics' | 'signals'> {
  places: Places;
  observer: ReturnType<typeof createAgentObserver>;
  draftOf(run: RunOfDraft): Draft;
}

interface Streaming extends StreamRequest {
  run: RunOfDraft & { triggerMessageId: string };
  /** Null of a run that is over: the same key is answered as before, and nobody is told of a draft. */
  place: Place | null;
  draft: Draft;
}

/** No further try to enter what was said is begun after so many milliseconds. */
const GIVE_UP_MS = 20_000;

/** The streams that come in by this process. To be run beside what takes them. */
export function createAgentStreams({ database, metrics, signals, ...rest }: AgentStreamsDeps): AgentStreams {
  const drafts = signals && {
    publish: signals.publish,
    sealing: rest.sealing,
    learnerOf: (of: Parameters<typeof learnerOf>[1]) => learnerOf(database, of),
  };
  const places = createPlaces({ store: createPlaceStore(database), logger: rest.logger });
  const observer = createAgentObserver(metrics);
  const draftOf = drafts ? (run: RunOfDraft) => createDraft(drafts, run) : silentDraft;
  const deps = { ...rest, places, observer, draftOf };
  return { name: places.name, run: places.run, take: (request) => take(request, deps) };
}

async function take(request: StreamRequest, deps: Deps): Promise<CommandAccepted | null> {
  const { actor, threadId, triggerMessageId } = request;
  const { tenantId, id: agentId } = actor;
  const mayGoOn = (): Promise<CommandResult> => mayAnswer(request, deps);
  const isRepeated = await isRepeatedBy(request, mayGoOn);
  const hear = request.open();
  const asked = await deps.asked(tenantId, threadId, triggerMessageId);
  const named = { tenantId, threadId, triggerMessageId, agentId };
  const run = { ...named, ...asked, runId: runIdOf(named), attempt: Date.now() };
  const place = isRepeated ? null : await deps.places.take(run, mayGoOn);
  const draft = isRepeated ? silentDraft() : deps.draftOf(run);
  try {
    request.begun?.(run.runId);
    return await carried({ ...request, run, place, draft }, hear, deps);
  } finally {
    draft.dropped();
    await place?.leave();
  }
}

/** Whether the answer was entered before, asked of the thread's owner before anything is heard; throws where the agent may not answer. */
async function isRepeatedBy(
  { idempotencyKey }: StreamRequest,
  mayGoOn: () => Promise<CommandResult>,
): Promise<boolean> {
  const before = await mayGoOn();
  if (before.ok) return false;
  if (before.problem.code === 'run_over' && idempotencyKey !== null) return true;
  throw new ProblemError(before.problem);
}

function mayAnswer(
  { actor, correlationId, traceparent, threadId, triggerMessageId }: StreamRequest,
  { router, timeoutMs }: Deps,
): Promise<CommandResult> {
  const command = { type: 'agent.mayAnswer', input: { threadId, triggerMessageId } } as const;
  return router.execute({ actor, command, idempotencyKey: null, correlationId, traceparent, timeoutMs });
}

async function carried(streaming: Streaming, hear: Hear, deps: Deps): Promise<CommandAccepted | null> {
  const { draft, place } = streaming;
  draft.thinking();
  const heard = await listenTo(streaming, hear, deps);
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

async function listenTo({ place, draft }: Streaming, hear: Hear, { observer }: Deps): Promise<Heard | Ended> {
  const signal = place?.signal ?? new AbortController().signal;
  const hearing = hear({ signal, progress: timed(observer, draft) });
  return orAborted(hearing, signal).catch((error: unknown) => {
    if (!(error instanceof RunAborted)) throw error;
    return brokenOff(error, draft.soFar());
  });
}

function entered(
  { actor, correlationId, traceparent, idempotencyKey, run }: Streaming,
  heard: Exclude<Heard, { kind: 'broken' }> | Ended,
  { router, sealing, observer, logger }: Deps,
): Promise<Outcome> {
  if (heard.kind === 'said') observer.used(heard.usage);
  const entering: Entering = {
    ...{ router, sealing, onEnd: observer.ended, giveUpAfterMs: GIVE_UP_MS },
    ...{ actor, correlationId, traceparent },
    // One that was carried out and not heard of is found again by it.
    idempotencyKey: idempotencyKey ?? `stream-${randomUUID()}`,
    onRefused: (code) => logger.info({ runId: run.runId, code }, 'an agent’s answer was refused'),
  };
  return enter(entering, run, heard, new AbortController().signal);
}

function answered({ how, hasMessage, result }: Outcome, refusal: Problem | null): CommandAccepted | null {
  if (refusal && !hasMessage) throw new ProblemError(refusal);
  if (!result.ok) throw new ProblemError(result.problem);
  if (how === 'superseded') throw problem('conflict', 'the agent answers a newer message of this thread instead');
  return hasMessage ? result : null;
}
