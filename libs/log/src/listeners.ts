/** Those who want to hear of something. */
export interface Listeners<T> {
  tell(news: T): void;
  /** The returned function ends it. */
  listen(listener: (news: T) => void): () => void;
}

export function createListeners<T>(): Listeners<T> {
  const listeners = new Set<(news: T) => void>();
  return {
    tell: (news) => [...listeners].forEach((listener) => listener(news)),
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
