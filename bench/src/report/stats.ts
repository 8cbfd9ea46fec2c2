/** Samples in ascending order, ready to be asked for percentiles. */
export type Sorted = Float64Array;

export function sorted(samples: Iterable<number>): Sorted {
  return Float64Array.from(samples).sort();
}

/**
 * The smallest sample that at least `percent` of all samples do not exceed (nearest rank): always a value that was
 * really measured. NaN where there are no samples.
 */
export function percentile(samples: Sorted, percent: number): number {
  if (samples.length === 0) return NaN;
  const rank = Math.ceil((percent / 100) * samples.length);
  return samples[Math.min(Math.max(rank, 1), samples.length) - 1]!;
}

/** The middle one; between two middle ones, their mean. NaN where there are none. */
export function median(values: Iterable<number>): number {
  const all = sorted(values);
  const middle = all.length >> 1;
  if (all.length % 2 === 1) return all[middle]!;
  return all.length === 0 ? NaN : (all[middle - 1]! + all[middle]!) / 2;
}
