import { aborted, until } from '@threadlog/service';
import { createProjected } from '../erasure/projected';
import { createLiveReader } from './live';
import { tellOfPresence } from './presence';
import { runReplays } from './replay/replays';
import { sweepReplays } from './replay/store';
import { sweepAttempts } from './attempts/store';
import { assemble, type Parts } from './assemble';
import type { DeliverDeps } from './deps';

/** Endpoints are looked at so often. */
const SYNC_EVERY_MS = 1_000;
const LATE_EVERY_MS = 100;
const REVIVE_EVERY_MS = 500;
/** What was given up is kept so long, in days. */
const DEAD_LETTER_DAYS = 30;
const DAY_MS = 86_400_000;
const SWEEP_EVERY_MS = 3_600_000;

/** Delivers until the signal aborts. Rejects where it cannot go on: all of it begins once more, from what is stored. */
export async function deliver(deps: DeliverDeps, stop: AbortSignal): Promise<void> {
  const failing = new AbortController();
  const signal = AbortSignal.any([stop, failing.signal]);
  try {
    // What was deleted by now must be known as deleted before any of it is told, and endpoints as they are now.
    await createProjected(deps).active(signal);
    const parts = await assemble(deps, { signal, failing });
    if (!signal.aborted) await run(deps, parts, signal);
  } finally {
    failing.abort();
    deps.observer.left();
  }
}

async function run(deps: DeliverDeps, parts: Parts, signal: AbortSignal): Promise<void> {
  // Nothing that the end cuts off may count as taken: this comes before attempts hear of it.
  signal.addEventListener('abort', parts.cut, { once: true });
  await parts.membership.sync();
  await parts.forgetStrangers();
  if (deps.signals) tellOfPresence({ ...deps, ...parts, signals: deps.signals }, signal);
  const onBatch = createLiveReader(parts, signal);
  const subscription = await deps.log.follow({ name: 'webhooks', start: parts.start, onBatch });
  const onFault = (err: unknown) => deps.logger.warn({ err }, 'endpoints of webhooks cannot be looked at');
  const look = () => parts.membership.sync().then(parts.switchOff);
  const syncing = until(signal, look, { everyMs: SYNC_EVERY_MS, onFault });
  const others = [syncing, ...runBeside(deps, parts, signal)];
  const saving = parts.saver.run(signal);
  try {
    await Promise.race([aborted(signal), saving]);
    await saving;
  } finally {
    parts.cut();
    await subscription.stop();
  }
  await Promise.all(others);
  signal.throwIfAborted();
}

/** What goes on beside the reader, each by itself. */
function runBeside(deps: DeliverDeps, parts: Parts, signal: AbortSignal): Promise<void>[] {
  const { revival, registry, attempts, replay, threads, open } = parts;
  const onFault = (err: unknown) => deps.logger.warn({ err }, 'what was given up cannot be tried again yet');
  return [
    sweep(deps, parts, signal),
    runLate(deps, parts, signal),
    attempts.run(signal),
    until(signal, () => revival.look(registry), { everyMs: REVIVE_EVERY_MS, onFault }),
    runReplays({ ...deps, due: { threads, open }, registry, attempt: replay }, signal),
  ];
}

function runLate({ observer }: DeliverDeps, { registry }: Parts, signal: AbortSignal): Promise<void> {
  const tryLate = async (): Promise<void> => {
    const now = { lateLanes: 0, behind: 0, endpoints: registry.receivers().length, inMemory: 0, waiting: 0 };
    for (const outlet of [...registry.outlets()]) {
      now.lateLanes += outlet.lateLanes;
      now.inMemory += outlet.inMemory;
      now.waiting += outlet.waiting;
      if (outlet.own) now.behind += 1;
      if (outlet.isIdle() && !outlet.own) registry.retire(outlet);
      else outlet.tryLate();
    }
    observer.standing(now);
  };
  return until(signal, tryLate, { everyMs: LATE_EVERY_MS });
}

function sweep({ database, now, logger }: DeliverDeps, { deliveries }: Parts, signal: AbortSignal): Promise<void> {
  const forget = async (): Promise<void> => {
    await deliveries.forgetDead(new Date(now().getTime() - DEAD_LETTER_DAYS * DAY_MS));
    await sweepAttempts(database, now());
    await sweepReplays(database, now());
  };
  const onFault = (err: unknown) => logger.warn({ err }, 'what webhooks keep cannot be swept');
  return until(signal, forget, { everyMs: SWEEP_EVERY_MS, onFault });
}
