import type { CommandResult } from '@threadlog/commands';
import type { Decision, DecisionContext } from '../decider';
import type { Sealing } from '@threadlog/sealing';
import type { Problem, TenantId } from '@threadlog/events';
import type { LegalHold } from '@threadlog/read-models';
import type { Clock, ReadModel } from '../ownership/ports';
import type { Tenure } from '../ownership/tenure';
import type { Receipt } from '../streams/receiptBook';
import type { StreamEntry } from '../streams/streamEntry';
import { nextTimestamp } from '../timestamps';
import { ERASED, peopleOf } from './admission';
import { isMadeBy, type Answers } from './answers';
import { commit, type CommitDeps } from './commit';
import { NOT_OWNER, OUTCOME_UNKNOWN, refusal, type Job } from './job';
import { loadParts, lookUpKey, type MissingParts } from './loads';
import { sealScopeOf } from './sealDrafts';

export interface TurnDeps extends CommitDeps {
  decide(command: Job['request']['command'], state: StreamEntry, context: DecisionContext): Decision;
  sealing: Sealing;
  readModel: ReadModel;
  clock: Clock;
  answers: Answers;
  limits: DecisionContext['limits'];
  /** Legal holds of a tenant as last read; null where they are not known well enough to rely on. */
  holdsOf(tenantId: TenantId): readonly LegalHold[] | null;
  windowStart(): string;
}

/** The streams a decision stands on: its own, and the root that holds people and access. */
export interface Ground {
  entry: StreamEntry;
  root: StreamEntry;
}

/**
 * One attempt at a command. Whatever must be waited for comes first and ends the attempt; when nothing is missing,
 * replay, refusal or decision, sealing and the append happen in this one synchronous turn, so no other decision and no
 * change of hands can come between them.
 */
export function createTurn(deps: TurnDeps, tenure: Tenure): (job: Job) => Promise<void> | null {
  return (job) => {
    if (job.answered) return null;
    if (!tenure.isServing()) return done(job.answer(NOT_OWNER));
    const { stream, root } = job.target;
    const entry = tenure.streams.get(stream);
    if (!entry) return tenure.streams.load(stream);
    const rootEntry = stream === root ? entry : tenure.streams.get(root);
    if (!rootEntry) return tenure.streams.load(root);
    const ground = { entry, root: rootEntry };
    if (entry.parked || rootEntry.parked || tenure.streams.isParked(job.target.recordKey)) {
      return done(job.answer(refusal(parkedFor(deps, job, ground))));
    }
    return onGround(deps, tenure, job, ground);
  };
}

const PARKED: Problem = {
  code: 'unavailable',
  detail: 'This waits for an operator: one of the events before it could not be processed.',
};

/** Whoever may not see the thread is not told that it is there; nobody may see one that is closed. */
function parkedFor({ answers }: TurnDeps, { request }: Job, ground: Ground): Problem {
  return answers.hidesThread(ground, request.actor) ?? PARKED;
}

function onGround(deps: TurnDeps, tenure: Tenure, job: Job, ground: Ground): Promise<void> | null {
  const receipt = findReceipt(deps, job, ground.entry);
  if (receipt === 'unknown') return lookUpKey(deps, tenure, job, ground.entry);
  const wanted = receipt === null ? job.target.parts : deps.answers.partsOf(job.request.command, receipt.row);
  const missing = missingParts(job, ground, wanted);
  if (missing) return loadParts(deps, tenure, job, missing);
  if (receipt !== null) return done(replay(deps, tenure, job, { ...ground, receipt }));
  return decideNow(deps, tenure, job, ground);
}

function missingParts(job: Job, ground: Ground, wanted: readonly string[]): MissingParts | null {
  if (wanted.length === 0) return null;
  // A sub-thread branches off a message of its root; everything else is about parts of its own stream.
  const branching = job.request.command.type === 'thread.create';
  const entry = branching ? ground.root : ground.entry;
  const stream = branching ? job.target.root : job.target.stream;
  if (job.partsReadInto === entry) return null;
  const names = wanted.filter((name) => !entry.messages.has(name) && !entry.userThreads.has(name));
  return names.length > 0 ? { entry, stream, names } : null;
}

