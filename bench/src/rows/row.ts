import type { Pace } from '../driver/load';
import type { RowResult } from '../report/result';
import type { Stock } from '../stock/stock';
import type { Meter } from '../system/meter';
import type { System } from '../system/system';
import type { World } from '../world';

export interface RowContext {
  system: System;
  world: World;
  pace: Pace;
  /** Counts what the row's operations cost; figures of it are added to the row's own. */
  meter: Meter;
  /** A tenant that has been in use, made when it is first asked for; throws where the system is not ours. */
  stock(): Stock;
}

/** What a row measured; the bench adds what it knows itself. */
export type RowMeasures = Pick<RowResult, 'figures' | 'samples' | 'errors' | 'problem'>;

export interface Row {
  name: string;
  title: string;
  run(context: RowContext): Promise<RowMeasures>;
}
