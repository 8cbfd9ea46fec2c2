import type { Outcome } from './attempt';
import type { Entry, Lane } from './lanes';
import type { LateDeliveries } from './late';
import type { Noting, OutletState } from './noting';
import type { OutletDeps, OutletOptions } from './outletPorts';
import { verdictOf } from './settle';
import { SLOW_MS } from './starter';
import type { LateDelivery } from './store/deliveries';

export interface OfNew {
  state: OutletState;
  noting: Noting;
  settle: LateDeliveries['settle'];
}

const isFresh = ({ due }: Entry): boolean => performance.now() - due.openedAt <= SLOW_MS;

/** Delivers what is new in a lane, one after the other, until something is not taken: that and all behind it is noted. */
export function createNewDeliveries(deps: OutletDeps & OutletOptions, of: OfNew): (lane: Lane) => Promise<void> {
  const { receiver, observer, now } = deps;
  const { state, noting } = of;
  const noteFailed = createNoteFailed(deps, noting);

  /** Returns when the next of the lane may be tried. */
  async function attempt(lane: Lane, entry: Entry): Promise<number> {
    const { outcome, attempt: underWay } = await deps.start(() => deps.attempt(entry.due));
    if (state.stopped) noting.leaveStopped(entry);
    else if (outcome?.kind === 'delivered') {
      observer.delivered();
      deps.onDelivered?.();
      noting.leave(entry);
    } else if (outcome) return noteFailed(lane, entry, outcome);
    else {
      const noted = noting.note(lane, entry);
      noting.noteQueue(lane);
      if (underWay) return awaitSlow(underWay, noted);
    }
    return now().getTime();
  }

  /** It ends in the row that is there by then. */
  async function awaitSlow(underWay: Promise<Outcome>, noted: Promise<LateDelivery>): Promise<number> {
    state.counts.slow += 1;
    receiver.slow += 1;
    const outcome = await underWay;
    state.counts.slow -= 1;
    receiver.slow -= 1;
    if (state.stopped) return Infinity;
    return of.settle(await noted, outcome).catch(() => now().getTime());
  }

  return async (lane) => {
    lane.busy = true;
    let dueAt = now().getTime();
    while (!state.stopped && !lane.late && lane.queue.length > 0) {
      const entry = lane.queue.shift()!;
      if (isFresh(entry)) dueAt = await attempt(lane, entry);
      else void noting.note(lane, entry);
    }
    if (state.stopped) return;
    noting.noteQueue(lane);
    state.lanes.release(lane, dueAt);
  };
}

type Untaken = Exclude<Outcome, { kind: 'delivered' }>;

function createNoteFailed(deps: OutletDeps & OutletOptions, noting: Noting) {
  const { observer, now } = deps;
  return (lane: Lane, entry: Entry, outcome: Untaken): number => {
    observer.failed(outcome.reason);
    const { dueAt, setback } = verdictOf(outcome, { attempts: 1, now: now(), random: deps.random() });
    const at = dueAt ?? now();
    if (dueAt) void noting.note(lane, entry, { ...setback, attempts: 1, dueAt });
    else {
      observer.gaveUp();
      deps.onGivenUp?.();
      if (deps.onGivenUp) noting.leave(entry);
      else void noting.note(lane, entry, { ...setback, attempts: 1, deadAt: at });
    }
    return at.getTime();
  };
}
