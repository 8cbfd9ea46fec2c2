import type { LogLoss } from '@threadlog/read-models';
import { LOST_END, OWN_ACKS, type AckedLengths } from './ackedLengths';

export interface PlacesOptions {
  partition: number;
  /** The offset that the next append has to get: nobody else writes here. */
  next: number;
  acked: AckedLengths;
  /** Called when the log turns out to have lost what was acked. */
  onLost(loss: LogLoss): void;
  /** Whether an append stands where it has to; the simulation tries what happens when nobody looks. */
  followsOn?: (baseOffset: number, next: number) => boolean;
}

/** Takes an append's place; returns why nobody may be told of it, or null. */
export type TakePlace = (baseOffset: number, records: number) => string | null;

const isNext = (baseOffset: number, next: number): boolean => baseOffset === next;

/**
 * An owner's records follow one another. One that stands behind somebody else's may be fenced by it, and one that stands
 * where another already stood was acked by a log that lost its end: neither may be told of.
 */
export function createPlaces({ partition, acked, onLost, followsOn = isNext, ...options }: PlacesOptions): TakePlace {
  let { next } = options;
  return (baseOffset, records) => {
    if (followsOn(baseOffset, next)) {
      next = baseOffset + records;
      acked.saw(partition, next);
      return null;
    }
    if (baseOffset > next) return 'somebody else has appended';
    onLost({ partition, head: baseOffset, known: next, knownBy: OWN_ACKS });
    return LOST_END;
  };
}
