import type { Actor } from '@threadlog/auth';
import {
  matchText,
  openColumn,
  sealedBlobsOf,
  type MessageRow,
  type SearchQuery,
  type TextRange,
  type ThreadRow,
} from '@threadlog/read-models';

import type { QueryContext } from '../context';
import { threadsSeen, type VisibleThread } from '../threads/access';
import { findCandidates, type Candidate, type CandidateRequest } from './candidates';
import type { SearchCursor, TimePlace } from './cursor';
import { byRank, comparePlaces, scoreOf, type Ranked } from './rank';

/** Texts that are opened and ranked together. */
export const WINDOW = 200;

/** A text that has every word. */
export interface Hit extends Ranked {
  thread: VisibleThread;
  /** Null where it is the title that matches. */
  message: MessageRow | null;
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

export interface WindowRequest extends Omit<CandidateRequest, 'from' | 'limit'> {
  query: SearchQuery;
}

/** The next window of matches, or the one that the cursor stands in; null where there is none. */
export async function loadWindow(
  context: QueryContext,
  actor: Actor,
  request: WindowRequest & { cursor: SearchCursor | null },
): Promise<SearchWindow | null> {
  const { cursor, query } = request;
  const from = startOf(cursor);
  const found = await findCandidates(context.statements, actor, { ...request, from, limit: WINDOW + 1 });
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
 * been edited or deleted since, its thread too, and the access rule proper is applied here once more.
 */
async function openHits(
  context: QueryContext,
  actor: Actor,
  { candidates, query, newestAt }: { candidates: readonly Candidate[]; query: SearchQuery; newestAt: string },
): Promise<Hit[]> {
  const keys = candidates.map(({ thread_id, message_index }) => ({
    tenant_id: actor.tenantId,
    thread_id,
    message_index,
  }));
  const [threads, rows] = await Promise.all([
    threadsSeen(context.statements, actor, [...new Set(candidates.map((row) => row.thread_id))]),
    context.messages().byKeys(keys.filter(({ message_index }) => message_index > 0)),
  ]);
  const messages = new Map(rows.map((row) => [`${row.thread_id}/${row.message_index}`, row]));
  await context.opener.prepare(
    actor.tenantId,
    sealedBlobsOf([...rows, ...[...threads.values()].map(({ row }) => row)]),
  );
  const hits: Hit[] = [];
  for (const candidate of candidates) {
    const thread = threads.get(candidate.thread_id);
    const message = messages.get(`${candidate.thread_id}/${candidate.message_index}`) ?? null;
    if (!thread || !isShown(candidate, thread, message)) continue;
    const text = textOf(context, thread.row, message);
    const match = text === null ? null : matchText(text, query);
    if (!match) continue;
    const score = scoreOf(match, candidate.created_at, newestAt);
    hits.push({ thread, message, ranges: match.ranges, score, place: placeOf(candidate) });
  }
  return hits.sort(byRank);
}

function isShown(candidate: Candidate, { visibleFrom }: VisibleThread, message: MessageRow | null): boolean {
  if (candidate.message_index === 0) return true;
  return message !== null && message.deleted_at === null && message.message_index >= visibleFrom;
}

/** Null where there is no text, or none that a key opens. */
export function textOf(context: QueryContext, thread: ThreadRow, message: MessageRow | null): string | null {
  const place = { tenantId: thread.tenant_id, streamType: 'thread' as const, streamId: thread.thread_id };
  const text = message
    ? openColumn(context.opener, message.content, { ...place, field: 'content' })
    : openColumn(context.opener, thread.title, { ...place, field: 'title' });
  return typeof text === 'string' ? text : null;
}
