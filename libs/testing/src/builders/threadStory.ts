import {
  rootThreadId,
  tenantId,
  type ActorRef,
  type ChatEvent,
  type ClearData,
  type DeleteReason,
  type Draft,
  type ParticipantRole,
} from '@threadlog/events';
import type { Sealing } from '@threadlog/sealing';
import { sealEvents, timestampOf, type Step, type StreamPlace } from './sealEvents';

export interface ThreadStoryOptions {
  tenant?: string;
  threadId: string;
  owner?: string;
  members?: readonly string[];
  learnerId?: string | null;
  title?: string | null;
  /** Of a sub-thread, whose id is `root~suffix`; its participants are its root's. */
  rootMessageId?: string;
  /** Version of the root that a sub-thread begins at; 1 by default. */
  rootVersion?: number;
  /** Milliseconds since 1970. */
  startedAt?: number;
}

type Posted = Partial<ClearData<'CHAT_MESSAGE_CREATED'>>;

/** What happened in a thread, told in order; `events` seals it. Names are ids. */
export interface ThreadStory {
  /** Returns the message's id. */
  post(author: string, content: string, more?: Posted): string;
  edit(messageId: string, content: string): void;
  remove(messageId: string, reason?: DeleteReason): void;
  react(user: string, messageId: string, emoji: string): void;
  pin(user: string, messageId: string): void;
  unpin(user: string, messageId: string): void;
  join(user: string, options?: { role?: ParticipantRole; fromNow?: boolean }): void;
  leave(user: string): void;
  appoint(user: string, role: ParticipantRole): void;
  rename(title: string): void;
  status(status: 'active' | 'archived' | 'completed'): void;
  end(): void;
  readonly place: StreamPlace;
  events(sealing: Sealing): Promise<ChatEvent[]>;
}

interface Told {
  index: number;
  author: string;
  edits: number;
  month: string;
}

const STARTED = Date.UTC(2026, 10, 1);

/** A thread as the write side would have numbered it: versions, message indexes and edits count up by themselves. */
export function threadStory(options: ThreadStoryOptions): ThreadStory {
  const { threadId, learnerId = null, tenant = 'acme', startedAt = STARTED } = options;
  const place: StreamPlace = { tenantId: tenantId(tenant), type: 'thread', id: threadId, learnerId, startedAt };
  const steps: Step[] = [];
  const telling: Telling = {
    place,
    owner: options.owner ?? 'ada',
    messages: new Map(),
    tell(actorId, draft, text = {}) {
      const actor: ActorRef = { type: 'user', id: actorId, role: 'user' };
      steps.push({ draft, actor, authorId: null, month: null, ...text });
    },
    monthNow: () => timestampOf(place, steps.length + 1).slice(0, 7),
  };
  begin(telling, options);
  return {
    place,
    events: (sealing) => sealEvents(sealing, place, steps),
    ...messageChapters(telling),
    ...threadChapters(telling),
  };
}

/** What the chapters of a story share. */
interface Telling {
  place: StreamPlace;
  owner: string;
  messages: Map<string, Told>;
  tell(actorId: string, draft: Draft, text?: Partial<Pick<Step, 'authorId' | 'month'>>): void;
  monthNow(): string;
}

function begin(
  { place, owner, tell }: Telling,
  { members = [], title = null, rootMessageId, rootVersion = 1 }: ThreadStoryOptions,
): void {
  const root = rootThreadId(place.id);
  const parent = root === place.id ? null : root;
  tell(owner, {
    type: 'CHAT_THREAD_CREATED',
    data: {
      thread_id: place.id,
      type: 'group',
      channel: 'chat',
      learner_id: place.learnerId,
      title,
      metadata: null,
      parent_thread_id: parent,
      root_message_id: rootMessageId ?? null,
      root_version: parent === null ? null : rootVersion,
      participants: parent
        ? []
        : [{ user_id: owner, role: 'owner' }, ...members.map((user_id) => ({ user_id, role: 'member' as const }))],
    },
  });
}

