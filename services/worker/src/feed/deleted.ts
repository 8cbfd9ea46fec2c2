import type { ChatEvent, TenantId } from '@threadlog/events';
import { activeGeneration, createThreadQueries, type Database } from '@threadlog/read-models';

/** Which of these events show the text of a message that is deleted by now. */
export type DeletedAmong = (tenantId: TenantId, events: readonly ChatEvent[]) => Promise<ReadonlySet<ChatEvent>>;

/**
 * Asks the read model, which is ahead of the feed at its start (the feed waits for that), and mostly later: a feed that
 * begins late or was away does not publish what was deleted before. Events of one batch are seen through by themselves.
 */
export function createDeletedAmong(database: Database): DeletedAmong {
  return async (tenantId, events) => {
    const shown = events.filter(showsText);
    if (shown.length === 0) return new Set();
    const generation = await activeGeneration(database);
    const queries = createThreadQueries({ database, generation: () => generation });
    const rows = await queries.deletedMessages(tenantId, shown.map(placeIn));
    const deleted = new Set(rows.map(nameOf));
    for (const event of events) if (event.event_type === 'CHAT_MESSAGE_DELETED') deleted.add(nameOf(placeIn(event)));
    return new Set(shown.filter((event) => deleted.has(nameOf(placeIn(event)))));
  };
}

function showsText({ event_type }: ChatEvent): boolean {
  return event_type === 'CHAT_MESSAGE_CREATED' || event_type === 'CHAT_MESSAGE_UPDATED';
}

/** Of the message whose text an event shows, its index in the thread; null for one that shows none. */
export function textIndexOf(event: ChatEvent): number | null {
  return showsText(event) ? placeIn(event).message_index : null;
}

interface Place {
  thread_id: string;
  message_index: number;
}

function placeIn({ stream_id, data }: ChatEvent): Place {
  return { thread_id: stream_id, message_index: (data as { message_index: number }).message_index };
}

function nameOf({ thread_id, message_index }: Place): string {
  return `${thread_id}/${message_index}`;
}
