import type { ChatEvent } from '@threadlog/events';
import { foldRows } from '@threadlog/testing';
import { truth } from './truth';
import { message, sealed, type World } from './world';

/** xorshift32: numbers below the one given, the same walk for the same seed. */
export type Random = (below: number) => number;
export function randomFrom(seed: number): Random {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

interface Scene {
  world: World;
  threadId: string;
  random: Random;
  told: ChatEvent[];
  /** Messages ever posted. */
  posted: number;
  users: readonly string[];
}

/** One thing that somebody does in a thread, weighted: most are messages. A deleted thread stays as it is. */
export function happen(world: World, threadId: string, users: readonly string[], random: Random): void {
  const told = world.of(threadId).map(({ event }) => event);
  if (told.at(-1)?.event_type === 'CHAT_THREAD_DELETED') return;
  const posted = told.filter((event) => event.event_type === 'CHAT_MESSAGE_CREATED').length;
  const dice = random(100);
  const act = ACTS.find(([below]) => dice < below)![1];
  act({ world, threadId, random, told, posted, users });
}

const ACTS: [number, (scene: Scene) => void][] = [
  [50, post],
  [65, changeMessage(edit)],
  [73, changeMessage(react)],
  [77, changeMessage(pin)],
  [85, changeMessage(remove)],
  [
    90,
    ({ world, threadId, told }) =>
      world.tell(threadId, 'CHAT_THREAD_UPDATED', { title: sealed(`title ${told.length}`) }),
  ],
  [99, changeMembership],
  [100, ({ world, threadId }) => world.tell(threadId, 'CHAT_THREAD_DELETED', { reason: 'author' })],
];

function post({ world, threadId, told, posted }: Scene): void {
  const next = { ...message(posted + 1, `text ${told.length}`), message_id: `${threadId}-m${posted + 1}` };
  world.tell(threadId, 'CHAT_MESSAGE_CREATED', next);
}

interface About {
  message_id: string;
  message_index: number;
}

/** Of a message that is still there; where there is none, somebody posts one. */
function changeMessage(change: (scene: Scene, about: About) => void) {
  return (scene: Scene): void => {
    const index = 1 + scene.random(Math.max(1, scene.posted));
    const gone = scene.told.some((e) => e.event_type === 'CHAT_MESSAGE_DELETED' && e.data.message_index === index);
    if (scene.posted === 0 || gone) post(scene);
    else change(scene, { message_id: `${scene.threadId}-m${index}`, message_index: index });
  };
}

function edit({ world, threadId, told }: Scene, about: About): void {
  const number = told.filter((event) => event.event_type === 'CHAT_MESSAGE_UPDATED').length + 1;
  const content = sealed(`edit ${told.length}`);
  world.tell(threadId, 'CHAT_MESSAGE_UPDATED', { ...about, content, edit: number });
}

/** Adds a reaction, or takes it back where it is there. */
function react({ world, threadId, random, told, users }: Scene, about: About): void {
  const [user_id, emoji] = [users[random(users.length)]!, ['👍', '🎉'][random(2)]!];
  const row = foldRows(told).messages.find(isAbout(about));
  const there = row?.reactions?.some((reaction) => reaction.emoji === emoji && reaction.user_ids.includes(user_id));
  world.tell(threadId, there ? 'CHAT_REACTION_REMOVED' : 'CHAT_REACTION_ADDED', { ...about, emoji, user_id });
}

function pin({ world, threadId, told }: Scene, about: About): void {
  const { pinned } = foldRows(told).messages.find(isAbout(about))!;
  world.tell(threadId, pinned ? 'CHAT_MESSAGE_UNPINNED' : 'CHAT_MESSAGE_PINNED', about);
}

function isAbout({ message_id }: About): (row: { message_id: string }) => boolean {
  return (row) => row.message_id === message_id;
}

function remove({ world, threadId }: Scene, about: About): void {
  world.tell(threadId, 'CHAT_MESSAGE_DELETED', { ...about, reason: 'author' });
}

function changeMembership({ world, threadId, random, posted, users }: Scene): void {
  const user_id = users[random(users.length)]!;
  if (truth(world, threadId, user_id)) {
    world.tell(threadId, 'CHAT_PARTICIPANT_REMOVED', { user_id, reason: 'removed' });
    return;
  }
  const visible_from_index = random(2) === 0 ? 1 : posted + 1;
  world.tell(threadId, 'CHAT_PARTICIPANT_ADDED', { user_id, role: 'member', visible_from_index });
}
