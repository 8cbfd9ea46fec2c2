import { recordKey } from '@threadlog/events';
import type { LogRecord } from '@threadlog/log';
import { createLimiter } from '@threadlog/service';
import type { Outcome } from '../attempt';
import { dueOf, OPEN_FOR_MS, type Due, type DueDeps } from '../due';
import type { WebhookEndpoint } from '../endpoints/endpoint';
import type { Replay } from './store';

export type Untaken = Exclude<Outcome, { kind: 'delivered' }>;

/** A stretch of the log of which something is left to be told. */
export interface Stretch {
  /** Not told yet, in order. */
  left: readonly LogRecord[];
  delivered: number;
  givenUp: number;
  /** Attempts in a row at what is left. */
  tries: number;
}

export interface StepDeps {
  due: DueDeps;
  endpoint: WebhookEndpoint;
  attempt(due: Due): Promise<Outcome>;
  signal: AbortSignal;
}

/** Threads that are told of beside each other. */
const MAX_REPLAY_LANES = 8;

/**
 * Tells what is left of a stretch, each thread in order, and returns why something of it was not taken; null where all of it is
 * told, or there was no time for more before what was opened has to be opened again.
 */
export async function tellStretch(deps: StepDeps, replay: Replay, stretch: Stretch): Promise<Untaken | null> {
  const { endpoint, signal } = deps;
  const told = { tenantId: replay.tenantId, endpoint: { ...endpoint, since: null } };
  const found = await dueOf(deps.due, stretch.left, (tenantId) => (tenantId === replay.tenantId ? [told] : []));
  const lanes = Map.groupBy(
    found.map(({ due }) => due).filter((due) => isAsked(replay, due)),
    ({ lane }) => lane,
  );
  const open = new Set([...lanes.values()].flat().map(({ offset }) => offset));
  let failure: Untaken | null = null;
  const limit = createLimiter(MAX_REPLAY_LANES);
  async function tellLane(dues: readonly Due[]): Promise<void> {
    for (const due of dues) {
      if (signal.aborted || performance.now() - due.openedAt > OPEN_FOR_MS) return;
      const outcome = await deps.attempt(due);
      if (signal.aborted) return;
      if (outcome.kind === 'delivered') stretch.delivered += 1;
      else if (outcome.kind === 'refused') stretch.givenUp += 1;
      else return void (failure = outcome);
      stretch.tries = 0;
      open.delete(due.offset);
    }
  }
  await Promise.all([...lanes.values()].map((dues) => limit(() => tellLane(dues))));
  // What is neither open nor told is not to be told.
  stretch.left = stretch.left.filter(({ offset }) => open.has(offset));
  return failure;
}

/** Records that may hold something of what was asked for: of a thread those under its key. */
export function recordsFor({ tenantId, threadId }: Replay, records: readonly LogRecord[]): LogRecord[] {
  const wanted = threadId === null ? null : recordKey({ tenantId, type: 'thread', id: threadId as never });
  return records.filter(({ key }) => (wanted === null ? key.startsWith(`${tenantId}/`) : key === wanted));
}

function isAsked({ fromTime, toTime, threadId }: Replay, { event }: Due): boolean {
  const at = Date.parse(event.timestamp);
  const { threadId: own, conversationId } = event.data;
  return (
    (fromTime === null || at >= fromTime.getTime()) &&
    (toTime === null || at < toTime.getTime()) &&
    (threadId === null || own === threadId || conversationId === threadId)
  );
}
