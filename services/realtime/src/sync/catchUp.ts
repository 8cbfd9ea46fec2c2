import type { Actor } from '@threadlog/auth';
import type { DispatchedLog } from '../log/dispatchedLog';
import { lostFrame } from '../frames';
import type { RealtimeLimits } from '../limits';
import { present } from '../presenters';
import { repliedTo } from '../presenters/replies';
import { withoutWithdrawn } from '../presenters/withdrawn';
import type { Connection } from '../rooms/connection';
import type { Subscription } from '../rooms/connection';
import type { Rooms } from '../rooms/rooms';
import { seesEverything } from '../rooms/seen';
import type { Views } from '../views';
import type { Beginnings } from './beginnings';
import { changedFrames, neededBy } from './changedFrames';
import { collapse } from './collapse';
import { finish, type Outcome } from './finish';
import { planCatchUp, type Plan } from './plan';
import type { References } from './references';
import type { SyncReader } from './reader';
import type { Settle } from './settle';
import type { Withdrawals } from './withdrawals';

export interface CatchUpDeps {
  rooms: Rooms;
  dispatched: DispatchedLog;
  reader: SyncReader;
  settle: Settle;
  views: Views;
  beginnings: Pick<Beginnings, 'prepare'>;
  references: Pick<References, 'prepare' | 'hiddenOf'>;
  withdrawals: Withdrawals;
  limits: RealtimeLimits;
  /** Told of what could not be read or shown; the stream ends in `resync` all the same. */
  onFault(cause: unknown, threadId: string): void;
}

/** One stream that a client has up to `since`, with the plan made when its place was opened. */
export interface Stream {
  threadId: string;
  since: number;
  plan: Plan;
}

export interface CatchUp {
  /** Plans a stream; call it in the turn in which the place is opened, with the thread's seq where it is known. */
  plan(subscription: Subscription, stream: { threadId: string; since: number; known: number | null }): Stream;
  /** Brings the streams of a place to the dispatch position and ends each in `resumed` or `resync`; never rejects. */
  run(subscription: Subscription, streams: readonly Stream[]): Promise<void>;
  /** Ends a place's syncing without anything missed. */
  finish(subscription: Subscription): void;
}

export function createCatchUp(deps: CatchUpDeps): CatchUp {
  const { rooms, dispatched, limits } = deps;
  const lastSeq = ({ connection }: Subscription, threadId: string) =>
    dispatched.ringOf(connection.actor.tenantId, threadId).lastSeq(connection.actor.tenantId, threadId);

  async function settled(subscription: Subscription, stream: Stream): Promise<Outcome | null> {
    try {
      const outcome = await outcomeOf(deps, subscription, stream);
      if (!(await isSeen(deps, subscription, stream))) return null;
      if (outcome) await prepareReplies(deps, subscription, outcome);
      return outcome;
    } catch (cause) {
      deps.onFault(cause, stream.threadId);
      const known = stream.plan.kind === 'ahead' ? null : stream.plan.version;
      const seq = lastSeq(subscription, stream.threadId) ?? known;
      return { threadId: stream.threadId, seq, kind: 'resync', deliveries: [] };
    }
  }

  /** Streams of a place end with their root's. */
  function gone(subscription: Subscription, threadId: string): void {
    subscription.connection.wire.emit(lostFrame(threadId, 'hidden'));
    if (threadId === subscription.threadId) rooms.end(subscription);
  }

  return {
    plan({ connection }, { threadId, since, known }) {
      const { tenantId, id: userId } = connection.actor;
      const input = { tenantId, threadId, userId, since, known, most: limits.replayPerThread };
      const plan = planCatchUp(dispatched.ringOf(tenantId, threadId), input);
      return { threadId, since, plan };
    },
    async run(subscription, streams) {
      const outcomes: Outcome[] = [];
      for (const stream of streams) {
        const outcome = await settled(subscription, stream);
        if (subscription.state !== 'syncing') return;
        if (outcome) outcomes.push(withinBudget(subscription.connection, outcome));
        else gone(subscription, stream.threadId);
      }
      finish({ rooms, lastSeq }, subscription, outcomes);
    },
    finish: (subscription) => finish({ rooms, lastSeq }, subscription, []),
  };
}

