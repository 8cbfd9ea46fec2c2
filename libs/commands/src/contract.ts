import type { z } from 'zod';

/** Status of a command's success, where it made what it was to make. */
export type SuccessStatus = 200 | 201 | 204;

/** What every writer knows of a command; what it comes to is the command API's business. */
export interface CommandContract<Type extends string = string, Input extends z.ZodType = z.ZodType> {
  readonly type: Type;
  /** Closed. The parsed shape is what idempotency compares, so a surface must not matter. */
  readonly input: Input;
  readonly success: SuccessStatus;
}

export function defineContract<Type extends string, Input extends z.ZodType>(
  type: Type,
  input: Input,
  success: SuccessStatus,
): CommandContract<Type, Input> {
  return { type, input, success };
}
