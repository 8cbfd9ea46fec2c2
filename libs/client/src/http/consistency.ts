/** Of so many threads the newest write is remembered. */
const MOST_THREADS = 200;

export interface Consistency {
  /** A write of this thread (null: of none) was answered with this token. */
  note(threadId: string | null, token: string): void;
  /** What a read has to wait for, to show this thread as it was written; without a thread, the newest write of all. */
  tokenFor(threadId: string | null): string | null;
  /** The server does not know this token: it is from before a restoration. */
  forget(token: string): void;
}

/** Remembers where writes went, so that reads show them. Tokens are opaque: of two, the one answered last counts. */
export function createConsistency(): Consistency {
  const byThread = new Map<string, string>();
  let newest: string | null = null;
  return {
    note(threadId, token) {
      newest = token;
      if (threadId === null) return;
      byThread.delete(threadId);
      byThread.set(threadId, token);
      if (byThread.size > MOST_THREADS) byThread.delete(byThread.keys().next().value!);
    },
    tokenFor: (threadId) => (threadId === null ? newest : (byThread.get(threadId) ?? null)),
    forget(token) {
      if (newest === token) newest = null;
      for (const [threadId, held] of byThread) if (held === token) byThread.delete(threadId);
    },
  };
}
