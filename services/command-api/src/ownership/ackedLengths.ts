/** What this process was acked, by partition: the offset after the last record. It outlives appenders and epochs. */
export interface AckedLengths {
  /** 0 where nothing was. */
  of(partition: number): number;
  saw(partition: number, next: number): void;
}

/** How `KnownLength.by` names it. */
export const OWN_ACKS = 'an acknowledgement of the broker';

/** Why a partition is given up that is shorter than that. */
export const LOST_END = 'the log lost its end';

export function createAckedLengths(): AckedLengths {
  const lengths = new Map<number, number>();
  const of = (partition: number): number => lengths.get(partition) ?? 0;
  return { of, saw: (partition, next) => void lengths.set(partition, Math.max(of(partition), next)) };
}
