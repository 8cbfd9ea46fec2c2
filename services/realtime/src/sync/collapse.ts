import type { ChatEvent } from '@threadlog/events';
import { foldMessage, foldParticipant, foldThread, messageIdOf, participantsOf } from '@threadlog/read-models';
import type { MessageRow, ParticipantRow, ThreadRow } from '@threadlog/read-models';
import type { ChangesSnapshot } from './reader';

/** What a thread's stream came to above a seq: each thing that changed once, in its last state. */
export interface Collapsed {
  thread: ThreadRow;
  /** Whether title, metadata or status changed. */
  settings: boolean;
  participants: ParticipantRow[];
  messages: MessageRow[];
  /** Changes of messages and memberships that the rows do not have, one by one. */
  events: ChatEvent[];
}

/** The first event of a stream; the people it lists did not join a thread that was there. */
const CREATION = 1;

/**
 * Rows and the ring's events from `rows.from` on, folded to the dispatch position. Null when the thread is not there
 * (any more). A seq belongs to one event and an event changes one message, so no two messages share theirs.
 */
export function collapse(rows: ChangesSnapshot, events: readonly ChatEvent[], since: number): Collapsed | null {
  const thread = events.reduce(foldThread, rows.thread);
  if (!thread || thread.deleted_at !== null) return null;
  const messages = new Map(rows.messages.map((row): [string, MessageRow] => [row.message_id, row]));
  const participants = new Map(rows.participants.map((row) => [row.user_id, row]));
  const rest: ChatEvent[] = [];
  for (const event of events) {
    if (event.stream_version <= since) continue;
    const known = applyToMessage(messages, event) && applyToParticipants(participants, event);
    if (!known) rest.push(event);
  }
  return {
    thread,
    settings: thread.settings_version > Math.max(since, CREATION),
    participants: [...participants.values()].filter(({ version }) => version > Math.max(since, CREATION)),
    messages: [...messages.values()],
    events: rest,
  };
}

/** False when the event changes a message that is not among the rows: its row is as old as the client's. */
function applyToMessage(messages: Map<string, MessageRow>, event: ChatEvent): boolean {
  const messageId = messageIdOf(event);
  if (messageId === null) return true;
  const row = foldMessage(messages.get(messageId) ?? null, event);
  if (row) messages.set(messageId, row);
  return row !== null;
}

/** The same for memberships. */
function applyToParticipants(participants: Map<string, ParticipantRow>, event: ChatEvent): boolean {
  let known = true;
  for (const userId of participantsOf(event)) {
    const row = foldParticipant(participants.get(userId) ?? null, event, userId, null);
    if (row) participants.set(userId, row);
    else known = false;
  }
  return known;
}
