import type { ParticipantRole, StreamEventType } from '@threadlog/events';

/** An event before it is numbered; `userId` where it belongs to a user's stream. */
export interface NextEvent {
  type: StreamEventType;
  data: Record<string, unknown>;
  userId: string;
}

/** What the generator must know of a thread to stay valid. */
export interface ThreadModel {
  /** The event that a choice comes to; null where it makes no sense now. */
  next(kind: number, pick: number): NextEvent | null;
}

const USERS = ['ada', 'bob', 'cyd', 'dan'] as const;
const sealed = (text: string): { sealed: string } => ({ sealed: `v1.${Buffer.from(text).toString('base64url')}` });

interface State {
  id: string;
  created: boolean;
  last: number;
  members: Set<string>;
  deleted: Set<number>;
  edits: Map<number, number>;
}
type Step = (state: State, pick: number) => Omit<NextEvent, 'userId'> | null;

export function createThreadModel(id: string): ThreadModel {
  const state: State = { id, created: false, last: 0, members: new Set(), deleted: new Set(), edits: new Map() };
  return {
    next(kind, pick) {
      const step = state.created ? STEPS[kind % STEPS.length]! : create;
      const event = step(state, pick);
      return event && { ...event, data: { thread_id: id, ...event.data }, userId: userOf(pick) };
    },
  };
}

const userOf = (pick: number): string => USERS[pick % USERS.length]!;
const messageOf = (state: State, pick: number) => {
  const index = 1 + (pick % Math.max(1, state.last));
  return state.last === 0 || state.deleted.has(index)
    ? null
    : { message_id: `${state.id.replace('~', '.')}.m${index}`, message_index: index };
};

const create: Step = (state, pick) => {
  const members = state.id.includes('~') ? [] : USERS.slice(0, 1 + (pick % USERS.length));
  state.created = true;
  state.members = new Set(members);
  const participants = members.map((user_id, index) => ({ user_id, role: index === 0 ? 'owner' : 'member' }));
  const parent = { parent_thread_id: state.id.includes('~') ? 't-1' : null, root_message_id: null };
  const settings = { type: 'group', channel: 'chat', learner_id: null, title: sealed(`title ${pick}`), metadata: null };
  return { type: 'CHAT_THREAD_CREATED', data: { ...settings, ...parent, participants } };
};

const post: Step = (state, pick) => {
  state.last += 1;
  return {
    type: 'CHAT_MESSAGE_CREATED',
    data: {
      message_id: `${state.id.replace('~', '.')}.m${state.last}`,
      message_index: state.last,
      sender_id: userOf(pick),
      sender_type: 'user',
      message_type: 'text',
      content: sealed(`text ${pick} "quoted" \\ {curly}`),
      metadata: pick % 3 === 0 ? sealed('meta') : null,
      attachments: null,
      reply_to: null,
      mentions: pick % 4 === 0 ? ['bob', 'cyd'] : [],
      client_message_id: pick % 5 === 0 ? `tmp-${pick}` : null,
    },
  };
};

const about =
  (type: StreamEventType, rest: (state: State, pick: number, index: number) => object): Step =>
  (state, pick) => {
    const message = messageOf(state, pick);
    return message && { type, data: { ...message, ...rest(state, pick, message.message_index) } };
  };

/** Bob as an agent, which answers a message and says so. */
const answer: Step = (state, pick) => {
  const asked = messageOf(state, pick);
  if (!asked) return null;
  const posted = post(state, pick)!;
  const run = { ...runOn(asked), finish: 'complete', hops: 1, output_tokens: pick, model: 'mock/one' };
  return { ...posted, data: { ...posted.data, sender_id: 'bob', sender_type: 'agent', run } };
};
const runOn = (asked: { message_id: string; message_index: number }) => ({
  run_id: '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d77',
  trigger_message_id: asked.message_id,
  trigger_index: asked.message_index,
});
const endRun: Step = (state, pick) => {
  const asked = messageOf(state, pick);
  if (!asked) return null;
  return { type: 'CHAT_AGENT_RUN_ENDED', data: { ...runOn(asked), agent_id: userOf(pick), reason: 'silent' } };
};
const letAgents: Step = (_state, pick) => ({
  type: 'CHAT_AGENT_MODE_CHANGED',
  data: { mode: pick % 2 ? 'off' : 'auto', previous: pick % 2 ? 'auto' : 'off' },
});

const edit = about('CHAT_MESSAGE_UPDATED', (state, pick, index) => {
  const count = (state.edits.get(index) ?? 0) + 1;
  state.edits.set(index, count);
  return { content: sealed(`edited ${pick}`), edit: count };
});
const remove = about('CHAT_MESSAGE_DELETED', (state, _pick, index) => {
  state.deleted.add(index);
  return { reason: 'author' };
});
const reaction = (_state: State, pick: number) => ({ emoji: pick % 2 ? '👍' : 'smile', user_id: userOf(pick) });

const add: Step = (state, pick) => {
  const user_id = userOf(pick);
  if (state.members.has(user_id)) return null;
  state.members.add(user_id);
  return { type: 'CHAT_PARTICIPANT_ADDED', data: { user_id, role: 'member', visible_from_index: state.last + 1 } };
};
const leave: Step = (state, pick) => {
  const user_id = userOf(pick);
  return state.members.delete(user_id) ? { type: 'CHAT_PARTICIPANT_REMOVED', data: { user_id, reason: 'left' } } : null;
};
const promote: Step = (state, pick) => {
  const user_id = userOf(pick);
  const role: ParticipantRole = 'moderator';
  return state.members.has(user_id)
    ? { type: 'CHAT_PARTICIPANT_ROLE_CHANGED', data: { user_id, role, previous: 'member' } }
    : null;
};
const sync: Step = (_state, pick) => ({
  type: 'CHAT_USER_SYNCED',
  data: { user_id: userOf(pick), display_name: sealed(`name ${pick}`), avatar_url: null, email: null, metadata: null },
});

const STEPS: readonly Step[] = [
  post,
  post,
  post,
  edit,
  remove,
  about('CHAT_REACTION_ADDED', reaction),
  about('CHAT_REACTION_REMOVED', reaction),
  about('CHAT_MESSAGE_PINNED', () => ({})),
  about('CHAT_MESSAGE_UNPINNED', () => ({})),
  add,
  leave,
  promote,
  sync,
  (_state, pick) => ({ type: 'CHAT_USER_REMOVED', data: { user_id: userOf(pick) } }),
  about('CHAT_THREAD_READ', () => ({ read_at: '2026-01-01T00:00:00.000000Z' })),
  (_state, pick) => ({ type: 'CHAT_THREAD_UPDATED', data: { title: pick % 2 ? sealed(`title ${pick}`) : null } }),
  (_state, pick) => ({ type: 'CHAT_THREAD_PREFERENCES_CHANGED', data: { pinned: pick % 2 === 0 } }),
  (_state, pick) => (pick % 10 === 6 ? { type: 'CHAT_THREAD_DELETED', data: { reason: 'admin' } } : null),
  (_state, pick) => ({
    type: 'CHAT_THREAD_STATUS_CHANGED',
    data: { status: pick % 2 ? 'archived' : 'active', previous: pick % 2 ? 'active' : 'archived' },
  }),
  answer,
  endRun,
  letAgents,
];
