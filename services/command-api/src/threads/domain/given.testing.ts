import { ROLE_PERMISSIONS, type Actor } from '@threadlog/auth';
import { COMMANDS, type Command, type CommandInput, type CommandType } from '@threadlog/commands';
import {
  definitionOf,
  rootThreadId,
  tenantId,
  type ChatEvent,
  type Draft,
  type ParticipantRole,
} from '@threadlog/events';
import {
  foldMessage,
  foldParticipant,
  foldThread,
  foldUser,
  foldUserThread,
  messageIdOf,
  participantsOf,
  userThreadOf,
  type LegalHold,
} from '@threadlog/read-models';
import { deciderSpec, historyOf } from '@threadlog/testing';
import { type z } from 'zod';
import type { DecisionContext, StreamState } from '../../decider';
import { decide } from './index';

export const THREAD = 't1';
export const NEW_ID = 'new-1';
export const NOTHING: StreamState = {
  version: 0,
  thread: null,
  participants: new Map(),
  messages: new Map(),
  user: null,
  userThreads: new Map(),
  exports: new Map(),
  deletions: new Map(),
  tenant: null,
};

export const LIMITS: DecisionContext['limits'] = {
  maxMessagesPerThread: 100,
  maxParticipants: 10,
  erasureGraceHours: 72,
  retentionDays: null,
};

/** Streams by thread id, so that a sub-thread has its root beside it; users' as `user/<id>`. */
type States = ReadonlyMap<string, StreamState>;

interface Asked {
  command: Command;
  actor: Actor;
  holds: readonly LegalHold[] | null;
  limits: DecisionContext['limits'];
}

function evolve(states: States, event: ChatEvent): States {
  if (event.stream_type === 'user') return evolveUser(states, event);
  const before = states.get(event.stream_id) ?? NOTHING;
  const participants = new Map(before.participants);
  for (const id of participantsOf(event)) {
    const row = foldParticipant(participants.get(id) ?? null, event, id);
    if (row) participants.set(id, row);
  }
  const messages = new Map(before.messages);
  const messageId = messageIdOf(event);
  const message = messageId === null ? null : foldMessage(messages.get(messageId) ?? null, event);
  if (message) messages.set(message.message_id, message);
  const thread = foldThread(before.thread, event);
  const after = { ...before, version: event.stream_version, thread, participants, messages };
  return new Map(states).set(event.stream_id, after);
}

function evolveUser(states: States, event: ChatEvent): States {
  const key = userStream(event.stream_id);
  const before = states.get(key) ?? NOTHING;
  const userThreads = new Map(before.userThreads);
  const threadId = userThreadOf(event);
  const row = threadId === null ? null : foldUserThread(userThreads.get(threadId) ?? null, event);
  if (row) userThreads.set(row.thread_id, row);
  const after = { ...before, version: event.stream_version, user: foldUser(before.user, event), userThreads };
  return new Map(states).set(key, after);
}

const userStream = (id: string): string => `user/${id}`;

/** The stream a command is about: a new thread's is still empty, unless its id was derived from an existing one's. */
function streamOf({ command, actor }: Asked): string {
  if (command.type === 'thread.read' || command.type === 'thread.preferences') return userStream(actor.id);
  if (command.type === 'user.sync' || command.type === 'user.remove') return userStream(command.input.userId);
  if (command.type !== 'thread.create') return 'threadId' in command.input ? command.input.threadId : THREAD;
  if (command.input.parentThreadId !== null) return `${rootThreadId(command.input.parentThreadId)}~${NEW_ID}`;
  return command.input.type === 'direct' ? THREAD : NEW_ID;
}

const spec = deciderSpec<States, ChatEvent, Asked>({
  initial: () => new Map(),
  evolve,
  decide(asked, states) {
    const id = streamOf(asked);
    const state = states.get(id) ?? NOTHING;
    const parent = asked.command.type === 'thread.create' && asked.command.input.parentThreadId;
    const root = states.get(rootThreadId(parent || id)) ?? state;
    const newId = asked.command.type === 'thread.create' ? id : NEW_ID;
    return decide(asked.command, state, { ...asked, now: '2026-02-01T00:00:00.000000Z', newId, root });
  },
});

/** Given what has happened (to several threads, each numbered for itself), when somebody commands something. */
export function given(...happened: Draft[]) {
  const streams = Map.groupBy(happened, (draft) => `${definitionOf(draft.type)!.stream}/${streamIdOf(draft)}`);
  const events = [...streams.values()].flatMap((drafts) =>
    historyOf(drafts, { actor: person('ada'), streamId: streamIdOf(drafts[0]!) }),
  );
  return {
    when: (actor: Actor, command: Command, limits: Partial<DecisionContext['limits']> = {}) =>
      spec(...events).when({ command, actor, holds: [], limits: { ...LIMITS, ...limits } }),
    /** While legal holds are in force; null: while nobody knows them. */
    under: (holds: readonly LegalHold[] | null) => ({
      when: (actor: Actor, command: Command) => spec(...events).when({ command, actor, holds, limits: LIMITS }),
    }),
  };
}

/** What was read and preferred is ada's, whose stream does not say so in its events. */
function streamIdOf({ type, data }: Draft): string {
  if (definitionOf(type)!.stream === 'user') return 'user_id' in data ? data.user_id : 'ada';
  return 'thread_id' in data ? data.thread_id : '';
}

