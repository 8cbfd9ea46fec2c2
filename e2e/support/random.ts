import { createHash } from 'node:crypto';

/** Integers from 0 to `below` - 1; the same ones for the same seed. */
export function randomOf(seed: number): (below: number) => number {
  let drawn = 0;
  return (below) => {
    drawn += 1;
    return createHash('sha256').update(`${seed}/${drawn}`).digest().readUInt32BE() % below;
  };
}
