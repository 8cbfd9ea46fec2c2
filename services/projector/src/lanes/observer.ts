import type { LogRecord } from '@threadlog/log';
import type { Quarantined } from '../folding/foldEntries';

/** What a lane tells of itself; every call is cheap and never throws. */
export interface LaneObserver {
  applied(lane: LaneName, batch: { events: number; unknown: number; seconds: number }): void;
  /** Applied in the nearest form that can be stored: their records hold what no store takes. */
  mended(lane: LaneName, records: readonly LogRecord[]): void;
  lag(lane: LaneName, records: number): void;
  /** The lane is some other projector's from now on. */
  left(lane: LaneName): void;
  /** Called once the quarantine is committed. */
  quarantined(lane: LaneName, records: readonly Quarantined[]): void;
  /** `closed`: nobody sees its thread until it is replayed. */
  parked(lane: LaneName, record: Quarantined, closed: boolean): void;
  /** A transient fault; the batch is tried again after `delayMs`. */
  retrying(lane: LaneName, error: unknown, delayMs: number): void;
  /** Another projector is ahead, or the database lost the last commits: the lane goes where the checkpoint says. */
  moved(lane: LaneName, to: number): void;
  /** Passed over, as an operator decided. */
  discarded(lane: LaneName, record: Quarantined): void;
}

export interface LaneName {
  generation: number;
  partition: number;
}
