import { type ChatEvent, type Sealed, type TenantId } from '@threadlog/events';

/** A row of the index as an event leaves it; its text still sealed. A title has index 0. */
export interface IndexedText {
  tenant_id: TenantId;
  thread_id: string;
  message_index: number;
  learner_id: string | null;
  created_at: string;
  version: number;
  text: Sealed;
}

type Place = Pick<IndexedText, 'tenant_id' | 'thread_id' | 'message_index'>;

/** What a run of events makes of the index: the last word on each text, and threads that are gone altogether. */
export interface IndexChanges {
  texts: IndexedText[];
  removed: Place[];
  /** A root goes with its sub-threads. */
  removedThreads: { tenant_id: TenantId; thread_id: string }[];
}

interface Folding {
  texts: Map<string, IndexedText | Place>;
  threads: Map<string, { tenant_id: TenantId; thread_id: string }>;
}

/** Folds events, in the order of the log, into changes of the index. Pure. */
export function indexChanges(events: readonly ChatEvent[]): IndexChanges {
  const folding: Folding = { texts: new Map(), threads: new Map() };
  for (const event of events) fold(event, folding);
  const rows = [...folding.texts.values()];
  return {
    texts: rows.filter((row) => 'text' in row),
    removed: rows.filter((row) => !('text' in row)),
    removedThreads: [...folding.threads.values()],
  };
}

function fold(event: ChatEvent, folding: Folding): void {
  switch (event.event_type) {
    case 'CHAT_THREAD_CREATED':
    case 'CHAT_THREAD_UPDATED':
      // A change that leaves the title alone does not carry it.
      if (event.data.title !== undefined) put(folding, event, 0, event.data.title);
      return;
    case 'CHAT_MESSAGE_CREATED':
    case 'CHAT_MESSAGE_UPDATED': {
      const { message_index: index, content: text } = event.data;
      if (text !== undefined) put(folding, event, index, text);
      return;
    }
    case 'CHAT_MESSAGE_DELETED':
      put(folding, event, event.data.message_index, null);
      return;
    case 'CHAT_THREAD_DELETED':
      removeThread(folding, event);
      return;
    default:
  }
}

function put({ texts }: Folding, event: ChatEvent, index: number, text: Sealed | null): void {
  const place: Place = { tenant_id: event.tenant_id, thread_id: event.stream_id, message_index: index };
  const key = `${event.tenant_id}/${event.stream_id}/${index}`;
  const known = texts.get(key);
  const row = text && {
    ...place,
    learner_id: event.learner_id,
    // An edit leaves a text where it was.
    created_at: known && 'text' in known ? known.created_at : event.timestamp,
    version: event.stream_version,
    text,
  };
  texts.set(key, row ?? place);
}

function removeThread({ texts, threads }: Folding, event: ChatEvent): void {
  const name = `${event.tenant_id}/${event.stream_id}`;
  threads.set(name, { tenant_id: event.tenant_id, thread_id: event.stream_id });
  for (const key of texts.keys()) if (key.startsWith(`${name}/`) || key.startsWith(`${name}~`)) texts.delete(key);
}
