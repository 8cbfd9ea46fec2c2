import type { EventOf, Json, Sealed } from '@threadlog/events';
import { readColumn, type PresenterView, type Readable } from '@threadlog/read-models';

type ThreadEvent = Pick<EventOf<'CHAT_THREAD_UPDATED' | 'CHAT_MESSAGE_UPDATED'>, 'tenant_id' | 'stream_id'>;

/**
 * A sealed field of a thread's event as it can be shown; undefined where the event does not carry it. Null stays null,
 * unless it was `erased`.
 */
export function readField<TValue extends Json>(
  event: ThreadEvent & { data: object },
  field: string,
  { opener }: PresenterView,
  erased = false,
): Readable<TValue> | undefined {
  const blob = (event.data as Record<string, Sealed | null | undefined>)[field];
  if (blob === undefined) return undefined;
  if (blob === null) return { value: null, state: erased ? 'erased' : null };
  const column = { tenantId: event.tenant_id, streamType: 'thread' as const, streamId: event.stream_id, field };
  return readColumn<TValue>(opener, blob.sealed, column);
}
