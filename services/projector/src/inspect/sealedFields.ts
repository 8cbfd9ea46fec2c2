import { definitionOf, streamName, type ChatEvent, type Json, type Sealed } from '@threadlog/events';
import type { Opener } from '@threadlog/sealing';

/** Never shown to anybody: what others trust a tenant's deliveries by. */
const NEVER = new Set(['secret']);

/** What could be opened of an event, by field; why it could not stands in its place. */
export type OpenedFields = Record<string, Json>;

/**
 * Opens what people wrote in an event. A value whose keys are gone stands as `(erased)`, one whose keys the store lacks as
 * `(key missing)`.
 */
export async function openFields(event: ChatEvent, opener: Opener): Promise<OpenedFields> {
  const fields = sealedFieldsOf(event);
  const { tenant_id: tenantId, stream_type: type, stream_id: id } = event;
  await opener.prepare(
    tenantId,
    fields.map(([, sealed]) => sealed),
  );
  const stream = streamName({ tenantId, type, id });
  return Object.fromEntries(
    fields.map(([field, sealed]): [string, Json] => [
      field,
      opener.open(tenantId, sealed, { stream, field }) ??
        (opener.whyNot(tenantId, sealed) === 'erased' ? '(erased)' : '(key missing)'),
    ]),
  );
}

function sealedFieldsOf({ event_type, data }: ChatEvent): [string, Sealed][] {
  const values = data as Record<string, unknown>;
  return (definitionOf(event_type)?.sealed ?? [])
    .filter((field) => !NEVER.has(field) && values[field] !== null && values[field] !== undefined)
    .map((field) => [field, values[field] as Sealed]);
}
