import { definitionOf, tenantId, type ChatEvent, type StreamEventType } from '@threadlog/events';
import { firstSeen, type ModelThread } from './readingModel';

export const PEOPLE = ['ann', 'bob', 'cyd', 'dan', 'eve', 'fay'] as const;
const ROOTS = 6;
const MOST_SUB_THREADS = 6;
const CONTENT = { sealed: 'v1.dGV4dA' };

/** Numbers below the one given, the same walk for the same seed (xorshift32). */
type Random = (below: number) => number;

export interface ReadingHistory {
  threads: ModelThread[];
  /** The next thing that somebody does, as the write side would have decided it. */
  next(): ChatEvent;
}

interface Walk {
  random: Random;
  threads: ModelThread[];
  event(stream: string, type: StreamEventType, data: object): ChatEvent;
  userVersions: Map<string, number>;
}
type Act = (walk: Walk, thread: ModelThread, user: string) => ChatEvent | null;

/** Several people in several threads, who write, change, read, come and go at random. */
export function readingHistory(seed: number): ReadingHistory {
  const walk: Walk = { random: randomFrom(seed), threads: [], event: createStamp(), userVersions: new Map() };
  return {
    threads: walk.threads,
    next() {
      if (walk.threads.length < ROOTS) return createRoot(walk);
      for (;;) {
        const dice = walk.random(100);
        const act = ACTS.find(([below]) => dice < below)![1];
        const event = act(walk, pick(walk.random, walk.threads), pick(walk.random, PEOPLE));
        if (event) return event;
      }
    },
  };
}

const post: Act = ({ event }, thread, user) => {
  if (firstSeen(thread, user) === null) return null;
  const message_id = `${thread.id.replace('~', '.')}-m${thread.messages.length + 1}`;
  thread.version += 1;
  thread.messages.push({ id: message_id, sender: user, deleted: false, edits: 0, createdVersion: thread.version });
  const about = { thread_id: thread.id, message_id, message_index: thread.messages.length, sender_id: user };
  return event(thread.id, 'CHAT_MESSAGE_CREATED', { ...about, ...PLAIN, content: CONTENT });
};

/** Of a message that is still there. */
const change =
  (make: (message: ModelThread['messages'][number]) => [StreamEventType, object]): Act =>
  ({ random, event }, thread) => {
    const index = 1 + random(Math.max(1, thread.messages.length));
    const message = thread.messages[index - 1];
    if (!message || message.deleted) return null;
    thread.version += 1;
    const [type, data] = make(message);
    return event(thread.id, type, { thread_id: thread.id, message_id: message.id, message_index: index, ...data });
  };

const edit = change((message) => ['CHAT_MESSAGE_UPDATED', { content: CONTENT, edit: (message.edits += 1) }]);
const remove = change((message) => {
  message.deleted = true;
  return ['CHAT_MESSAGE_DELETED', { reason: 'author' }];
});

/** Up to a message that the reader sees; going back changes nothing, and so is no event. */
const read: Act = ({ random, event, userVersions }, thread, user) => {
  const from = firstSeen(thread, user);
  const message_index = Math.max(from ?? 0, thread.messages.length - random(8));
  const message = thread.messages[message_index - 1];
  if (from === null || !message || message_index <= (thread.reads.get(user) ?? 0)) return null;
  thread.reads.set(user, message_index);
  userVersions.set(user, (userVersions.get(user) ?? 0) + 1);
  const data = { thread_id: thread.id, message_id: message.id, message_index, read_at: '2026-02-01T00:00:00.000000Z' };
  return event(user, 'CHAT_THREAD_READ', data);
};

