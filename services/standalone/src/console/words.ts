import { z } from 'zod';

/** Written by a person: of something, in one line, so that it stands in logs and tables as it was meant. */
export const words = (longest: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must be one line');

export const count = z.int().min(0);
