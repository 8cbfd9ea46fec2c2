import { z } from 'zod';
import { count } from '../words';

const number = z.int().min(1).max(1_000_000);

export const generationBody = z.object({ generation: number });
export const compareBody = z.object({ one: number, other: number });

export const generationsAnswer = z.object({
  /** What the next one is called. */
  next: count,
  generations: z.array(
    z.object({
      generation: count,
      state: z.string(),
      served: z.boolean(),
      /** Records of the log that it has read, and has still to read. */
      read: count,
      lag: count,
    }),
  ),
});

export const generationAnswer = z.object({ generation: count });
export const compareAnswer = z.object({ comparison: z.enum(['equal', 'different', 'not_comparable']) });
