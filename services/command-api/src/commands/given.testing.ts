import { ROLE_PERMISSIONS, type Actor } from '@threadlog/auth';
import { COMMANDS, type Command, type CommandInput, type CommandType } from '@threadlog/commands';
import { definitionOf as eventDefinitionOf, privacyStream, rootThreadId, tenantId } from '@threadlog/events';
import type { ChatEvent, Draft, Subject } from '@threadlog/events';
import {
  beginning,
  evolve,
  partOf,
  unseenThread,
  type DecidedType,
  type LegalHold,
  type StreamState,
} from '@threadlog/read-models';
import { deciderSpec, historyOf } from '@threadlog/testing';
import type { z } from 'zod';
import type { Decision, Extras, Limits } from './decision';
import { documented } from './documented.testing';
import { THREAD } from './drafts.testing';
import { definitionOf } from './registry';
import { inThread, ofActor } from './common';

export const NEW_ID = 'new1';
export const NOW = '2026-02-01T00:00:00.000000Z';

export const LIMITS: Limits = {
  maxMessagesPerThread: 100,
  maxParticipants: 10,
  erasureGraceHours: 72,
  retentionDays: null,
};

/** Streams by type and id, so that a sub-thread has its root beside it. */
type States = Map<string, StreamState>;

interface Asked {
  command: Command;
  actor: Actor;
  holds: readonly LegalHold[] | null;
  extras: Partial<Extras>;
  limits: Limits;
}

const nameOf = (type: string, id: string): string => `${type}/${id}`;

function stateIn(states: States, type: DecidedType, id: string): StreamState {
  return states.get(nameOf(type, id)) ?? beginning(type);
}

const PLAIN = {
  holds: [],
  extras: { webhooks: 0, agents: 0, secret: 'whsec_new', inputHash: 'h'.repeat(22) },
  limits: LIMITS,
} as const;

/** What is read of a stream before anything happens to it is everything: nothing has. */
function evolveIn(states: States, event: ChatEvent): States {
  const type = event.stream_type as DecidedType;
  const state = stateIn(states, type, event.stream_id);
  const part = partOf(event);
  if (state.type === 'user' && part !== null && !state.userThreads.has(part))
    state.userThreads.set(part, unseenThread(event.tenant_id, event.stream_id, part));
  return states.set(nameOf(type, event.stream_id), evolve(state, event));
}

/** The stream a command is about. The pair of a direct conversation has thread `t1`; any other new thread is a new one. */
function streamIdOf({ command, actor }: Asked): string {
  const { stream } = definitionOf(command);
  if (!stream.begins) return stream.id(command.input, actor);
  const derivedId = ([what]: readonly unknown[]): string => (what === 'direct' ? THREAD : NEW_ID);
  return stream.begins.id(command.input, actor, { idempotencyKey: 'key', generation: 0, derivedId });
}

function decideIn(asked: Asked, states: States): Decision {
  const definition = definitionOf(asked.command);
  const { type, begins } = definition.stream;
  const id = streamIdOf(asked);
  const state = stateIn(states, type, id);
  const root = type === 'thread' ? stateIn(states, type, rootThreadId(id)) : state;
  const newId = begins ? id : NEW_ID;
  const context = { ...asked, holds: () => asked.holds, now: NOW, newId, root };
  return documented(asked.command, definition.decide(asked.command.input, state, context));
}

const spec = deciderSpec<States, ChatEvent, Asked>({
  initial: () => new Map(),
  evolve: evolveIn,
  decide: decideIn,
});

/** Given what has happened (to several streams, each numbered for itself), when somebody commands something. */
export function given(...happened: Draft[]) {
  const streams = Map.groupBy(happened, (draft) => nameOf(eventDefinitionOf(draft.type)!.stream, draftStreamId(draft)));
  const events = [...streams.values()].flatMap((drafts) =>
    historyOf(drafts, { actor: person('ada'), streamId: draftStreamId(drafts[0]!) }),
  );
  return {
    when: (actor: Actor, command: Command, limits: Partial<Limits> = {}) =>
      spec(...events).when({ command, actor, ...PLAIN, limits: { ...LIMITS, ...limits } }),
    /** With what the command needs besides its stream. */
    having: (extras: Partial<Extras>) => ({
      when: (actor: Actor, command: Command) => spec(...events).when({ command, actor, ...PLAIN, extras }),
    }),
    /** While legal holds are in force; null: while nobody knows them. */
    under: (holds: readonly LegalHold[] | null) => ({
      when: (actor: Actor, command: Command) => spec(...events).when({ command, actor, ...PLAIN, holds }),
    }),
  };
}

/** What was read and preferred is ada's, whose stream does not say so in its events. */
function draftStreamId(draft: Draft): string {
  const data = draft.data as Partial<Record<string, string>> & { subject?: Subject };
  switch (eventDefinitionOf(draft.type)!.stream) {
    case 'user':
      return data.user_id ?? 'ada';
    case 'privacy':
      return data.subject ? privacyStream(TENANT, data.subject).id : '';
    case 'tenant':
      return TENANT;
    case 'webhook':
      return data.webhook_id!;
    case 'agent':
      return data.agent_id!;
    default:
      return data.thread_id!;
  }
}

const TENANT = tenantId('acme');

/** A command as a surface would hand it over: parsed, with its defaults; about thread `t1` unless it says otherwise. */
export function command<T extends CommandType>(type: T, input: Partial<z.input<(typeof COMMANDS)[T]>> = {}): Command {
  const { stream } = definitionOf({ type });
  const about = stream === inThread || stream === ofActor ? { threadId: THREAD } : {};
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
    tenantId: TENANT,
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
