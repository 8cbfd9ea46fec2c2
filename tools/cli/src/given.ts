import { tenantIdSchema, type TenantId } from '@threadlog/events';
import { InvalidArgumentError } from 'commander';
import { CommandError, EXIT } from './outcome';

/** @throws CommandError where the text is no id of a tenant. */
export function tenantOf(text: string): TenantId {
  const parsed = tenantIdSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new CommandError(`${text} is no tenant id`, EXIT.usage);
}

/** An argument that is an offset of the log. */
export function offsetOf(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('It must be an offset.');
}

/** An argument that is a number of things, one at least. */
export function countOf(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${most}.`);
  };
}
