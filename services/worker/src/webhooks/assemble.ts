import type { TenantId } from '@threadlog/events';
import { beginSpan } from '@threadlog/service';
import { createProjected } from '../erasure/projected';
import { createDeletedAmong } from '../feed/deleted';
import { createOpen, type Open } from '../feed/openTogether';
import { logEnds } from '../feed/positions';
import { attemptDelivery, type Outcome } from './attempt';
import { createAttemptLog, type AttemptLog } from './attempts/attemptLog';
import { recordOf } from './attempts/record';
import type { Due, DueDeps } from './due';
import { OPERATORS_KEY } from './endpoints/endpoint';
import { createKnownThreads } from './endpoints/threadFacts';
import { findDue } from './find';
import { createMembership, type Membership } from './membership';
import { createOutlet } from './outlet';
import type { Outlet, OutletDeps } from './outletPorts';
import type { WebhookEvent } from './payload';
import { beginReading, catchUp, type ReadingDeps } from './reading';
import type { Receiver } from './receiver';
import type { ReplaysDeps } from './replay/replays';
import { createRevival, type Revival } from './revival';
import { createRegistry, type Registry } from './registry';
import { createRoom } from './room';
import { publishKey } from './store/keys';
import { createDeliveries, type Deliveries, type WaitingLane } from './store/deliveries';
import { LIVE_READER, readPositions, storePositions, type Positions } from './store/positions';
import { createReceiverStore } from './store/receivers';
import { createSaver, type Saver } from './store/saver';
import { createSwitchOff } from './switchOff';
import { createWatermark, type Watermark } from './watermark';
import type { DeliverDeps } from './deps';

/** What delivers, and what is known at its start. */
export interface Parts extends DueDeps {
  registry: Registry;
  watermark: Watermark;
  room: ReturnType<typeof createRoom>;
  saver: Saver;
  deliveries: Deliveries;
  membership: Membership;
  /** Switches endpoints off that take nothing any more. */
  switchOff(): Promise<void>;
  start: Positions;
  /** Ends all that is under way without a trace. */
  cut(): void;
  /** Ends what is stored of endpoints that are no more. */
  forgetStrangers(): Promise<void>;
  attempt: Attempt;
  attempts: AttemptLog;
  revival: Revival;
  /** Tries to tell of something again because somebody asked for it. */
  replay: ReplaysDeps['attempt'];
  /** Lets an outlet read for itself from there on. */
  readFrom(outlet: Outlet, positions: Positions): void;
}

/** Tries to tell a receiver of an event, of which `due` says where it stands in the log. */
export type Attempt = (receiver: Receiver, event: WebhookEvent, due?: Due) => Promise<Outcome>;

/** Puts them together from what is stored. Nothing runs yet. */
export async function assemble(
  deps: DeliverDeps,
  { signal, failing }: { signal: AbortSignal; failing: AbortController },
): Promise<Parts> {
  const { database, log } = deps;
  await publishKey(database, deps.ed25519);
  const saver = createSaver(database);
  const deliveries = createDeliveries(database);
  const receivers = createReceiverStore(database);
  const reading = await readPositions(database);
  const start = await begin(deps, reading.get(LIVE_READER));
  const watermark = createWatermark(start);
  saver.keep(LIVE_READER, watermark);
  const revival = createRevival(database, deps.now);
  await revival.begin();
  const waiting = Map.groupBy(await deliveries.waiting(), ({ outlet }) => outlet);
  const due: DueDeps = { threads: createKnownThreads(database), open: createOpener(deps) };
  const room = createRoom();
  const attempts = createAttemptLog(deps);
  const attempt = createAttempt(deps, attempts, signal);
  const make = createOutletMaker({ ...deps, saver, deliveries, room }, { due, log, attempt, waiting });
  const registry = createRegistry(make, deps.limits);
  const known = await receivers.all();
  const readFrom = createReadFrom(
    { ...due, log, saver, mayReadOn: registry.mayReadOn },
    { watermark, signal, failing },
  );
  const membership = createMembership({
    ...{ source: deps.endpoints, registry, receivers, saver, log, live: watermark, known, reading, readFrom },
    stored: [...new Set([...waiting.keys(), ...reading.keys()])],
    projected: () => createProjected(deps).active(signal),
    now: deps.now,
  });
  return {
    ...{
      ...due,
      registry,
      watermark,
      room,
      saver,
      deliveries,
      membership,
      start,
      attempt,
      attempts,
      revival,
      readFrom,
    },
    replay: createReplayAttempt(deps, attempts),
    switchOff: createSwitchOff({ ...deps, registry, receivers, known }),
    cut() {
      for (const outlet of registry.outlets()) outlet.stop('cut');
    },
    async forgetStrangers() {
      const strangers = [...known.keys()].filter((key) => key !== OPERATORS_KEY && !registry.receiver(key));
      for (const key of strangers) saver.forget(key);
      await receivers.forget(strangers);
    },
  };
}

