import { z } from 'zod';
import type { StreamType } from './values';
import type { SealedFieldName } from './values';

/** One version of one event type: the stream it belongs to, its closed data schema and which fields are sealed. */
export interface EventDefinition<
  TStream extends StreamType = StreamType,
  TSealed extends SealedFieldName = SealedFieldName,
  TData extends z.ZodType = z.ZodType,
> {
  stream: TStream;
  version: number;
  sealed: readonly TSealed[];
  data: TData;
}

/** Defines version 1 of an event. */
export function defineEvent<
  const TStream extends StreamType,
  const TSealed extends SealedFieldName,
  TShape extends z.ZodRawShape,
>(
  stream: TStream,
  sealed: readonly TSealed[],
  shape: TShape,
): EventDefinition<TStream, TSealed, z.ZodObject<TShape, z.core.$strict>> {
  return { stream, version: 1, sealed, data: z.strictObject(shape) };
}