function messageChapters({
  place,
  messages,
  tell,
  monthNow,
}: Telling): Pick<ThreadStory, 'post' | 'edit' | 'remove' | 'react' | 'pin' | 'unpin'> {
  const about = (message_id: string) => {
    const told = messages.get(message_id);
    if (!told) throw new Error(`nobody posted ${message_id}`);
    return { told, named: { thread_id: place.id, message_id, message_index: told.index } };
  };
  return {
    post(author, content, more = {}) {
      const message_index = messages.size + 1;
      const message_id = more.message_id ?? `${place.id.replace('~', '.')}-m${message_index}`;
      const text = { authorId: author, month: monthNow() };
      messages.set(message_id, { index: message_index, edits: 0, author, month: text.month });
      const named = { thread_id: place.id, message_id, message_index, sender_id: author };
      tell(author, { type: 'CHAT_MESSAGE_CREATED', data: { ...PLAIN, ...named, content, ...more } }, text);
      return message_id;
    },
    edit(messageId, content) {
      const { told, named } = about(messageId);
      told.edits += 1;
      const data = { ...named, content, edit: told.edits };
      tell(told.author, { type: 'CHAT_MESSAGE_UPDATED', data }, { authorId: told.author, month: told.month });
    },
    remove(messageId, reason = 'author') {
      const { told, named } = about(messageId);
      tell(told.author, { type: 'CHAT_MESSAGE_DELETED', data: { ...named, reason } });
    },
    react(user, messageId, emoji) {
      tell(user, { type: 'CHAT_REACTION_ADDED', data: { ...about(messageId).named, emoji, user_id: user } });
    },
    pin: (user, messageId) => tell(user, { type: 'CHAT_MESSAGE_PINNED', data: about(messageId).named }),
    unpin: (user, messageId) => tell(user, { type: 'CHAT_MESSAGE_UNPINNED', data: about(messageId).named }),
  };
}

function threadChapters({
  place,
  owner,
  messages,
  tell,
}: Telling): Pick<ThreadStory, 'join' | 'leave' | 'appoint' | 'rename' | 'status' | 'end'> {
  const thread_id = place.id;
  return {
    join(user_id, { role = 'member', fromNow = false } = {}) {
      const visible_from_index = fromNow ? messages.size + 1 : 1;
      tell(owner, { type: 'CHAT_PARTICIPANT_ADDED', data: { thread_id, user_id, role, visible_from_index } });
    },
    leave(user_id) {
      tell(user_id, { type: 'CHAT_PARTICIPANT_REMOVED', data: { thread_id, user_id, reason: 'left' } });
    },
    appoint: (user_id, role) =>
      tell(owner, { type: 'CHAT_PARTICIPANT_ROLE_CHANGED', data: { thread_id, user_id, role, previous: 'member' } }),
    rename: (title) => tell(owner, { type: 'CHAT_THREAD_UPDATED', data: { thread_id, title } }),
    status: (status) =>
      tell(owner, { type: 'CHAT_THREAD_STATUS_CHANGED', data: { thread_id, status, previous: 'active' } }),
    end: () => tell(owner, { type: 'CHAT_THREAD_DELETED', data: { thread_id, reason: 'author' } }),
  };
}

const PLAIN = {
  sender_type: 'user',
  message_type: 'text',
  metadata: null,
  attachments: null,
  reply_to: null,
  mentions: [],
  client_message_id: null,
} as const satisfies Posted;

/** A user's profile, synchronised once. */
export function profileEvents(
  sealing: Sealing,
  profile: { tenant?: string; userId: string; displayName: string; avatarUrl?: string | null; email?: string | null },
): Promise<ChatEvent[]> {
  const { userId, displayName, avatarUrl = null, email = null } = profile;
  const place: StreamPlace = {
    tenantId: tenantId(profile.tenant ?? 'acme'),
    type: 'user',
    id: userId,
    learnerId: null,
    startedAt: STARTED,
  };
  const data = { user_id: userId, display_name: displayName, avatar_url: avatarUrl, email, metadata: null };
  const actor: ActorRef = { type: 'internal', id: 'internal', role: null };
  return sealEvents(sealing, place, [
    { draft: { type: 'CHAT_USER_SYNCED', data }, actor, authorId: userId, month: null },
  ]);
}