/** What a connection may still be sent bounds what all its threads together cost. */
function withinBudget(connection: Connection, outcome: Outcome): Outcome {
  if (outcome.deliveries.length > connection.replayBudget) return { ...outcome, kind: 'resync', deliveries: [] };
  connection.replayBudget -= outcome.deliveries.length;
  return outcome;
}

/** Whether the stream is the place's own, or a sub-thread that it sees. */
async function isSeen({ beginnings, rooms }: CatchUpDeps, subscription: Subscription, { threadId }: Stream) {
  if (threadId === subscription.threadId || seesEverything(subscription)) return true;
  await beginnings.prepare(subscription.connection.actor.tenantId, [threadId]);
  return !rooms.hides(subscription, { threadId, messageIndex: null });
}

/** Who came late is told of what a message replies to only where that is shown to it: see `Rooms.shownTo`. */
async function prepareReplies({ references }: CatchUpDeps, subscription: Subscription, { deliveries }: Outcome) {
  if (seesEverything(subscription)) return;
  const ids = deliveries.flatMap((delivery) => repliedTo(delivery) ?? []);
  await references.prepare(subscription.connection.actor.tenantId, ids);
}

/** Null when the thread is gone. */
async function outcomeOf(deps: CatchUpDeps, subscription: Subscription, stream: Stream): Promise<Outcome | null> {
  const { threadId, plan } = stream;
  if (plan.kind === 'rows') return fromRows(deps, subscription.connection.actor, stream);
  if (plan.kind === 'ahead') return catchUpWith(deps, subscription.connection.actor, stream);
  if (plan.kind === 'resync') return { threadId, seq: plan.version, kind: 'resync', deliveries: [] };
  const { tenantId } = subscription.connection.actor;
  const [views, deleted] = await Promise.all([
    deps.views.forEvents(plan.events),
    deps.withdrawals.among(tenantId, plan.events),
  ]);
  const deliveries = plan.events.map((event) => present(event, views.get(event.tenant_id)!));
  return { threadId, seq: plan.version, kind: 'resumed', deliveries: withoutWithdrawn(deliveries, deleted) };
}

/** Waits until what the client has is dispatched here, too; what it claims may never be. */
async function catchUpWith({ dispatched, limits }: CatchUpDeps, { tenantId }: Actor, { threadId, since }: Stream) {
  // The ring may have let go of the thread's events when somebody looks again.
  let seq: number | null = null;
  const isReached = () =>
    (seq = dispatched.ringOf(tenantId, threadId).lastSeq(tenantId, threadId) ?? seq) !== null && seq >= since;
  const reached = await dispatched.until(isReached, limits.aheadWaitMs).then(
    () => true,
    () => false,
  );
  return { threadId, seq: reached ? since : seq, kind: reached ? 'resumed' : 'resync', deliveries: [] } as const;
}

async function fromRows(deps: CatchUpDeps, actor: Actor, { threadId, since }: Stream): Promise<Outcome | null> {
  const { tenantId } = actor;
  const { dispatched, reader, settle, views } = deps;
  const limit = deps.limits.replayPerThread;
  const ring = dispatched.ringOf(tenantId, threadId);
  const { changes, tooMany } = await settle.thread(
    { tenantId, threadId },
    () => reader.changes(tenantId, threadId, { since, limit }),
    (rows) => ({
      changes: collapse(rows, ring.since(tenantId, threadId, rows.from), since),
      tooMany: rows.messages.length > limit,
    }),
    // Messages may live in a store that is ahead of the checkpoint: their events must have been dispatched, too.
    ({ messages, thread }) =>
      (messages.at(-1)?.version ?? 0) <= Math.max(thread?.version ?? 0, ring.lastSeq(tenantId, threadId) ?? 0),
  );
  if (!changes) return null;
  const seq = changes.thread.version;
  // Membership that changed may have changed what of the history is seen, too.
  const own = changes.participants.some(({ user_id }) => user_id === actor.id);
  if (since > seq || tooMany || own) return { threadId, seq, kind: 'resync', deliveries: [] };
  const { blobs, people } = neededBy(changes);
  const view = await views.of(tenantId, blobs, people);
  return { threadId, seq, kind: 'resumed', deliveries: changedFrames(changes, since, view) };
}
