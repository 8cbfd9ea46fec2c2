import type { ModelMessage, Who } from './state';
import {
  isOpen,
  isThere,
  keeps,
  messagePath,
  only,
  sees,
  seesMessage,
  threadPath,
  type Kind,
  type Planned,
  type Turn,
} from './turn';

const EMOJIS = ['👍', '🎉', 'thumbs_up', '❤️'];
type MessageKind = Extract<Kind, 'post' | 'edit' | 'deleteMessage' | 'react' | 'unreact' | 'pin' | 'unpin'>;

/** What steps about messages come to. */
export const MESSAGE_PLANS: { [K in MessageKind]: (turn: Turn) => Planned } = {
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
