import { fanOutRow } from './fanOut';
import { memoryRow } from './memory';
import { postingRows } from './posting';
import { projectionLagRow } from './projectionLag';
import { readingRows } from './reading';
import { replayRow } from './replay';
import type { Row } from './row';
import { socketLatencyRow } from './socketLatency';

/** In the order in which they run: replay reads what the others wrote, memory is that after all load on the service. */
export const ROWS: readonly Row[] = [
  ...postingRows,
  socketLatencyRow,
  fanOutRow,
  ...readingRows,
  projectionLagRow,
  memoryRow,
  replayRow,
];
