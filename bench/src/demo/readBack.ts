import type { MessageResource, ThreadResource } from '@threadlog/events';
import type { Person } from '../system/tokens';
import { messagesPath } from '../world';
import type { PlayedScene } from './play';
import { bodyOf, type RestClient } from './rest';
import type { Message } from './verify';

interface Page {
  messages: MessageResource[];
  hasMore: boolean;
  nextCursor: string | null;
}
interface ThreadPage {
  threads: ThreadResource[];
  nextCursor: string | null;
}

const LIMIT = 200;

/** The whole scene as the query API tells it, oldest message first; waits until the read model has its last one. */
export async function readScene(rest: RestClient, reader: Person, played: PlayedScene): Promise<Message[]> {
  const found: Message[] = [];
  let after = '';
  do {
    const reply = await rest.call(0, {
      method: 'GET',
      path: `${messagesPath(played.threadId)}?order=asc&limit=${LIMIT}${after}`,
      token: reader.token,
      consistencyToken: played.consistencyToken ?? undefined,
    });
    const { messages, hasMore, nextCursor } = bodyOf<Page>(reply, 200);
    found.push(...messages.map(({ id, senderId, content }) => ({ id, senderId, content })));
    after = hasMore && nextCursor ? `&after=${encodeURIComponent(nextCursor)}` : '';
  } while (after);
  return found;
}

/** Titles of all threads that the reader's list shows, by id. */
export async function readTitles(rest: RestClient, reader: Person): Promise<Map<string, string | null>> {
  const titles = new Map<string, string | null>();
  let cursor = '';
  do {
    const path = `/api/v1/threads?limit=${LIMIT}${cursor}`;
    const reply = await rest.call(0, { method: 'GET', path, token: reader.token });
    const { threads, nextCursor } = bodyOf<ThreadPage>(reply, 200);
    for (const { id, title } of threads) titles.set(id, title);
    cursor = nextCursor ? `&cursor=${encodeURIComponent(nextCursor)}` : '';
  } while (cursor);
  return titles;
}