const come: Act = ({ random, event, threads }, thread, user_id) => {
  if (thread.root !== null || thread.members.has(user_id)) return null;
  thread.version += 1;
  const late = random(2) === 0;
  const [from, fromVersion] = late ? [thread.messages.length + 1, thread.version] : [1, 1];
  const family = threads.filter((one) => one === thread || one.root === thread);
  thread.members.set(user_id, {
    from,
    fromVersion,
    had: new Map(family.map(({ id, messages }) => [id, messages.length])),
  });
  const seen = { visible_from_index: from, visible_from_version: fromVersion };
  return event(thread.id, 'CHAT_PARTICIPANT_ADDED', { thread_id: thread.id, user_id, role: 'member', ...seen });
};

const go: Act = ({ event }, thread, user_id) => {
  if (thread.root !== null || thread.members.size < 2 || !thread.members.delete(user_id)) return null;
  thread.version += 1;
  return event(thread.id, 'CHAT_PARTICIPANT_REMOVED', { thread_id: thread.id, user_id, reason: 'left' });
};

/** From a message, or empty. */
const branch: Act = (walk, root, user) => {
  const { random, threads } = walk;
  const first = root.root === null ? firstSeen(root, user) : null;
  if (first === null || threads.length >= ROOTS + MOST_SUB_THREADS) return null;
  const message = random(2) === 0 ? undefined : root.messages.filter((one) => !one.deleted).at(-1 - random(5));
  const id = `${root.id}~s${threads.length}`;
  const rootVersion = message?.createdVersion ?? root.version;
  threads.push({ ...emptyThread(id), root, rootVersion });
  return created(walk, id, {
    parent_thread_id: root.id,
    root_message_id: message?.id ?? null,
    root_version: rootVersion,
  });
};

const ACTS: [number, Act][] = [
  [45, post],
  [53, edit],
  [62, remove],
  [88, read],
  [93, come],
  [98, go],
  [100, branch],
];

function createRoot(walk: Walk): ChatEvent {
  const thread = emptyThread(`t${walk.threads.length}`);
  const people = PEOPLE.filter((_, index) => (index + walk.threads.length) % 3 !== 0);
  for (const person of people) thread.members.set(person, { from: 1, fromVersion: 1, had: new Map() });
  walk.threads.push(thread);
  const participants = people.map((user_id, index) => ({ user_id, role: index === 0 ? 'owner' : 'member' }));
  return created(walk, thread.id, { parent_thread_id: null, root_message_id: null, participants });
}

function created({ event }: Walk, id: string, rest: object): ChatEvent {
  const settings = { type: 'group', channel: 'chat', learner_id: null, title: null, metadata: null, participants: [] };
  return event(id, 'CHAT_THREAD_CREATED', { thread_id: id, ...settings, ...rest });
}

function emptyThread(id: string): ModelThread {
  return { id, root: null, rootVersion: null, version: 1, members: new Map(), messages: [], reads: new Map() };
}

const PLAIN = {
  sender_type: 'user',
  message_type: 'text',
  metadata: null,
  attachments: null,
  reply_to: null,
  mentions: [],
  client_message_id: null,
};

/** Numbers and stamps events, stream by stream. */
function createStamp(): Walk['event'] {
  const versions = new Map<string, number>();
  let made = 0;
  return (stream_id, type, data) => {
    const stream_type = definitionOf(type)!.stream;
    const stream_version = (versions.get(stream_id) ?? 0) + 1;
    versions.set(stream_id, stream_version);
    made += 1;
    return {
      event_id: `0198c0de-0000-7000-8000-${String(made).padStart(12, '0')}`,
      event_type: type,
      schema_version: 1,
      tenant_id: tenantId('acme'),
      learner_id: null,
      ...{ stream_type, stream_id, stream_version, epoch: 1 },
      timestamp: new Date(Date.UTC(2026, 0, 1) + made).toISOString().replace('Z', '000Z'),
      actor: { type: 'user', id: 'ann', role: 'user' },
      ...{ correlation_id: 'test', causation_id: null, idempotency: null },
      data,
    } as unknown as ChatEvent;
  };
}

function randomFrom(seed: number): Random {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[random(items.length)]!;
}
