import { ROLE_PERMISSIONS, type Actor } from '@threadlog/auth';
import { COMMANDS, type Command, type CommandInput, type CommandType } from '@threadlog/commands';
import { definitionOf, rootThreadId, tenantId, type ChatEvent, type Draft } from '@threadlog/events';
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
import { documented } from '../../documented.testing';
import { THREAD } from './drafts.testing';
import { decide } from './index';

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
    const row = foldParticipant(participants.get(id) ?? null, event, id, before.thread);
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
    return documented(
      asked.command,
      decide(asked.command, state, { ...asked, now: '2026-02-01T00:00:00.000000Z', newId, root }),
    );
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
