import { problem } from '@threadlog/events';
import type { LogPlace } from '@threadlog/projector';
import { z } from 'zod';

/** Of each partition an offset, in base 36, in the order of the partitions; of one partition, its own alone. */
export const placeText = z
  .string()
  .max(12_000)
  .regex(/^[0-9a-z]{1,11}(\.[0-9a-z]{1,11}){0,999}$/, 'must be what a page gave');

export const writePlace = (place: LogPlace): string =>
  [...place]
    .sort(([one], [other]) => one - other)
    .map(([, offset]) => offset.toString(36))
    .join('.');

/** @throws A refusal where the place is of other partitions than are asked for. */
export function readPlace(text: string, partitions: readonly number[]): LogPlace {
  const offsets = text.split('.').map((one) => parseInt(one, 36));
  if (offsets.length !== partitions.length || !offsets.every(Number.isSafeInteger))
    throw problem('invalid_request', 'This place is of another choice of partitions.');
  return new Map(partitions.map((partition, index) => [partition, offsets[index]!]));
}
