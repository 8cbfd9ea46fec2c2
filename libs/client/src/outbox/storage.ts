import { inTime, openDatabase, transact, type Tables } from './database.ts';
import { createPage, type Page } from './page.ts';
import type { Database, Platform } from './platform.ts';

/** The database and this page in it; opened with the first use. */
export interface Storage {
  run<Result>(work: (tables: Tables, page: Page) => Promise<Result>): Promise<Result>;
  page(): Promise<Page>;
  /** Others may take over what this page has kept. */
  close(): Promise<void>;
}

interface StorageDeps {
  platform(): Platform;
  onEnd(): void;
  /** The browser has taken everything away. */
  lost(): void;
}

interface Opened {
  database: Database;
  page: Page;
}

export function createStorage({ platform, onEnd, lost }: StorageDeps): Storage {
  let opening: Promise<Opened> | null = null;

  async function open(): Promise<Opened> {
    const { indexedDB, locks, now } = platform();
    if (!indexedDB) throw new Error('There is no IndexedDB.');
    const database = await openDatabase(indexedDB, () => {
      opening = null;
      lost();
    });
    const page = await createPage({ locks, now, onEnd, transact: (work) => inTime(transact(database, work)) });
    return { database, page };
  }
  const opened = () => {
    const attempt = (opening ??= inTime(open()));
    // Where there was no room for it, there may be some later.
    attempt.catch(() => {
      if (opening === attempt) opening = null;
    });
    return attempt;
  };

  return {
    async run(work) {
      const { database, page } = await opened();
      return inTime(transact(database, (tables) => work(tables, page)));
    },
    page: async () => (await opened()).page,
    async close() {
      if (!opening) return;
      const { database, page } = await opening;
      opening = null;
      await page.end().finally(() => database.close());
    },
  };
}
