/** Name of the Postgres schema of a generation; Mongo collections carry the same suffix. */
export function generationSchema(generation: number): string {
  if (!Number.isSafeInteger(generation) || generation < 1) throw new RangeError(`no generation: ${generation}`);
  return `read_${generation}`;
}
