import type { Database, Factory, ObjectStore, Request } from './platform.ts';

const DATABASE = 'threadlog-outbox';
const MESSAGES = 'messages';
const PAGES = 'pages';

/** Some browsers leave a request without an answer for ever; sending must not wait for that. */
const PATIENCE_MS = 5000;

/** The tables of one transaction. */
export interface Tables {
  messages: ObjectStore;
  /** Until when pages are there, where they are not told of each other's end. */
  pages: ObjectStore;
}

/** Rejects where the answer does not come. */
export function inTime<Result>(promise: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The storage does not answer.')), PATIENCE_MS);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

export const answer = <Result>(request: Request<Result>): Promise<Result> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error as Error);
  });

/** @param lost called when the browser has taken it away, with all that was in it. */
export async function openDatabase(factory: Factory, lost: () => void): Promise<Database> {
  const request = factory.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(MESSAGES, { keyPath: ['owner', 'localId'] });
    request.result.createObjectStore(PAGES, { keyPath: 'page' });
  };
  const database = await answer(request);
  // Another build needs another form of it, or it is deleted: neither must wait for this page.
  database.onversionchange = () => {
    database.close();
    lost();
  };
  database.onclose = lost;
  return database;
}

/** Carries all of it out, or nothing. Transactions go one after the other, those of other pages too. */
export function transact<Result>(database: Database, work: (tables: Tables) => Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction([MESSAGES, PAGES], 'readwrite');
    let failure: unknown = null;
    const outcome = work({ messages: transaction.objectStore(MESSAGES), pages: transaction.objectStore(PAGES) });
    transaction.oncomplete = () => void outcome.then(resolve, reject);
    transaction.onabort = () =>
      reject((failure ?? transaction.error ?? new Error('The transaction was given up.')) as Error);
    outcome.catch((error: unknown) => {
      failure = error;
      try {
        transaction.abort();
      } catch {
        // It was given up already, which `onabort` tells.
      }
    });
  });
}
