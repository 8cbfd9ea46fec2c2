import type { Actor } from '@threadlog/auth';
import { problem } from '@threadlog/events';
import {
  createSearchTokens,
  parseSearchQuery,
  presentMessage,
  type SearchTokens,
  type TokenKeys,
} from '@threadlog/read-models';
import { viewFor, type QueryContext } from '../context';
import { repliesTo } from '../messages/replies';
import type { Search, SearchCursor, SearchItem, SearchRequest } from '../ports';
import { encodeSearchCursor } from './cursor';
import { byRank } from './rank';
import { createSearchRoots } from './roots';
import { shownHits, type ShownHit } from './shown';
import { loadWindow, type Hit, type SearchContext, type SearchWindow, type WindowRequest } from './window';

/** Most different words, runs and phrases of a query. */
const QUERY_WORDS = 100;
/** Windows looked through for one page: where hardly anything is left of what the index says, the next page goes on. */
const WINDOWS_A_PAGE = 5;
const RANGES_SHOWN = 100;

export interface SearchKeys extends TokenKeys {
  prepareTenant(tenantId: Actor['tenantId']): Promise<void>;
}

export function createSearch(keys: SearchKeys): Search<QueryContext> {
  const tokens = createSearchTokens(keys);
  const roots = createSearchRoots();
  return async (context, actor, request) => {
    const query = parseSearchQuery(request.q);
    requireWords(query.words.length + query.runs.length + query.phrases.length);
    await keys.prepareTenant(actor.tenantId);
    const given = { ...request, query, tokens: tokensOf(tokens, actor, query.terms) };
    const { hits, next } = await collect({ ...context, roots }, actor, given);
    const items = await present(context, actor, hits);
    return { items, hasMore: next !== null, nextCursor: next && encodeSearchCursor(next) };
  };
}

function tokensOf(tokens: SearchTokens, actor: Actor, terms: readonly string[]): number[] {
  return tokens.of(actor.tenantId, terms);
}

function requireWords(words: number): void {
  if (words > 0 && words <= QUERY_WORDS) return;
  const message =
    words === 0 ? 'has no letter, digit or emoji to look for' : `has more than ${QUERY_WORDS} different words`;
  throw problem('invalid_request', `q ${message}`, { errors: [{ pointer: '/query/q', code: 'invalid', message }] });
}

/** The page's hits, and where the next page starts; null when the index has nothing more. */
async function collect(
  context: SearchContext,
  actor: Actor,
  { cursor, limit, ...request }: WindowRequest & Pick<SearchRequest, 'cursor' | 'limit'>,
): Promise<{ hits: ShownHit[]; next: SearchCursor | null }> {
  const hits: ShownHit[] = [];
  let place = cursor;
  for (let windows = 0; windows < WINDOWS_A_PAGE; windows += 1) {
    const window = await loadWindow(context, actor, { ...request, cursor: place });
    if (!window) return { hits, next: null };
    const left = remaining(window, place);
    const shown = await shownHits(context, actor, { hits: left, most: limit - hits.length });
    hits.push(...shown);
    place = behind(window, left, hits.length === limit ? shown.at(-1)!.hit : null);
    if (!place || hits.length === limit) return { hits, next: place };
  }
  return { hits, next: place };
}

/** The hits of a window that no former page has shown. */
function remaining(window: SearchWindow, place: SearchCursor | null): Hit[] {
  if (place?.kind !== 'in') return window.hits;
  return window.hits.filter((hit) => byRank(hit, { score: place.score, place: place.last }) > 0);
}

/** Where the next page starts: behind the hit that filled this one, unless that was the window's last, else below the window. */
function behind({ upper, lower, more }: SearchWindow, left: readonly Hit[], last: Hit | null): SearchCursor | null {
  if (last && left.at(-1) !== last) return { kind: 'in', upper, lower, score: last.score, last: last.place };
  return more ? { kind: 'below', lower } : null;
}

async function present(context: QueryContext, actor: Actor, hits: readonly ShownHit[]): Promise<SearchItem[]> {
  const messages = hits.flatMap(({ message }) => (message ? [message] : []));
  const subThreads = hits.flatMap(({ message, thread }) => (message && thread.row.has_sub_threads ? [message] : []));
  const [view, replies] = await Promise.all([
    viewFor(context, actor, {
      rows: messages,
      userIds: messages.map((row) => row.sender_id),
      messages: hits.flatMap(({ message: row, thread: { visibleFrom } }) => (row ? [{ row, visibleFrom }] : [])),
    }),
    repliesTo(context.statements, actor.tenantId, subThreads),
  ]);
  return hits.map(({ hit: { threadId, text, ranges }, message }) => ({
    threadId,
    message: message && presentMessage(message, view, replies.get(message.message_id)),
    title: message ? null : text,
    highlights: ranges.slice(0, RANGES_SHOWN),
  }));
}
