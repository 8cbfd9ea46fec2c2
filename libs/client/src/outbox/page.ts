import { newKey } from '../http/keys.ts';
import { answer, type Tables } from './database.ts';
import type { Locks } from './platform.ts';

/**
 * This page among those that keep messages. Each message has a page that sends it; another takes it over when that page is no
 * more. Names of pages are never used again, so one that was seen to have ended has ended for good.
 */
export interface Page {
  readonly name: string;
  /** In each transaction that keeps something under this name: says that the page is there. */
  sign(tables: Tables): Promise<void>;
  /** Which of these pages have ended. Of those that have not, `onEnd` is called later. */
  ended(pages: readonly string[]): Promise<string[]>;
  end(): Promise<void>;
}

export interface PageDeps {
  /** Undefined where pages are not told of each other's end. */
  locks: Locks | undefined;
  now(): number;
  transact<Result>(work: (tables: Tables) => Promise<Result>): Promise<Result>;
  /** Another page has ended, perhaps. */
  onEnd(): void;
}

/** Longer than the minute for which browsers hold up timers of pages that nobody sees. */
const LEASE_MS = 150_000;
const RENEWAL_MS = 30_000;

/** By a lock where there are locks, which ends with its page; else by a lease, which is renewed. */
export async function createPage(deps: PageDeps): Promise<Page> {
  const name = newKey();
  const release = deps.locks && (await hold(deps.locks, name).catch(() => null));
  return deps.locks && release ? withLocks(deps, deps.locks, { name, release }) : withLeases(deps, name);
}

const lockOf = (page: string) => `threadlog-outbox:${page}`;

/** Holds a lock of this name. Returns how to let it go; the browser does when the page is no more. */
function hold(locks: Locks, page: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    locks
      .request(lockOf(page), {}, () => new Promise<void>((release) => resolve(release)))
      .catch((error: unknown) => reject(error as Error));
  });
}

function withLocks({ onEnd }: PageDeps, locks: Locks, own: { name: string; release: () => void }): Page {
  const watched = new Set<string>();
  const stop = new AbortController();
  const watch = (page: string) => {
    if (watched.has(page)) return;
    watched.add(page);
    locks.request(lockOf(page), { mode: 'shared', signal: stop.signal }, onEnd).catch(() => undefined);
  };
  return {
    name: own.name,
    sign: () => Promise.resolve(),
    async ended(pages) {
      const there = new Set((await locks.query()).held?.map((lock) => lock.name));
      const isThere = (page: string) => there.has(lockOf(page));
      pages.filter(isThere).forEach(watch);
      return pages.filter((page) => !isThere(page));
    },
    end() {
      stop.abort();
      own.release();
      return Promise.resolve();
    },
  };
}

function withLeases({ now, transact, onEnd }: PageDeps, page: string): Page {
  const sign = async ({ pages }: Tables) => void (await answer(pages.put({ page, until: now() + LEASE_MS })));
  const renewal = setInterval(() => void transact(sign).catch(() => undefined), RENEWAL_MS);
  let next: ReturnType<typeof setTimeout> | undefined;
  return {
    name: page,
    sign,
    async ended(names) {
      const over = await transact(async ({ pages }) => {
        const leases = (await Promise.all(names.map((name) => answer(pages.get(name))))) as Lease[];
        return names.filter((_, at) => (leases[at]?.until ?? 0) < now());
      });
      clearTimeout(next);
      if (over.length < names.length) next = setTimeout(onEnd, RENEWAL_MS);
      return over;
    },
    async end() {
      clearInterval(renewal);
      clearTimeout(next);
      await transact(async ({ pages }) => void (await answer(pages.delete(page))));
    },
  };
}

type Lease = { until: number } | undefined;
