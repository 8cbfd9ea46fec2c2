import type { FetchedRun } from '../fence';
import { createFetcher, type Fetcher, type FetcherDeps } from './fetcher';
import { createOwnFetch } from './ownFetch';
import type { MakeFetcher, SharedFetch } from './sharedFetch';
import type { Seat } from './sharedPartition';

export interface TapDeps extends FetcherDeps {
  minIntervalMs: () => number;
  shared: SharedFetch;
  /** Milliseconds after which a consumer of one's own that is not needed any more is ended; default 30,000. */
  idleMs?: number;
}

interface Place {
  /** The next offset wanted. */
  offset: number;
  paused: boolean;
  /** In the shared fetch, or null: then the partition is fetched by oneself. */
  seat: Seat | null;
}

const IDLE_MS = 30_000;

/**
 * What one follower fetches from: the process's shared consumer wherever it can keep up with it, and a consumer of its
 * own for what is too far behind, until it has come near enough. Neither holds up the other followers.
 */
export function createTap(deps: TapDeps, makeFetcher: MakeFetcher = createFetcher): Fetcher {
  const { shared, onRun, minIntervalMs, idleMs = IDLE_MS } = deps;
  const places = new Map<number, Place>();
  const own = createOwnFetch({ ...deps, onRun: ownRun }, idleMs, makeFetcher);

  const deliver = (place: Place) => (run: FetchedRun) => {
    place.offset = run.next;
    onRun(run);
  };

  function join(partition: number, place: Place): void {
    const { offset } = place;
    place.seat = shared.join(partition, { offset, minIntervalMs, take: deliver(place) });
    // What was kept may have filled the buffer, before there was a seat to pause.
    if (place.paused) place.seat?.pause();
  }

  function ownRun(run: FetchedRun): void {
    const place = places.get(run.partition);
    if (!place || place.seat) return;
    deliver(place)(run);
    if (place.paused) return;
    join(run.partition, place);
    if (place.seat) leaveOwn(run.partition);
  }

  function leaveOwn(partition: number): void {
    own.pause(partition);
    if ([...places.values()].every(({ seat }) => seat)) own.rest();
  }

  return {
    fetchFrom(partition, offset) {
      places.get(partition)?.seat?.leave();
      const place: Place = { offset, paused: false, seat: null };
      places.set(partition, place);
      join(partition, place);
      if (place.seat) leaveOwn(partition);
      else own.fetchFrom(partition, offset);
    },
    pause(partition) {
      const place = places.get(partition);
      if (place) place.paused = true;
      (place?.seat ?? own).pause(partition);
    },
    resume(partition) {
      const place = places.get(partition);
      if (!place) return;
      place.paused = false;
      if (!place.seat) return own.resume(partition);
      if (place.seat.resume()) return;
      place.seat.leave();
      place.seat = null;
      own.fetchFrom(partition, place.offset);
    },
    get started() {
      const seats = [...places.values()].map(({ seat }) => seat);
      return Promise.all([seats.some(Boolean) && shared.started, own.started]).then(() => undefined);
    },
    async stop() {
      for (const { seat } of places.values()) seat?.leave();
      places.clear();
      await own.stop();
    },
  };
}
