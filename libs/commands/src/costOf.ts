/** What a command costs whoever carries it out, however short it is, in bytes of text that cost as much. */
const COMMAND_COST = 2_048;

/** About what a command costs: its texts in code units, and as much again for each as carrying it out takes. */
export function costOf({ input }: { input: unknown }): number {
  return COMMAND_COST + textIn(input);
}

function textIn(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  let sum = 0;
  for (const name in value) sum += name.length + textIn((value as Record<string, unknown>)[name]);
  return sum;
}
