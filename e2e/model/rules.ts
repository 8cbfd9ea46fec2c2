import {
  PEOPLE,
  ROLES,
  seenBy,
  STATUSES,
  type Member,
  type Model,
  type ModelMessage,
  type ModelThread,
  type Role,
  type Who,
} from './state';
import type { Step, StepKind } from './steps';

/** A request, and what the model says that it must come to. */
export interface Plan {
  who: Who;
  method: string;
  path: string;
  body?: unknown;
  /** Status of a success, or code of the problem. */
  outcome: number | string;
  /** Where the write goes: reads must wait for the last one of each place. */
  place: string;
  /** Changes the model as the system should have changed; gets the answer. */
  effect?(answer: unknown): void;
}

const EMOJIS = ['👍', '🎉', 'thumbs_up', '❤️'];
type Kind = Exclude<StepKind, 'drop' | 'resume'>;
type Refusal = string | undefined;

interface Turn {
  model: Model;
  step: Step;
  who: Who;
  thread: ModelThread;
  member: Member | undefined;
  /** The message that the step is about, where the actor sees one. */
  message: ModelMessage | undefined;
  messageId: string;
}

/** What a step comes to in this model. */
export function planOf(model: Model, step: Step): Plan {
  const who = PEOPLE[step.who]!;
  const thread = model.threads[step.thread % model.threads.length]!;
  const member = seenBy(thread, who);
  const named = thread.messages[step.message % Math.max(1, thread.messages.length)];
  const message = member && named && named.index >= member.from ? named : undefined;
  const turn = { model, step, who, thread, member, message, messageId: named?.id ?? 'nothing' };
  return { who, place: thread.id, ...PLANS[step.kind as Kind](turn) };
}

type Planned = Omit<Plan, 'who' | 'place'> & { place?: string };
const threadPath = ({ thread }: Turn): string => `/api/v1/threads/${thread.id}`;
const messagePath = (turn: Turn): string => `${threadPath(turn)}/messages/${turn.messageId}`;

const keeps = ({ member }: Turn): boolean => member?.role === 'owner' || member?.role === 'moderator';
const owns = ({ member }: Turn): boolean => member?.role === 'owner';
const sees = ({ member }: Turn): Refusal => (member ? undefined : 'not_found');
const seesMessage = ({ message }: Turn): Refusal => (message ? undefined : 'not_found');
const isThere = ({ message }: Turn): Refusal => (message!.deleted ? 'gone' : undefined);
const isOpen = ({ thread }: Turn): Refusal => (thread.status === 'active' ? undefined : 'thread_closed');
const only = (allowed: boolean): Refusal => (allowed ? undefined : 'forbidden');

/** Moderators handle plain members, and who is not there like one. */
const isHigher = (target: Member | undefined): boolean => target !== undefined && target.role !== 'member';

/** The last owner stays while anybody else would stay behind. */
function keepsAnOwner({ thread }: Turn, other: Who, remaining: number): Refusal {
  const owners = [...thread.members].filter(([, { role }]) => role === 'owner').map(([id]) => id);
  return owners.length === 1 && owners[0] === other && remaining > 0 ? 'conflict' : undefined;
}

