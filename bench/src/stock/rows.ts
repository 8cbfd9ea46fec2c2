import { streamName, type ChatEvent, type Sealed } from '@threadlog/events';
import {
  foldMessage,
  foldParticipant,
  foldThreadMembers,
  foldThread,
  indexTerms,
  participantsOf,
  unseenThread,
  type MessageRow,
  type ParticipantRow,
  type ThreadMembersRow,
  type SearchTokens,
  type ThreadRow,
  type UserThreadRow,
} from '@threadlog/read-models';
import type { Opener } from '@threadlog/sealing';
import type { StockThread } from './threadEvents';

/** A text of the search index. */
export interface IndexRow {
  tenant_id: string;
  thread_id: string;
  message_index: number;
  message_id: string | null;
  root_id: string;
  learner_id: string | null;
  created_at: string;
  version: number;
  tokens: number[];
}

/** What events of a thread come to in the read model. */
export interface StockRows {
  threads: ThreadRow[];
  participants: ParticipantRow[];
  /** Of threads that these events begin. */
  threadMembers: ThreadMembersRow[];
  messages: MessageRow[];
  userThreads: UserThreadRow[];
  index: IndexRow[];
}

export interface Fold {
  thread: StockThread;
  /** The thread's row before the events; null where they begin it. */
  before: ThreadRow | null;
  events: readonly ChatEvent[];
  opener: Pick<Opener, 'open'>;
  tokens: SearchTokens;
}

/** Folds as the projector does, and indexes as its search does. Keys must be prepared. */
export function foldEvents({ thread, before, events, opener, tokens }: Fold): StockRows {
  let row = before;
  const participants = new Map<string, ParticipantRow>();
  let members: ThreadMembersRow | null = null;
  const rows: StockRows = {
    threads: [],
    participants: [],
    threadMembers: [],
    messages: [],
    userThreads: [],
    index: [],
  };
  for (const event of events) {
    row = foldThread(row, event);
    members = foldThreadMembers(members, event);
    for (const user of participantsOf(event)) {
      const member = foldParticipant(participants.get(user) ?? null, event, user, row);
      if (member) participants.set(user, member);
    }
    const message = event.event_type === 'CHAT_MESSAGE_CREATED' ? foldMessage(null, event) : null;
    if (message) rows.messages.push(message);
    rows.index.push(indexRow(event, opener, tokens));
  }
  rows.threads.push(row!);
  rows.participants.push(...participants.values());
  if (members) rows.threadMembers.push(members);
  rows.userThreads.push(...readPositions(thread, row!));
  return rows;
}

function indexRow(event: ChatEvent, opener: Pick<Opener, 'open'>, tokens: SearchTokens): IndexRow {
  const { tenant_id, stream_id } = event;
  const data = event.data as { message_index?: number; message_id?: string; content?: Sealed; title?: Sealed };
  const stream = streamName({ tenantId: tenant_id, type: 'thread', id: stream_id });
  const field = data.content ? 'content' : 'title';
  const text = opener.open(tenant_id, data[field]!, { stream, field }) as string;
  return {
    tenant_id,
    thread_id: stream_id,
    message_index: data.message_index ?? 0,
    message_id: data.message_id ?? null,
    root_id: stream_id,
    learner_id: null,
    created_at: event.timestamp,
    version: event.stream_version,
    tokens: tokens.of(tenant_id, indexTerms(text)),
  };
}

/** Every fourth thread is read to its end, of the others half. */
function readPositions({ tenantId, threadId, number, members }: StockThread, row: ThreadRow): UserThreadRow[] {
  const last = row.last_message_index;
  const read_index = number % 4 === 0 ? last : Math.floor(last / 2);
  return members.map((user) => ({ ...unseenThread(tenantId, user, threadId), read_index, version: last }));
}
