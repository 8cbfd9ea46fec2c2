import type { Message, Thread } from '../generated/wire.ts';
import type { Frame, Frames } from './frames.ts';
import { messageAt, replaceMessage, withReaction } from './messages.ts';
import { isUnread, withUnread } from './unreadIn.ts';
import { withDeleted, withReceipt, withWhole } from './threadData.ts';
import type { ThreadData } from './threadState.ts';

type Apply<Name extends keyof Frames> = (data: ThreadData, payload: Frames[Name]) => ThreadData;

/** Changes a message that is held, unless it has what this event brought: a page can be ahead of frames. */
function change(
  data: ThreadData,
  about: { messageIndex: number; seq: number },
  to: (message: Message) => Message,
): ThreadData {
  const held = messageAt(data.messages, about.messageIndex);
  if (!held || held.seq >= about.seq) return data;
  return { ...data, messages: replaceMessage(data.messages, to(held)) };
}

function changeThread(data: ThreadData, seq: number, to: (thread: Thread) => Thread): ThreadData {
  return data.thread && seq > data.thread.seq ? { ...data, thread: { ...to(data.thread), seq } } : data;
}

/** Only what an edit changed is there. */
function edited(message: Message, payload: Frames['message:updated']): Message {
  const { content, contentState, metadata, attachments, mentions, edit, updatedAt, seq } = payload;
  const next = { ...message, seq };
  if (content !== undefined) {
    next.content = content;
    if (contentState) next.contentState = contentState;
    else delete next.contentState;
  }
  if (metadata !== undefined) next.metadata = metadata;
  if (attachments) next.attachments = attachments;
  if (mentions) next.mentions = mentions;
  if (edit !== undefined) [next.edit, next.edited] = [edit, edit > 0];
  if (updatedAt !== undefined) next.updatedAt = updatedAt;
  return next;
}

/** A message in a whole state, which may be new to the reader, too. */
function whole(data: ThreadData, message: Message): ThreadData {
  // It came late: what is held up to this seq is without it, as it was deleted.
  if (message.seq <= data.seq && !messageAt(data.messages, message.messageIndex)) return data;
  const isNew = message.messageIndex > data.newestIndex && isUnread(data, message);
  const next = withWhole(data, message);
  return next === data ? data : withUnread(next, isNew ? 1 : 0);
}

const updated: Apply<'message:updated'> = (data, payload) =>
  payload.message ? whole(data, payload.message) : change(data, payload, (message) => edited(message, payload));

const removed: Apply<'message:deleted'> = (data, { messageIndex }) => {
  const held = messageAt(data.messages, messageIndex);
  return withUnread(withDeleted(data, messageIndex), held && isUnread(data, held) ? -1 : 0);
};

const reacted =
  (added: boolean) =>
  (data: ThreadData, { emoji, userId, ...about }: Frames['reaction:added']) =>
    change(data, about, (message) => withReaction(message, { seq: about.seq, emoji, userId, added }, data.me));

const pinned = (is: boolean) => (data: ThreadData, payload: Frames['message:pinned']) =>
  change(data, payload, (message) => ({ ...message, pinned: is, seq: payload.seq }));

const read: Apply<'message:read'> = (data, { userId, messageIndex, readAt }) => {
  const next = withReceipt(data, userId, { messageIndex, readAt });
  return next === data || userId !== data.me ? next : withUnread(next, 0);
};

const joined: Apply<'user:joined'> = (data, { seq, userId, role }) =>
  changeThread(data, seq, (thread) => {
    if (thread.participants.some((participant) => participant.userId === userId)) return thread;
    const participantCount = thread.participantCount + 1;
    if (thread.participants.length >= 20) return { ...thread, participantCount };
    const participant = { userId, role, displayName: null, avatarUrl: null, readIndex: 0 };
    return { ...thread, participantCount, participants: [...thread.participants, participant] };
  });

const left: Apply<'user:left'> = (data, { seq, userId }) =>
  changeThread(data, seq, (thread) => ({
    ...thread,
    participantCount: Math.max(0, thread.participantCount - 1),
    participants: thread.participants.filter((participant) => participant.userId !== userId),
  }));

const settings: Apply<'conversation:updated'> = (
  data,
  { seq, participant, title, metadata, status, agentMode, updatedAt },
) =>
  changeThread(data, seq, (thread) => ({
    ...thread,
    title: title === undefined ? thread.title : title,
    metadata: metadata === undefined ? thread.metadata : metadata,
    status: status ?? thread.status,
    agentMode: agentMode ?? thread.agentMode,
    updatedAt: updatedAt ?? thread.updatedAt,
    participants: participant
      ? thread.participants.map((one) => (one.userId === participant.userId ? { ...one, role: participant.role } : one))
      : thread.participants,
  }));

/** What the person wrote, and what it is called, is let go at once; the messages' deletions follow. */
const erased: Apply<'user:erased'> = (data, { userId }) => {
  const nobody = { displayName: null, avatarUrl: null };
  const forget = (message: Message): Message => ({
    ...message,
    ...{ sender: nobody, content: '[erased]', contentState: 'erased', attachments: [], metadata: null },
  });
  const participants =
    data.thread?.participants.map((one) => (one.userId === userId ? { ...one, ...nobody } : one)) ?? [];
  return {
    ...data,
    messages: data.messages.map((message) => (message.senderId === userId ? forget(message) : message)),
    thread: data.thread && { ...data.thread, participants },
  };
};

const APPLY: { [Name in keyof Frames]?: Apply<Name> } = {
  'message:new': whole,
  'message:updated': updated,
  'message:deleted': removed,
  'message:pinned': pinned(true),
  'message:unpinned': pinned(false),
  'reaction:added': reacted(true),
  'reaction:removed': reacted(false),
  'message:read': read,
  'user:joined': joined,
  'user:left': left,
  'conversation:updated': settings,
  'user:erased': erased,
};

/** What is held after a frame. Those that bring nothing new leave it as it is; `seq` is the caller's. */
export function applyFrame(data: ThreadData, { name, payload }: Frame): ThreadData {
  const apply = APPLY[name] as ((data: ThreadData, payload: unknown) => ThreadData) | undefined;
  return apply ? apply(data, payload) : data;
}