function findReceipt(deps: TurnDeps, job: Job, entry: StreamEntry): Receipt | 'unknown' | null {
  const { keyHash } = job.target;
  if (keyHash === null) return null;
  const found = entry.receipts.find(keyHash, deps.windowStart());
  if (found === 'absent' || (found === 'unknown' && job.keyReadInto === entry)) return null;
  return found;
}

function decideNow(deps: TurnDeps, tenure: Tenure, job: Job, ground: Ground): Promise<void> | null {
  const { command, actor } = job.request;
  const now = nextTimestamp(deps.clock.wallMicros(), ground.entry.lastTimestamp);
  const people = peopleOf(command, actor);
  const admission = people.length === 0 ? 'open' : deps.sealing.cachedAdmission(actor.tenantId, people);
  if (admission === 'unknown') return deps.sealing.loadAdmission(actor.tenantId, people);

  const context: DecisionContext = {
    actor,
    now,
    newId: job.target.newId,
    root: ground.root,
    holds: deps.holdsOf(actor.tenantId),
    limits: deps.limits,
  };
  const decision = deps.decide(command, ground.entry, context);
  if (decision.kind !== 'events') {
    return done(answerWhenAcked(tenure, job, ground, answerTo(decision, deps, job.request, ground)));
  }
  // Only now: whoever may not see the thread must not learn from it who was erased.
  if (admission === 'erased') return done(answerWhenAcked(tenure, job, ground, () => refusal(ERASED)));
  const scope = sealScopeOf(command, actor, job.target.stream, { ...ground, now });
  const sealer = scope && deps.sealing.cachedSealer(scope);
  if (scope && !sealer) return deps.sealing.sealer(scope).then(() => undefined);
  return done(commit(deps, tenure, job, { ...ground, now, drafts: decision.events, sealer: sealer ?? null }));
}

/** How a decision that leaves no event is answered, once what it rests on is acked. */
function answerTo(
  decision: Exclude<Decision, { kind: 'events' }>,
  deps: TurnDeps,
  { command, actor }: Job['request'],
  ground: Ground,
): () => CommandResult | Promise<CommandResult> {
  if (decision.kind === 'refused') return () => refusal(decision.problem);
  if (decision.kind === 'told') {
    return () => ({ ok: true, status: 200, resource: decision.told, position: null, replayed: false });
  }
  const untouched = { ...ground, actor, position: null, replayed: false, changed: false, clear: new Map() };
  const source = deps.answers.sourceOf(command, untouched);
  return () => deps.answers.build(actor, source);
}

/** The first answer again, rebuilt from what the resource is now; the same key with another request is a mistake. */
function replay(deps: TurnDeps, tenure: Tenure, job: Job, found: Ground & { receipt: Receipt }): void {
  const { receipt } = found;
  const { command, actor } = job.request;
  if (receipt.row.request_hash !== job.requestHash) {
    return answerWhenAcked(tenure, job, found, () => refusal(KEY_REUSED));
  }
  const hidden = deps.answers.hides(command, found, actor);
  if (hidden) return answerWhenAcked(tenure, job, found, () => refusal(hidden));
  const { partition } = tenure.lease;
  const { settled } = receipt;
  const source = deps.answers.sourceOf(command, {
    ...found,
    actor,
    resourceId: receipt.row.resource_id,
    position: null,
    replayed: true,
    changed: isMadeBy(command, receipt.row.event_type),
    clear: new Map(),
  });
  answerWhenAcked(tenure, job, found, async () => {
    const offset = settled ? await settled : receipt.row.log_offset;
    return deps.answers.build(actor, { ...source, position: { partition, offset } });
  });
}

const KEY_REUSED: Problem = {
  code: 'idempotency_key_reused',
  detail: 'This idempotency key was used for another request.',
};

/**
 * Answers what rests on events that may still be in flight: only when all of them are acked, and only if the lease of
 * this epoch is held then. Else the answer would promise what may never have happened.
 */
function answerWhenAcked(
  tenure: Tenure,
  job: Job,
  ground: Ground,
  build: () => CommandResult | Promise<CommandResult>,
): void {
  const pending = [ground.entry.inFlight, ground.root.inFlight].filter((one) => one !== null);
  job.decided = true;
  void (async () => {
    try {
      for (const one of pending) await one;
      const result = await build();
      job.answer(tenure.isHeld() ? result : OUTCOME_UNKNOWN);
    } catch {
      job.answer(OUTCOME_UNKNOWN);
    }
  })();
}

function done(_: void): null {
  return null;
}
