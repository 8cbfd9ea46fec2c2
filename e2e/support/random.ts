import { createHash, randomInt } from 'node:crypto';

/** Integers from 0 to `below` - 1; the same ones for the same seed. */
export function randomOf(seed: number): (below: number) => number {
  let drawn = 0;
  return (below) => {
    drawn += 1;
    return createHash('sha256').update(`${seed}/${drawn}`).digest().readUInt32BE() % below;
  };
}

/** The seed of a test that draws its own fate: the one that somebody repeats, or a new one. */
export const seedOf = (given: string | undefined): number => (given === undefined ? randomInt(1e9) : Number(given));