const PLANS: { [K in Kind]: (turn: Turn) => Planned } = {
  create({ model, who, step }) {
    const others = PEOPLE.filter((one, index) => one !== who && (step.choice + index) % 2 === 0);
    return {
      method: 'POST',
      path: '/api/v1/threads',
      body: { participantIds: others },
      outcome: 201,
      effect: (answer) => void model.threads.push(createdThread((answer as { id: string }).id, who, others)),
    };
  },
  post(turn) {
    const { thread, who, step } = turn;
    const content = `${who} ${step.message} ${thread.messages.length}`;
    return {
      method: 'POST',
      path: `${threadPath(turn)}/messages`,
      body: { content },
      outcome: sees(turn) ?? isOpen(turn) ?? 201,
      effect(answer) {
        const seq = (thread.seq += 1);
        const [id, index] = [(answer as { id: string }).id, thread.messages.length + 1];
        const fresh = { edit: 0, deleted: false, pinned: false, reactions: new Map<string, Set<Who>>() };
        thread.messages.push({ id, index, author: who, content, seq, ...fresh });
      },
    };
  },
  edit(turn) {
    const { message, who, step } = turn;
    const content = `edited ${step.choice} by ${who}`;
    return {
      method: 'PATCH',
      path: messagePath(turn),
      body: { content },
      outcome: seesMessage(turn) ?? only(message!.author === who) ?? isThere(turn) ?? isOpen(turn) ?? 200,
      effect: () => touch(turn, (one) => Object.assign(one, { content, edit: one.edit + 1 })),
    };
  },
  deleteMessage(turn) {
    const { message, who } = turn;
    return {
      method: 'DELETE',
      path: messagePath(turn),
      outcome: seesMessage(turn) ?? only(message!.author === who || keeps(turn)) ?? 204,
      effect() {
        if (!message!.deleted) touch(turn, (one) => Object.assign(one, { deleted: true, pinned: false }));
      },
    };
  },
  react: (turn) => reaction(turn, 'PUT'),
  unreact: (turn) => reaction(turn, 'DELETE'),
  pin: (turn) => pinning(turn, true),
  unpin: (turn) => pinning(turn, false),
  add(turn) {
    const { thread, step, member } = turn;
    const [other, role] = [PEOPLE[step.other]!, step.flag ? 'member' : ROLES[step.choice]!];
    const history = step.message % 2 ? 'all' : 'from_join';
    const known = thread.members.has(other);
    return {
      method: 'POST',
      path: `${threadPath(turn)}/participants`,
      body: { userId: other, role, history },
      outcome: sees(turn) ?? only(role === 'member' ? keeps(turn) : owns(turn)) ?? (known ? 200 : 201),
      effect() {
        if (known) return;
        thread.seq += 1;
        const from = Math.max(history === 'all' ? 1 : thread.messages.length + 1, member!.from);
        thread.members.set(other, { role, from, joined: thread.messages.length });
      },
    };
  },
  remove(turn) {
    const { thread, step, who } = turn;
    const other = step.flag ? who : PEOPLE[step.other]!;
    const target = thread.members.get(other);
    const right = other === who || (isHigher(target) ? owns(turn) : keeps(turn));
    const missing = target ? undefined : 'not_found';
    return {
      method: 'DELETE',
      path: `${threadPath(turn)}/participants/${other}`,
      outcome: sees(turn) ?? only(right) ?? missing ?? keepsAnOwner(turn, other, thread.members.size - 1) ?? 204,
      effect() {
        thread.seq += 1;
        thread.members.delete(other);
      },
    };
  },
  role(turn) {
    const { thread, step } = turn;
    const [other, role] = [PEOPLE[step.other]!, ROLES[step.choice]!];
    const target = thread.members.get(other);
    const same = target?.role === role;
    const blocked = target ? (same ? undefined : keepsAnOwner(turn, other, thread.members.size)) : 'not_found';
    return {
      method: 'PATCH',
      path: `${threadPath(turn)}/participants/${other}`,
      body: { role },
      outcome: sees(turn) ?? only(owns(turn)) ?? blocked ?? 200,
      effect() {
        if (same) return;
        thread.seq += 1;
        thread.members.set(other, { ...target!, role });
      },
    };
  },
  read(turn) {
    const { thread, step, who, member, messageId } = turn;
    const newest = thread.messages.findLast(({ deleted }) => !deleted);
    const seen = newest && member && newest.index >= member.from ? newest : undefined;
    const target = step.flag ? seen : turn.message;
    return {
      method: 'PUT',
      path: `${threadPath(turn)}/read`,
      body: step.flag ? {} : { messageId },
      outcome: sees(turn) ?? (step.flag ? undefined : seesMessage(turn)) ?? 200,
      place: `read ${who}`,
      effect: () => void (target && thread.reads.set(who, Math.max(thread.reads.get(who) ?? 0, target.index))),
    };
  },
  status(turn) {
    const { thread, step } = turn;
    const status = STATUSES[step.flag ? 0 : step.choice % 3]!;
    return {
      method: 'PATCH',
      path: threadPath(turn),
      body: { status },
      outcome: sees(turn) ?? only(keeps(turn)) ?? 200,
      effect() {
        if (thread.status !== status) thread.seq += 1;
        thread.status = status;
      },
    };
  },
  deleteThread(turn) {
    return {
      method: 'DELETE',
      path: threadPath(turn),
      outcome: sees(turn) ?? only(owns(turn)) ?? 204,
      effect: () => void (turn.thread.deleted = true),
    };
  },
};

function reaction(turn: Turn, method: 'PUT' | 'DELETE'): Planned {
  const { who, step } = turn;
  const emoji = EMOJIS[step.choice]!;
  const done = turn.message?.reactions.get(emoji)?.has(who) ?? false;
  return {
    method,
    path: `${messagePath(turn)}/reactions/${encodeURIComponent(emoji)}`,
    outcome: seesMessage(turn) ?? isThere(turn) ?? isOpen(turn) ?? (method === 'PUT' ? 200 : 204),
    effect() {
      if (done === (method === 'PUT')) return;
      touch(turn, ({ reactions }) => {
        const people = reactions.get(emoji) ?? new Set<Who>();
        if (method === 'PUT') people.add(who);
        else people.delete(who);
        reactions.set(emoji, people);
      });
    },
  };
}

function pinning(turn: Turn, pinned: boolean): Planned {
  return {
    method: pinned ? 'PUT' : 'DELETE',
    path: `${messagePath(turn)}/pin`,
    outcome: seesMessage(turn) ?? only(keeps(turn)) ?? isThere(turn) ?? (pinned ? 200 : 204),
    effect() {
      if (turn.message!.pinned !== pinned) touch(turn, (one) => void (one.pinned = pinned));
    },
  };
}

/** One event about the message. */
function touch({ thread, message }: Turn, change: (message: ModelMessage) => void): void {
  thread.seq += 1;
  message!.seq = thread.seq;
  change(message!);
}

export function createdThread(id: string, owner: Who, others: readonly Who[]): ModelThread {
  const members = new Map<Who, Member>([[owner, { role: 'owner' as Role, from: 1, joined: 0 }]]);
  for (const other of others) members.set(other, { role: 'member', from: 1, joined: 0 });
  return { id, seq: 1, status: 'active', members, messages: [], reads: new Map(), deleted: false };
}
