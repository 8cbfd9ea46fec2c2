import { besideEditsRow } from './besideEdits';
import { bytesRow } from './bytes';
import { crowdRow } from './crowd';
import { exportRow } from './exporting';
import { fanOutRow } from './fanOut';
import { markingRows } from './marking';
import { memoryRow } from './memory';
import { postingRows } from './posting';
import { projectionLagRow } from './projectionLag';
import { readingRows } from './reading';
import { replayRow } from './replay';
import type { Row } from './row';
import { socketLatencyRow } from './socketLatency';
import { stockedRows } from './stocked';
import { transportRows } from './transports';
import { webhooksRow } from './webhooks';

/** In the order in which they run: replay reads what the others wrote, memory is that after all load on the service. */
export const ROWS: readonly Row[] = [
  ...postingRows,
  bytesRow,
  ...markingRows,
  besideEditsRow,
  socketLatencyRow,
  fanOutRow,
  crowdRow,
  webhooksRow,
  ...readingRows,
  ...transportRows,
  ...stockedRows,
  exportRow,
  projectionLagRow,
  memoryRow,
  replayRow,
];