type Live = { watermark: Watermark; signal: AbortSignal; failing: AbortController };

/** Lets outlets read for themselves until they have caught up. */
function createReadFrom(deps: ReadingDeps, { watermark, signal, failing }: Live) {
  return (outlet: Outlet, positions: Positions): void => {
    const own = beginReading(deps, outlet, positions);
    const ending = AbortSignal.any([signal, outlet.receiver.signal]);
    void catchUp(deps, { outlet, own }, watermark, ending).catch((error: unknown) => {
      if (!ending.aborted) failing.abort(error);
    });
  };
}

/** Where nobody was ever told anything it begins with what happens from now on. */
async function begin({ database, log }: DeliverDeps, stored: Positions | undefined): Promise<Positions> {
  if (stored?.size === log.partitions) return stored;
  const positions = new Map([...(await logEnds(database, log)), ...(stored ?? [])]);
  await storePositions(
    database,
    [...positions].map(([partition, at]) => ({ reader: LIVE_READER, partition, at })),
  );
  return positions;
}

function createOpener({ database, sealing, logger, observer }: DeliverDeps): Open {
  const deletedAmong = createDeletedAmong(database);
  return createOpen({
    ...{ sealing, deletedAmong },
    onWithheld({ event_id, event_type, tenant_id }, reason) {
      observer.withheld(reason);
      if (reason === 'unreadable') logger.warn({ event_id, event_type, tenant_id }, 'an event cannot be opened');
    },
  });
}

function createAttempt(deps: DeliverDeps, attempts: AttemptLog, signal: AbortSignal): Attempt {
  return async (receiver, event, due) => {
    const ending = AbortSignal.any([signal, receiver.signal]);
    const at = deps.now();
    const span = due?.trace === undefined ? null : beginSpan({ name: 'delivery', parent: due.trace });
    const attempted = await attemptDelivery(deps, receiver.endpoint, event, { signal: ending });
    const { outcome } = attempted;
    span?.end({
      code: outcome.kind === 'delivered' ? undefined : outcome.reason,
      facts: { 'threadlog.event': event.name, 'threadlog.event_id': event.id },
    });
    if (ending.aborted) return outcome;
    receiver.heard(outcome, deps.now());
    const record = recordOf(receiver.endpoint, { event, due, kind: 'live', at, attempted });
    if (record) attempts.note(record);
    return outcome;
  };
}

function createReplayAttempt(deps: DeliverDeps, attempts: AttemptLog): ReplaysDeps['attempt'] {
  return async (receiver, due, signal) => {
    const at = deps.now();
    const attempted = await attemptDelivery(deps, receiver.endpoint, due.event, { signal, kind: 'replay' });
    const { outcome } = attempted;
    if (signal.aborted) return outcome;
    // Whether it takes what happens now is for live deliveries to say; but it may want no more of anything.
    if (outcome.kind === 'ended') receiver.heard(outcome, deps.now());
    if (outcome.kind === 'delivered') deps.observer.replayed();
    const record = recordOf(receiver.endpoint, { event: due.event, due, kind: 'replay', at, attempted });
    if (record) attempts.note(record);
    return outcome;
  };
}

interface Made {
  due: DueDeps;
  log: DeliverDeps['log'];
  attempt: Parts['attempt'];
  waiting: Map<string, WaitingLane[]>;
}

function createOutletMaker(deps: OutletDeps, { due, log, attempt, waiting }: Made) {
  return (receiver: Receiver, tenantId: TenantId, key: string): Outlet => {
    const lanes = waiting.get(key) ?? [];
    // Only as it was at the start: an outlet that is made again begins with nothing.
    waiting.delete(key);
    return createOutlet(deps, {
      ...{ key, tenantId, receiver, start: receiver.start, waiting: lanes },
      attempt: (due) => attempt(receiver, due.event, due),
      find: (outlet, deliveries) => findDue({ ...due, log }, outlet, deliveries),
    });
  };
}
