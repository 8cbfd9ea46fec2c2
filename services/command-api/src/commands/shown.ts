import type {
  DecidedType,
  DeletionLogRow,
  ExportLogRow,
  LegalHold,
  MessageRow,
  ParticipantRow,
  TenantRow,
  ThreadRow,
  UserThreadRow,
} from '@threadlog/read-models';
import type { Seen, SeenThread } from './decision';

/** What a command's answer shows, as rows of the turn that decided it. */
export type Shown =
  | { kind: 'message'; row: MessageRow }
  | { kind: 'thread'; thread: ThreadRow; participants: ParticipantRow[]; isNew: boolean }
  | { kind: 'participant'; row: ParticipantRow }
  | { kind: 'userThread'; row: UserThreadRow }
  | { kind: 'export'; row: ExportLogRow }
  | { kind: 'deletion'; row: DeletionLogRow }
  | { kind: 'hold'; hold: LegalHold | undefined }
  | { kind: 'retention'; row: TenantRow }
  | { kind: 'none' };

/** What an answer is made of, taken in the turn of the decision. */
export interface ShownInput<Type extends DecidedType> {
  state: Seen<Type>;
  /** The people of a sub-thread are its root's. */
  root: Seen<Type>;
  /** Id of what the command created. */
  resourceId: string;
  /** False where what it would have created was there already, whether or not that left an event. */
  changed: boolean;
  /** Whether this is a first answer given again. */
  replayed: boolean;
}

export const NOTHING_SHOWN: Shown = { kind: 'none' };

/** The people of a sub-thread are its root's. */
export function wholeThread({ state, root }: Pick<ShownInput<'thread'>, 'state' | 'root'>, isNew: boolean): Shown {
  const participants = [...root.participants.values()].filter((row) => row.removed_at === null);
  return { kind: 'thread', thread: state.thread!, participants, isNew };
}

/** The message that a command named. */
export function namedMessage({ messageId }: { messageId: string }, { state }: { state: SeenThread }): Shown {
  return messageOf(state, messageId);
}

export function messageOf(state: SeenThread, id: string): Shown {
  return { kind: 'message', row: state.messages.get(id)! };
}

export function namedParticipant({ userId }: { userId: string }, { state }: { state: SeenThread }): Shown {
  return { kind: 'participant', row: state.participants.get(userId)! };
}

/** The thread, as the user whose stream it is sees it. */
export function namedPlace({ threadId }: { threadId: string }, { state }: { state: Seen<'user'> }): Shown {
  return { kind: 'userThread', row: state.userThreads.get(threadId)! };
}

type Receipt = { event_type: string; resource_id: string };

/** The message that a first answer showed: of what its last event was about. */
export function shownMessage(_input: unknown, { event_type, resource_id }: Receipt): readonly string[] {
  const isMessage = event_type.startsWith('CHAT_MESSAGE_') || event_type.startsWith('CHAT_REACTION_');
  return isMessage ? [resource_id] : [];
}
