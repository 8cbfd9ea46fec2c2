import type { Quarantined } from '../folding/foldEntries';

/** What a lane tells of itself; every call is cheap and never throws. */
export interface LaneObserver {
  applied(lane: LaneName, batch: { events: number; unknown: number; seconds: number }): void;
  lag(lane: LaneName, records: number): void;
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