/** A command as a surface would hand it over: parsed, with its defaults; about thread `t1` unless it says otherwise. */
export function command<T extends CommandType>(type: T, input: Partial<z.input<(typeof COMMANDS)[T]>> = {}): Command {
  const about = type === 'thread.create' || type.startsWith('user.') ? {} : { threadId: THREAD };
  return { type, input: COMMANDS[type].parse({ ...about, ...input }) as CommandInput<T> } as Command;
}

function person(id: string): ChatEvent['actor'] {
  return { type: 'user', id, role: 'user' };
}

/** A plain user of the tenant unless said otherwise; `role` brings its permissions. */
export function actor(id: string, rest: Partial<Actor> = {}): Actor {
  const role = rest.role ?? 'user';
  const permissions = [...ROLE_PERMISSIONS[role]];
  return {
    tenantId: tenantId('acme'),
    id,
    type: 'user',
    role,
    permissions,
    learnerScope: [],
    expiresAt: null,
    ...rest,
  };
}

export const ada = actor('ada');
export const mod = actor('mod');
export const bob = actor('bob');
export const eve = actor('eve');
export const teacher = actor('tess', { role: 'teacher', learnerScope: ['lena'] });
export const guardian = actor('gus', { role: 'guardian', learnerScope: ['lena'] });
export const admin = actor('root', { role: 'admin' });
export const foreigner = actor('ada', { role: 'admin', tenantId: tenantId('globex') });

const PEOPLE = [
  { user_id: 'ada', role: 'owner' },
  { user_id: 'mod', role: 'moderator' },
  { user_id: 'bob', role: 'member' },
] satisfies { user_id: string; role: ParticipantRole }[];

type Created = Extract<Draft, { type: 'CHAT_THREAD_CREATED' }>['data'];

/** Thread `t1` about learner `lena`: ada owns it, mod moderates, bob is a member. */
export function threadCreated(rest: Partial<Created> = {}): Draft {
  const plain = { type: 'group', channel: 'chat', learner_id: 'lena', title: null, metadata: null } as const;
  const data = { thread_id: THREAD, ...plain, parent_thread_id: null, root_message_id: null, participants: PEOPLE };
  return { type: 'CHAT_THREAD_CREATED', data: { ...data, ...rest } };
}

/** Begins at this version of its root. */
export function subThreadCreated(thread_id = `${THREAD}~sub`, root_version = 1): Draft {
  return threadCreated({ thread_id, parent_thread_id: THREAD, root_version, participants: [] });
}

type Posted = Extract<Draft, { type: 'CHAT_MESSAGE_CREATED' }>['data'];

/** Message `m<index>` of the sender. */
export function posted(index: number, sender: string, rest: Partial<Posted> = {}): Draft {
  const who = { sender_id: sender, sender_type: 'user', message_type: 'text' } as const;
  const blank = { metadata: null, attachments: null, reply_to: null, mentions: [], client_message_id: null };
  const data = { thread_id: THREAD, message_id: `m${index}`, message_index: index, ...who, content: 'hi', ...blank };
  return { type: 'CHAT_MESSAGE_CREATED', data: { ...data, ...rest } };
}

export function messageDeleted(index: number): Draft {
  const data = { thread_id: THREAD, message_id: `m${index}`, message_index: index, reason: 'author' } as const;
  return { type: 'CHAT_MESSAGE_DELETED', data };
}

export function statusChanged(status: 'active' | 'archived' | 'completed'): Draft {
  return { type: 'CHAT_THREAD_STATUS_CHANGED', data: { thread_id: THREAD, status, previous: 'active' } };
}

export function threadDeleted(): Draft {
  return { type: 'CHAT_THREAD_DELETED', data: { thread_id: THREAD, reason: 'author' } };
}

/** Sees messages from this index on, and sub-threads from this version of their root on. */
export function added(
  user_id: string,
  role: ParticipantRole = 'member',
  [visible_from_index, visible_from_version]: readonly [number, number] = [1, 1],
): Draft {
  const from = { visible_from_index, visible_from_version };
  return { type: 'CHAT_PARTICIPANT_ADDED', data: { thread_id: THREAD, user_id, role, ...from } };
}

export function removed(user_id: string): Draft {
  return { type: 'CHAT_PARTICIPANT_REMOVED', data: { thread_id: THREAD, user_id, reason: 'left' } };
}

export function reacted(index: number, user_id: string, emoji: string): Draft {
  const data = { thread_id: THREAD, message_id: `m${index}`, message_index: index, emoji, user_id };
  return { type: 'CHAT_REACTION_ADDED', data };
}

export function reactionRemoved(index: number, user_id: string, emoji: string): Draft {
  return { type: 'CHAT_REACTION_REMOVED', data: reacted(index, user_id, emoji).data as ReactionData };
}
type ReactionData = Extract<Draft, { type: 'CHAT_REACTION_REMOVED' }>['data'];

export function pinned(index: number): Draft {
  return { type: 'CHAT_MESSAGE_PINNED', data: placeOf(index) };
}

export function unpinned(index: number): Draft {
  return { type: 'CHAT_MESSAGE_UNPINNED', data: placeOf(index) };
}

function placeOf(index: number) {
  return { thread_id: THREAD, message_id: `m${index}`, message_index: index };
}
