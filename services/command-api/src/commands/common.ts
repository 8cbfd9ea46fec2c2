import type { Actor } from '@threadlog/auth';
import { privacyStream, tenantStream, type Subject } from '@threadlog/events';
import type { ReceiptRow } from '@threadlog/read-models';
import type { SealScope } from '@threadlog/sealing';
import { refuse, type Seen, type SeenThread } from './decision';
import type { SealInput, Shown, ShownInput, StreamRule } from './define';

/*
 * What the definitions of several commands say alike: where they are decided, what they name, whom they need, which keys
 * seal them, what they answer.
 */

const NONE: readonly string[] = [];

export const inThread: StreamRule<'thread', { threadId: string }> = { type: 'thread', id: ({ threadId }) => threadId };

/** Reading and preferences are the reader's own: they move no thread's version. */
export const ofActor: StreamRule<'user', unknown> = { type: 'user', id: (_input, { id }) => id };

export const ofUser: StreamRule<'user', { userId: string }> = { type: 'user', id: ({ userId }) => userId };

export const ofSubject: StreamRule<'privacy', { subject: Subject }> = {
  type: 'privacy',
  id: ({ subject }, { tenantId }) => privacyStream(tenantId, subject).id,
};

export const ofTenant: StreamRule<'tenant', unknown> = {
  type: 'tenant',
  id: (_input, { tenantId }) => tenantStream(tenantId).id,
};

/** The message that a command names, as the part of its stream that the decision needs. */
export function theMessage({ messageId }: { messageId: string }): readonly string[] {
  return [messageId];
}

/** The thread whose place in its reader's stream a command is about. */
export function thePlace({ threadId }: { threadId: string }): readonly string[] {
  return [threadId];
}

export function ifNamed(id: string | null): readonly string[] {
  return id === null ? NONE : [id];
}

/**
 * The people without whose admission a command may not be: whoever writes, and whoever it brings in. Text is not asked
 * about here: it cannot be sealed for somebody erased. Taking things away from somebody erased stays possible.
 */
export function writer(_input: unknown, actor: Actor): readonly string[] {
  return actor.type === 'user' || actor.type === 'agent' ? [actor.id] : NONE;
}

/** For commands that write nothing, or only text. */
export function nobody(): readonly string[] {
  return NONE;
}

/** A message's text belongs to its author, the thread's month and the learner. */
export function messageKeys({ actor, threadId, learnerId, now }: SealInput<'thread'>): SealScope {
  return { tenantId: actor.tenantId, threadId, authorId: actor.id, month: now.slice(0, 7), learnerId };
}

/** A title belongs to who writes it, the thread, without a month, and the learner. */
export function settingsKeys({ actor, threadId }: SealInput<'thread'>, learnerId: string | null): SealScope {
  return { tenantId: actor.tenantId, threadId, authorId: actor.id, month: null, learnerId };
}

/** The worker acts as the system; no token and no internal secret makes such an actor. */
export function isWorker(actor: Actor): boolean {
  return actor.type === 'system';
}

export const ONLY_WORKER = refuse('forbidden', 'only the worker does this');

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

type Receipt = Pick<ReceiptRow, 'event_type' | 'resource_id'>;

/** The message that a first answer showed: of what its last event was about. */
export function shownMessage(_input: unknown, { event_type, resource_id }: Receipt): readonly string[] {
  const isMessage = event_type.startsWith('CHAT_MESSAGE_') || event_type.startsWith('CHAT_REACTION_');
  return isMessage ? [resource_id] : [];
}
