import type { EventLog } from '@threadlog/log';
import type { Database } from '@threadlog/read-models';
import { until, type Logger } from '@threadlog/service';
import type { Outcome } from '../attempt';
import type { Due, DueDeps } from '../due';
import { endpointKey } from '../endpoints/endpoint';
import type { Receiver } from '../receiver';
import type { Registry } from '../registry';
import { runReplay, type ReplayMemory, type RunDeps } from './run';
import { endReplay, runningReplays, type Replay } from './store';

export interface ReplaysDeps {
  database: Database;
  log: Pick<EventLog, 'read'>;
  due: DueDeps;
  registry: Pick<Registry, 'receiver'>;
  attempt(receiver: Receiver, due: Due, signal: AbortSignal): Promise<Outcome>;
  observer: { replaying(count: number): void };
  logger: Logger;
  now(): Date;
}

/** So often it is looked which replays run, and which were cancelled. */
const LOOK_EVERY_MS = 250;
/** Replays that are told from at once, over all tenants; others wait for their turn. */
const MAX_REPLAYS = 16;
/** An endpoint that is not told of anything this long after the request is switched off, or gone. */
const STRANGER_MS = 5_000;
/** A replay that is not through by then is given up. */
const MAX_REPLAY_DAYS = 7;
const DAY_MS = 86_400_000;

interface Running {
  ending: AbortController;
  memory: ReplayMemory;
  /** A turn of it is under way. */
  busy: boolean;
  /** When it may have its next turn; milliseconds since 1970. */
  dueAt: number;
  /** Since when nobody is told; null while somebody is. */
  strangeSince: number | null;
}

/** Tells again what was asked for, beside live deliveries, until the signal aborts. Replays go on where they were stored last. */
export async function runReplays(deps: ReplaysDeps, signal: AbortSignal): Promise<void> {
  const running = new Map<string, Running>();
  const turns = new Set<Promise<void>>();
  async function look(): Promise<void> {
    const replays = await runningReplays(deps.database);
    const wanted = new Set(replays.map(({ id }) => id));
    dropOthers(running, wanted);
    deps.observer.replaying(replays.length);
    for (const replay of replays) await consider(replay);
  }

  async function consider(replay: Replay): Promise<void> {
    const now = deps.now().getTime();
    const own = running.get(replay.id) ?? begin(now);
    running.set(replay.id, own);
    const receiver = deps.registry.receiver(endpointKey(replay.tenantId, replay.webhookId));
    if (now - replay.requestedAt.getTime() > MAX_REPLAY_DAYS * DAY_MS) return end(replay, 'expired');
    if (!receiver) {
      own.strangeSince ??= now;
      return now - own.strangeSince > STRANGER_MS ? end(replay, 'endpoint_off') : undefined;
    }
    own.strangeSince = null;
    if (own.busy || own.dueAt > now || turns.size >= MAX_REPLAYS) return;
    const turn = takeTurn(replay, own, receiver).finally(() => turns.delete(turn));
    turns.add(turn);
  }

  async function takeTurn(replay: Replay, own: Running, receiver: Receiver): Promise<void> {
    own.busy = true;
    const ending = AbortSignal.any([signal, own.ending.signal, receiver.signal]);
    const attempt = (due: Due) => deps.attempt(receiver, due, ending);
    const step = {
      ...deps,
      get endpoint() {
        return receiver.endpoint;
      },
      attempt,
      signal: ending,
    };
    const rest = await goOn(step, replay, own.memory).catch((err: unknown) => {
      if (!ending.aborted) deps.logger.warn({ err, replay_id: replay.id }, 'a replay cannot go on, trying again');
      return LOOK_EVERY_MS;
    });
    own.dueAt = deps.now().getTime() + rest;
    own.busy = false;
  }

  /** Returns after how many milliseconds it may go on. */
  async function goOn(step: RunDeps, replay: Replay, memory: ReplayMemory): Promise<number> {
    const ended = await runReplay(step, replay, memory);
    if (typeof ended === 'object') return ended.rest;
    if (ended === 'completed') await endReplay(deps.database, { replayId: replay.id, status: ended, reason: null });
    if (ended === 'not_taken') await end(replay, ended);
    return 0;
  }

  const end = async ({ id }: Replay, reason: string): Promise<void> =>
    void (await endReplay(deps.database, { replayId: id, status: 'failed', reason }));

  const onFault = (err: unknown) => deps.logger.warn({ err }, 'replays of webhooks cannot be looked at');
  await until(signal, look, { everyMs: LOOK_EVERY_MS, onFault });
  await Promise.allSettled(turns);
}

/** What was cancelled meanwhile ends at once. */
function dropOthers(running: Map<string, Running>, wanted: ReadonlySet<string>): void {
  for (const [id, { ending }] of running) {
    if (wanted.has(id)) continue;
    ending.abort();
    running.delete(id);
  }
}

function begin(now: number): Running {
  return {
    ...{ ending: new AbortController(), memory: { stretch: null }, busy: false },
    ...{ dueAt: now, strangeSince: null },
  };
}
