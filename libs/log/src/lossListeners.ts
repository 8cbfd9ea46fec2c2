import type { TailLoss } from './port';

/** Those who want to hear of a log that lost records. */
export interface LossListeners {
  tell(loss: TailLoss): void;
  listen(listener: (loss: TailLoss) => void): () => void;
}

export function createLossListeners(): LossListeners {
  const listeners = new Set<(loss: TailLoss) => void>();
  return {
    tell: (loss) => [...listeners].forEach((listener) => listener(loss)),
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
