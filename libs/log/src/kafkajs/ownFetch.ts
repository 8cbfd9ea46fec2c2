import type { Fetcher, FetcherDeps } from './fetcher';
import type { MakeFetcher } from './sharedFetch';

/** A consumer of a follower's own, which is there only while it is needed. */
export interface OwnFetch extends Pick<Fetcher, 'fetchFrom' | 'pause' | 'resume' | 'stop'> {
  /** Of the consumer that is there; undefined without one. */
  readonly started: Promise<void> | undefined;
  /** It is not needed now: it ends after a while, unless it is by then. */
  rest(): void;
}

/** @param idleMs How long a consumer that rests is kept. */
export function createOwnFetch(deps: FetcherDeps, idleMs: number, makeFetcher: MakeFetcher): OwnFetch {
  const ending = new Set<Promise<void>>();
  let fetcher: Fetcher | null = null;
  let idle: NodeJS.Timeout | undefined;

  function wake(): void {
    clearTimeout(idle);
    idle = undefined;
  }

  function end(): void {
    wake();
    const ended = fetcher?.stop();
    fetcher = null;
    if (!ended) return;
    const gone = ended.finally(() => ending.delete(gone));
    ending.add(gone);
  }

  return {
    fetchFrom(partition, offset) {
      wake();
      fetcher ??= makeFetcher(deps);
      fetcher.fetchFrom(partition, offset);
    },
    pause: (partition) => fetcher?.pause(partition),
    resume: (partition) => fetcher?.resume(partition),
    get started() {
      return fetcher?.started;
    },
    rest() {
      if (fetcher) idle ??= setTimeout(end, idleMs);
    },
    async stop() {
      end();
      await Promise.all(ending);
    },
  };
}
