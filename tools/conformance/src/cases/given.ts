import type { MessageResource, ThreadResource } from '@threadlog/events';
import type { Caller, Name, Scene } from '../case';
import { SECRET_WORD } from '../variants';

/** A thread of `ann` (owner), `mo` (moderator) and `bob` (member), and what was said in it. */
export interface Room {
  threadId: string;
  messages: MessageResource[];
  /** The only or first message. */
  message: MessageResource;
  /** Both ids, as parameters of most routes. */
  params: { threadId: string; messageId: string };
}

export interface RoomOptions {
  /** Who says something; each text is `text of <index>` with the secret word. */
  posts?: readonly Name[];
  learnerId?: string;
  title?: string | null;
  status?: 'archived' | 'completed';
  /** Whose message is deleted at the end: an index from 1. */
  deleted?: number;
}

export const THREADS = '/api/v1/threads';
export const THREAD = `${THREADS}/{threadId}`;
export const MESSAGES = `${THREAD}/messages`;
export const MESSAGE = `${MESSAGES}/{messageId}`;
export const PARTICIPANTS = `${THREAD}/participants`;
export const PARTICIPANT = `${PARTICIPANTS}/{userId}`;

export async function room(scene: Scene, options: RoomOptions = {}): Promise<Room> {
  const { posts = ['ann'], learnerId = null, title = `a room for ${SECRET_WORD}` } = options;
  const owner = scene.as('ann', { learnerIds: learnerId === null ? [] : [learnerId] });
  const body = { title, learnerId, participantIds: ['mo', 'bob'] };
  const { id: threadId } = await owner.expect<ThreadResource>(201, `POST ${THREADS}`, { body });
  await owner.expect(200, `PATCH ${PARTICIPANT}`, { params: { threadId, userId: 'mo' }, body: { role: 'moderator' } });
  const messages: MessageResource[] = [];
  for (const who of posts) messages.push(await post(scene, threadId, { who, content: textOf(messages.length + 1) }));
  const message = messages[0]!;
  const made = { threadId, messages, message, params: { threadId, messageId: message?.id ?? 'none' } };
  await finish(owner, made, options);
  // What a reader has not been shown yet cannot be read up to: cases begin when all of it is there.
  await scene.settle();
  return made;
}

async function finish(owner: Caller, { threadId, messages }: Room, { deleted, status }: RoomOptions): Promise<void> {
  if (deleted !== undefined) {
    await owner.expect(204, `DELETE ${MESSAGE}`, { params: { threadId, messageId: messages[deleted - 1]!.id } });
  }
  if (status) await owner.expect(200, `PATCH ${THREAD}`, { params: { threadId }, body: { status } });
}

/** A room in which each of these has happened. */
export function given(options: RoomOptions = {}): (scene: Scene) => Promise<Room> {
  return (scene) => room(scene, options);
}

export function textOf(index: number): string {
  return `text of ${index}, ${SECRET_WORD}`;
}

export function post(
  scene: Scene,
  threadId: string,
  { who = 'ann', ...body }: { who?: Name; content: string; [field: string]: unknown },
): Promise<MessageResource> {
  const caller = scene.as(who, threadId.includes('~') ? {} : undefined);
  return caller.expect<MessageResource>(201, `POST ${MESSAGES}`, { params: { threadId }, body });
}

/** A message of whom in a fresh room, with one of everybody who writes. */
export const paramsOf = ({ params }: Room) => ({ params });
export const threadOf = ({ threadId }: Room) => ({ params: { threadId } });

export interface Page<TItem> {
  hasMore: boolean;
  nextCursor: string | null;
  prevCursor: string | null;
  messages?: TItem[];
  threads?: TItem[];
  items?: TItem[];
  totalCount?: number;
}
