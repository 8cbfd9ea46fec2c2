import { problem } from '@threadlog/events';
import type { Overlay } from './overlay';
import type { Checkpoint } from './ports';

/** Reads that keep coming back too old point at a fault, not at a race. */
const MAX_ATTEMPTS = 50;

/**
 * Reads rows and uses them together with the overlay. While the read was under way the overlay may have been pruned
 * beyond the snapshot's checkpoint; events would then be in neither, so the read is repeated. `use` runs in the same
 * turn as the check: nothing can be pruned in between.
 */
export async function consistentRead<TRead extends { checkpoint: Checkpoint }>(
  overlay: Overlay,
  read: () => Promise<TRead>,
  use: (result: TRead) => void,
): Promise<void> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const result = await read();
    if (result.checkpoint.nextOffset >= overlay.prunedTo()) return use(result);
  }
  throw problem('unavailable', 'The read model keeps answering from before its own checkpoint.');
}
