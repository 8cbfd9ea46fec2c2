/** Messages on a page; browsers take much longer for more. */
const PAGE_MESSAGES = 2_000;
/** Up to so many messages and threads, one page has everything. */
const ONE_PAGE_MESSAGES = 500;
const ONE_PAGE_THREADS = 100;

export const TRANSCRIPT = 'transcript.html';

/** Where each thread's messages are. */
export type TranscriptLayout =
  { kind: 'one-page' } | { kind: 'pages'; pages: ReadonlyMap<string, readonly string[]>; messagesAPage: number };

/** Lays out a transcript by how many messages it has of each thread, in the order in which they will come. */
export function layTranscript(counts: ReadonlyMap<string, number>, threads: number): TranscriptLayout {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (total <= ONE_PAGE_MESSAGES && threads <= ONE_PAGE_THREADS) return { kind: 'one-page' };
  const pages = new Map<string, string[]>();
  let number = 0;
  for (const [threadId, count] of counts) {
    const names = Array.from({ length: Math.ceil(count / PAGE_MESSAGES) }, () => {
      number += 1;
      return `transcript/${String(number).padStart(3, '0')}.html`;
    });
    pages.set(threadId, names);
  }
  return { kind: 'pages', pages, messagesAPage: PAGE_MESSAGES };
}
