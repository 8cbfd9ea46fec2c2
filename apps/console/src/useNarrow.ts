import { useSyncExternalStore } from 'react';

const query = matchMedia('(width < 760px)');

const listen = (changed: () => void): (() => void) => {
  query.addEventListener('change', changed);
  return () => query.removeEventListener('change', changed);
};

/** Whether the page is as narrow as a telephone; the style sheet draws the same line. */
export const useNarrow = (): boolean => useSyncExternalStore(listen, () => query.matches);
