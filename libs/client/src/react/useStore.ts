import { useSyncExternalStore } from 'react';
import type { Store } from '../index.ts';

/**
 * A part of a store, which has to be the same object until it changes. On a server, and in the first render of what it
 * rendered, it is the part of `empty`: nothing connects there.
 */
export function useStore<Snapshot, Part>(
  store: Store<Snapshot>,
  part: (snapshot: Snapshot) => Part,
  empty: Snapshot,
): Part {
  return useSyncExternalStore(
    store.subscribe,
    () => part(store.getSnapshot()),
    () => part(empty),
  );
}
