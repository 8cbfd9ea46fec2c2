import type { ChatEvent } from '@threadlog/events';
import { messageIdOf } from '@threadlog/read-models';
import { messageName } from '../presenters/withdrawn';
import type { Withdrawals } from '../sync/withdrawals';

/** Events older than this are told late: what they show may be deleted by now. */
const LATE_MS = 2_000;

/** Whether only the deletion of the event's message is told. */
export type IsWithdrawn = (event: ChatEvent, offset: number) => boolean;

/**
 * Tells which of these events, by offset, come late and are about a message that is deleted by a later one of them or by
 * now. What is told in time is told as it happens.
 */
export async function withdrawnIn(
  withdrawals: Withdrawals,
  events: ReadonlyMap<number, ChatEvent>,
): Promise<IsWithdrawn> {
  const before = Date.now() - LATE_MS;
  const late = [...events.values()].filter(({ timestamp }) => Date.parse(timestamp) < before);
  if (late.length === 0) return () => false;
  const gone = await deletedAmong(withdrawals, late);
  const ends = new Map<string, number>();
  for (const [offset, event] of events)
    if (event.event_type === 'CHAT_MESSAGE_DELETED') ends.set(nameIn(event)!, offset);
  const isLate = new Set(late);
  return (event, offset) => {
    const name = isLate.has(event) && event.event_type !== 'CHAT_MESSAGE_DELETED' ? nameIn(event) : null;
    return name !== null && (gone.has(name) || offset < (ends.get(name) ?? 0));
  };
}

async function deletedAmong(withdrawals: Withdrawals, events: readonly ChatEvent[]): Promise<Set<string>> {
  const byTenant = [...Map.groupBy(events, (event) => event.tenant_id)];
  const names = await Promise.all(
    byTenant.map(async ([tenantId, own]) =>
      [...(await withdrawals.among(tenantId, own))].map((name) => `${tenantId}/${name}`),
    ),
  );
  return new Set(names.flat());
}

function nameIn(event: ChatEvent): string | null {
  const messageId = messageIdOf(event);
  return messageId === null ? null : `${event.tenant_id}/${messageName(event.stream_id, messageId)}`;
}
