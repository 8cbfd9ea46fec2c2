import { MESSAGE_PLANS } from './messageRules';
import {
  PEOPLE,
  ROLES,
  seenBy,
  STATUSES,
  type Member,
  type Model,
  type ModelThread,
  type Role,
  type Who,
} from './state';
import type { Step } from './steps';
import {
  keeps,
  only,
  owns,
  sees,
  seesMessage,
  threadPath,
  type Kind,
  type Plan,
  type Planned,
  type Refusal,
  type Turn,
} from './turn';

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

/** Moderators handle plain members, and who is not there like one. */
const isHigher = (target: Member | undefined): boolean => target !== undefined && target.role !== 'member';

/** The last owner stays while anybody else would stay behind. */
function keepsAnOwner({ thread }: Turn, other: Who, remaining: number): Refusal {
  const owners = [...thread.members].filter(([, { role }]) => role === 'owner').map(([id]) => id);
  return owners.length === 1 && owners[0] === other && remaining > 0 ? 'conflict' : undefined;
}

const PLANS: { [K in Kind]: (turn: Turn) => Planned } = {
  ...MESSAGE_PLANS,
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
    // A deleted message counts: behind it there is nothing left to read.
    const newest = thread.messages.at(-1);
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

export function createdThread(id: string, owner: Who, others: readonly Who[]): ModelThread {
  const members = new Map<Who, Member>([[owner, { role: 'owner' as Role, from: 1, joined: 0 }]]);
  for (const other of others) members.set(other, { role: 'member', from: 1, joined: 0 });
  return { id, seq: 1, status: 'active', members, messages: [], reads: new Map(), deleted: false };
}
