import type { Actor } from '@threadlog/auth';
import {
  createTurn,
  matchText,
  openColumn,
  type MessageText,
  type SearchQuery,
  type TextRange,
} from '@threadlog/read-models';
import type { QueryContext } from '../context';
import { threadsSeen } from '../access/visibleThread';
import { findCandidates, type Candidate, type CandidateRequest } from './candidates';
import type { SearchCursor, TimePlace } from '../ports';
import type { SearchRoots } from './roots';
import { byRank, comparePlaces, scoreOf, type Ranked } from './rank';

/** Texts that are opened and ranked together. */
export const WINDOW = 200;

/** A text that has every word. */
export interface Hit extends Ranked {
  threadId: string;
  /** 0 where it is the title that matches. */
  index: number;
  text: string;
  ranges: TextRange[];
}

export interface SearchWindow {
  /** Best first. */
  hits: Hit[];
  upper: TimePlace;
  lower: TimePlace;
  /** Whether the index has older matches. */
  more: boolean;
}

export interface SearchContext extends QueryContext {
  roots: SearchRoots;
}

export interface WindowRequest extends Omit<CandidateRequest, 'from' | 'limit'> {
  query: SearchQuery;
}

/** The next window of matches, or the one that the cursor stands in; null where there is none. */
export async function loadWindow(
  context: SearchContext,
  actor: Actor,
  request: WindowRequest & { cursor: SearchCursor | null },
): Promise<SearchWindow | null> {
  const { cursor, query } = request;
  const from = startOf(cursor);
  const found = await findCandidates(context, actor, { ...request, from, limit: WINDOW + 1 });
  if (found.length === 0) return null;
  const { upper, lower } = boundsOf(found, cursor);
  // What was lost inside a window since it was first seen, a text below it must not replace.
  const candidates = found.slice(0, WINDOW).filter((row) => comparePlaces(placeOf(row), lower) >= 0);
  const hits = await openHits(context, actor, { candidates, query, newestAt: upper.at });
  return { hits, upper, lower, more: found.length > candidates.length };
}

function startOf(cursor: SearchCursor | null): CandidateRequest['from'] {
  if (!cursor) return null;
  const inside = cursor.kind === 'in';
  return { place: inside ? cursor.upper : cursor.lower, inclusive: inside };
}

function boundsOf(found: readonly Candidate[], cursor: SearchCursor | null): Pick<SearchWindow, 'upper' | 'lower'> {
  if (cursor?.kind === 'in') return cursor;
  return { upper: placeOf(found[0]!), lower: placeOf(found[Math.min(found.length, WINDOW) - 1]!) };
}

function placeOf({ created_at, thread_id }: Candidate): TimePlace {
  return { at: created_at, threadId: thread_id };
}

/**
 * Opens candidates and keeps those that really match: the index is a little behind the read model, so a text may have
 * been edited or deleted since. Threads are looked at for titles alone; those of messages when they come to be shown.
 */
async function openHits(
  context: QueryContext,
  actor: Actor,
  { candidates, query, newestAt }: { candidates: readonly Candidate[]; query: SearchQuery; newestAt: string },
): Promise<Hit[]> {
  const { tenantId } = actor;
  const titles = candidates.filter((row) => row.message_index === 0).map((row) => row.thread_id);
  const [threads, texts] = await Promise.all([
    threadsSeen(context.statements, actor, titles),
    context.messages().textsOf(
      tenantId,
      candidates.filter((row) => row.message_index > 0),
    ),
  ]);
  const sealed = new Map(texts.map((row) => [`${row.thread_id}/${row.message_index}`, row]));
  for (const [threadId, { row }] of threads)
    sealed.set(`${threadId}/0`, { ...row, message_index: 0, content: row.title });
  await context.opener.prepare(
    tenantId,
    [...sealed.values()].map(({ content }) => (content === null ? null : { sealed: content })),
  );
  const hits: Hit[] = [];
  const turn = createTurn();
  for (const { thread_id: threadId, message_index: index, created_at: at } of candidates) {
    const text = textOf(context, sealed.get(`${threadId}/${index}`));
    const match = text === null ? null : matchText(text, query);
    if (turn.over) await turn.next();
    if (text === null || !match) continue;
    const score = scoreOf(match, at, newestAt);
    hits.push({ threadId, index, text, ranges: match.ranges, score, place: { at, threadId } });
  }
  return hits.sort(byRank);
}

/** Null where it is not there, was deleted, or no key opens it. */
function textOf(context: QueryContext, row: MessageText | undefined): string | null {
  if (!row || row.deleted_at !== null) return null;
  const field = row.message_index === 0 ? 'title' : 'content';
  const place = { tenantId: row.tenant_id, streamType: 'thread' as const, streamId: row.thread_id, field };
  const text = openColumn(context.opener, row.content, place);
  return typeof text === 'string' ? text : null;
}
