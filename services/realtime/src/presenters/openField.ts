import { streamName, type EventOf, type Json, type Sealed } from '@threadlog/events';
import type { PresenterView } from '@threadlog/read-models';

type ThreadEvent = Pick<EventOf<'CHAT_THREAD_UPDATED' | 'CHAT_MESSAGE_UPDATED'>, 'tenant_id' | 'stream_id'>;

/**
 * Opens the named sealed fields of a thread's event: only those that it carries are in the result. Null stays null;
 * what no key opens any more becomes `gone[name]`.
 */
export function openFields<TGone extends Record<string, Json>>(
  event: ThreadEvent & { data: object },
  gone: TGone,
  { opener }: PresenterView,
): { [K in keyof TGone]?: Json } {
  const stream = streamName({ tenantId: event.tenant_id, type: 'thread', id: event.stream_id });
  const data = event.data as { [K in keyof TGone]?: Sealed | null };
  const opened: { [K in keyof TGone]?: Json } = {};
  for (const field of Object.keys(gone) as (keyof TGone & string)[]) {
    const blob = data[field];
    if (blob === undefined) continue;
    const value = blob === null ? null : opener.open(event.tenant_id, blob, { stream, field });
    opened[field] = value === undefined ? gone[field] : value;
  }
  return opened;
}
