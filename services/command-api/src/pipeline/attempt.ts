import type { CommandRequest } from '@threadlog/commands';
import { rootThreadId, type Problem, type TenantId } from '@threadlog/events';
import type { LegalHold } from '@threadlog/read-models';
import type { Sealing, SealScope } from '@threadlog/sealing';
import type { Extras, Limits } from '../commands/decision';
import type { OwnedPartition } from '../ownership/ownedPartition';
import type { ReadModel } from '../streams/ports';
import type { Receipt } from '../streams/receiptBook';
import { hasPart, type StreamEntry } from '../streams/streamEntry';
import { nextTimestamp, type Clock } from '../clock';
import type { Answers } from './answer';
import { answerTo, answerWhenAcked, replay } from './answerWhenAcked';
import { commit, type CommitDeps } from './commit';
import { learnerOf, NOT_OWNER, refusal, type Job, type StreamWithRoot } from './job';
import { loadParts, lookUpKey, type MissingParts } from './loads';

export interface AttemptDeps extends CommitDeps {
  sealing: Sealing;
  readModel: ReadModel;
  clock: Clock;
  answers: Answers;
  limits: Limits;
  /** Legal holds of a tenant as last read; null where they are not known well enough to rely on. */
  holdsOf(tenantId: TenantId): readonly LegalHold[] | null;
  /** Looks up and makes what few commands need. */
  extrasOf(
    request: Pick<CommandRequest, 'actor' | 'command'>,
    names: readonly (keyof Extras)[],
  ): Promise<Partial<Extras>>;
  windowStart(): string;
}

/**
 * One attempt at a command. Whatever must be waited for comes first and ends the attempt; when nothing is missing,
 * replay, refusal or decision, sealing and the append happen in this one synchronous turn, so no other decision and no
 * change of hands can come between them.
 */
export function createAttempt(deps: AttemptDeps, owned: OwnedPartition): (job: Job) => Promise<void> | null {
  return (job) => {
    if (job.answered) return null;
    if (!owned.isServing()) return done(job.answer(NOT_OWNER));
    const { stream, root } = job.resolved;
    const entry = owned.streams.get(stream);
    if (!entry) return owned.streams.load(stream);
    const rootEntry = stream === root ? entry : owned.streams.get(root);
    if (!rootEntry) return owned.streams.load(root);
    const streams = { entry, root: rootEntry };
    const parked = parkedFor(deps, owned, job, streams);
    if (parked) return done(job.answer(refusal(parked)));
    const receipt = findReceipt(deps, job, entry);
    if (receipt === 'unknown') return lookUpKey(deps, owned, job, entry);
    const missing = missingParts(job, streams, receipt);
    if (missing) return loadParts(deps, owned, job, missing);
    if (receipt !== null) return done(replay(deps.answers, owned, job, { ...streams, receipt }));
    return decideNow(deps, owned, job, streams);
  };
}

const PARKED: Problem = {
  code: 'unavailable',
  detail: 'This waits for an operator: one of the events before it could not be processed.',
};

/** Whoever may not see the thread is not told that it is there; nobody may see one that is closed. */
function parkedFor(
  { answers }: AttemptDeps,
  owned: OwnedPartition,
  { request, resolved }: Job,
  streams: StreamWithRoot,
): Problem | null {
  const isParked = streams.entry.parked || streams.root.parked || owned.streams.isParked(resolved.recordKey);
  return isParked ? (answers.hidesThread(streams, request.actor) ?? PARKED) : null;
}

const NO_PARTS: readonly string[] = [];

/** What the decision, or the first answer given again, needs and is not at hand. */
function missingParts(job: Job, streams: StreamWithRoot, receipt: Receipt | null): MissingParts | null {
  const { definition, parts, root, stream: own } = job.resolved;
  const { input } = job.request.command;
  const wanted = receipt === null ? parts : (definition.replays?.(input, receipt.row) ?? NO_PARTS);
  if (wanted.length === 0) return null;
  const [entry, stream] = definition.readsFrom === 'root' ? [streams.root, root] : [streams.entry, own];
  if (job.partsReadInto === entry) return null;
  const names = wanted.filter((name) => !hasPart(entry, name));
  return names.length > 0 ? { entry, stream, names } : null;
}

function findReceipt(deps: AttemptDeps, job: Job, entry: StreamEntry): Receipt | 'unknown' | null {
  const { idempotency } = job.resolved;
  if (idempotency === null) return null;
  const found = entry.receipts.find(idempotency.key_hash, deps.windowStart());
  if (found === 'absent' || (found === 'unknown' && job.keyReadInto === entry)) return null;
  return found;
}

function decideNow(deps: AttemptDeps, owned: OwnedPartition, job: Job, streams: StreamWithRoot): Promise<void> | null {
  const { command, actor } = job.request;
  const { definition, newId } = job.resolved;
  const { state } = streams.entry;
  const now = nextTimestamp(deps.clock.wallMicros(), streams.entry.lastTimestamp);
  const people = definition.people(command.input, actor);
  const admission = people.length === 0 ? 'open' : deps.sealing.cachedAdmission(actor.tenantId, people);
  if (admission === 'unknown') return deps.sealing.loadAdmission(actor.tenantId, people);
  if (job.extras === null) return loadExtras(deps, job);

  const context = {
    actor,
    now,
    newId,
    root: streams.root.state,
    holds: () => deps.holdsOf(actor.tenantId),
    extras: job.extras,
    limits: deps.limits,
  };
  const decision = definition.decide(command.input, state, context);
  if (decision.kind !== 'events') {
    return done(answerWhenAcked(owned, job, streams, answerTo(decision, deps.answers, job, streams)));
  }
  // Only now: whoever may not see the thread must not learn from it who was erased.
  if (admission === 'erased') return done(answerWhenAcked(owned, job, streams, () => refusal(ERASED)));
  const scope = sealScopeOf(job, streams, now);
  const sealer = scope && deps.sealing.cachedSealer(scope);
  if (scope && !sealer) return deps.sealing.sealer(scope).then(() => undefined);
  return done(commit(deps, owned, job, { ...streams, now, drafts: decision.events, sealer: sealer ?? null }));
}

async function loadExtras({ extrasOf }: AttemptDeps, job: Job): Promise<void> {
  job.extras = await extrasOf(job.request, job.resolved.definition.extras ?? []);
}

/** Whose keys the command's text needs; null where it has none. */
function sealScopeOf({ request, resolved }: Job, { entry, root }: StreamWithRoot, now: string): SealScope | null {
  const { definition, stream } = resolved;
  if (!definition.seals) return null;
  const { actor, command } = request;
  const threadId = rootThreadId(stream.id);
  const sealing = { actor, state: entry.state, threadId, learnerId: learnerOf(root.state), now };
  return definition.seals(command.input, sealing);
}

const ERASED: Problem = {
  code: 'subject_erased',
  detail: 'Somebody who writes here, or whom this brings in, was erased.',
};

function done(_: void): null {
  return null;
}
