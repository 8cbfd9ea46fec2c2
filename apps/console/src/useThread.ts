import { useEffect, useState } from 'react';
import type { FoundThread, ThreadAnswer } from './answers.ts';
import { useAnswer } from './useAnswer.ts';

interface ShownThread {
  /** What came last, while another event is asked for as well; null before anything has. */
  found: FoundThread | null;
  /** How far the log is read, where it has to be. */
  reading: ThreadAnswer['reading'];
  trouble: string | null;
  again(): void;
}

/** Asks for a thread until the log is read, and once more for each event that is gone to. */
export function useThread(ask: (signal: AbortSignal) => Promise<ThreadAnswer>, onRefused: () => void): ShownThread {
  const { value, trouble, again } = useAnswer(ask, { onRefused });
  const [found, setFound] = useState<FoundThread | null>(null);
  const reading = value?.reading ?? null;
  useEffect(() => {
    if (value?.found) setFound(value.found);
    // The process answers at once when it is done, and otherwise after two seconds with how far it is.
    else if (value?.reading) again();
  }, [value, again]);
  return { found, reading, trouble, again };
}
