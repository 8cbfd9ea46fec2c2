import type { Actor } from '@threadlog/auth';
import type { Statements } from '@threadlog/read-models';
import { viewerValues } from '../threads/viewer';
import type { TimePlace } from './cursor';
import type { Root, SearchRoots } from './roots';

/** A text that the index says has every word, in a thread that the actor sees. Index 0 is the thread's title. */
export interface Candidate {
  thread_id: string;
  message_index: number;
  created_at: string;
}

export interface CandidateRequest {
  tokens: readonly string[];
  learnerId?: string | undefined;
  threadId?: string | undefined;
  /** Only those at this place or before it in time; before it without `inclusive`. */
  from: { place: TimePlace; inclusive: boolean } | null;
  limit: number;
}

export interface CandidateSource {
  statements: Statements;
  roots: SearchRoots;
}

/** The newest texts that are looked through at first: they tell how common the words are. */
const WALKED = 1_000;
/** The newest that are looked through where these, judged by the first, are likely to fill the page. */
const WALKED_AT_MOST = 12_000;
/** The threads active last that are looked through first by whoever has few: as many as have so many messages. */
const RECENT_MESSAGES = 2_000;

/**
 * The newest texts with all of the tokens that the actor may see, newest first. Access is part of the statement, so that
 * what others wrote neither takes a place nor tells that it is there.
 *
 * A common word fills a page from the newest texts alone, and would bring up half of all texts from the index of tokens;
 * for a rare one it is the other way round. So a part is looked through first, and what is found there decides.
 */
export async function findCandidates(
  { statements, roots: known }: CandidateSource,
  actor: Actor,
  request: CandidateRequest,
): Promise<Candidate[]> {
  const few = await known.few(statements, actor);
  const newest = await newestOf(statements, actor, { request, few });
  if (newest.length >= request.limit) return newest;
  const roots = few?.map((root) => root.thread_id) ?? (await known.many(statements, actor));
  return run(statements, actor, { ...request, roots, text: tokensSql });
}

function newestOf(
  statements: Statements,
  actor: Actor,
  { request, few }: { request: CandidateRequest; few: readonly Root[] | null },
): Promise<Candidate[]> | Candidate[] {
  if (request.threadId !== undefined) return [];
  return few ? inRecentThreads(statements, actor, { request, few }) : walkBack(statements, actor, request);
}

/** Goes back in time through all texts, and further where the first tell that this is likely to fill the page. */
async function walkBack(statements: Statements, actor: Actor, request: CandidateRequest): Promise<Candidate[]> {
  const walk = (walked: number): Promise<Candidate[]> =>
    run(statements, actor, { ...request, roots: null, text: walkSql(walked) });
  const newest = await walk(WALKED);
  const needed = (WALKED * request.limit) / newest.length;
  return newest.length < request.limit && needed <= WALKED_AT_MOST ? walk(WALKED_AT_MOST) : newest;
}

/**
 * What the threads active last have that is newer than anything in the others. Only where the search begins: further
 * back it is the others' turn.
 */
async function inRecentThreads(
  statements: Statements,
  actor: Actor,
  { request, few }: { request: CandidateRequest; few: readonly Root[] },
): Promise<Candidate[]> {
  let messages = 0;
  const taken = few.findIndex((root) => (messages += root.messages) >= RECENT_MESSAGES) + 1;
  const next = few[taken];
  if (taken === 0 || !next || request.from?.inclusive === false) return [];
  const roots = few.slice(0, taken).map((root) => root.thread_id);
  return run(statements, actor, { ...request, roots, after: next.active_at, text: tokensSql });
}

interface SearchText {
  /** Conditions on `s` that hold before anything else: where the search stands in time. */
  bounds: string;
  filters: string;
  limit: string;
}
type Variant = CandidateRequest & {
  /** Only texts in these, and in their sub-threads. */
  roots: readonly string[] | null;
  /** Only texts later than this. */
  after?: string;
  text(schema: string, parts: SearchText): string;
};

function run(
  statements: Statements,
  actor: Actor,
  { text, roots, after, from, ...request }: Variant,
): Promise<Candidate[]> {
  const values: unknown[] = [...viewerValues(actor), request.tokens];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const filters = ['s.tokens @> $6::bigint[]'];
  if (request.learnerId !== undefined) filters.push(`s.learner_id = ${bind(request.learnerId)}`);
  if (request.threadId !== undefined) filters.push(`s.thread_id = ${bind(request.threadId)}`);
  if (roots) filters.push(`s.root_id = any(${bind(roots)}::text[])`);
  if (after !== undefined) filters.push(`s.created_at > ${bind(after)}`);
  const side = from?.inclusive ? '<=' : '<';
  const bounds = from
    ? `and (s.created_at, s.thread_id) ${side} (${bind(from.place.at)}, ${bind(from.place.threadId)})`
    : '';
  const parts: SearchText = { bounds, filters: filters.join(' and '), limit: bind(request.limit) };
  return statements.planned<Candidate & Record<string, unknown>>((schema) => text(schema, parts), values);
}

const NEWEST = 'order by s.created_at desc, s.thread_id desc';
const COLUMNS = 's.thread_id, s.root_id, s.message_index, s.learner_id, s.created_at';

/** The access rule in SQL, as `viewer.ts` has it, of `s` and the membership `p`; titles are always seen, sub-threads whole or not at all. */
const seen = (schema: string): string => `($3::boolean or ($4::boolean and s.learner_id is not null)
    or s.learner_id = any($5::text[])
    or (p.user_id is not null
      and case when s.thread_id = s.root_id
        then s.message_index = 0 or s.message_index >= p.visible_from_index
        else p.visible_from_version = 1 or exists (
          select from ${schema}.threads t
          where t.tenant_id = $1 and t.thread_id = s.thread_id and t.root_version >= p.visible_from_version
        ) end))`;

/** Memberships are looked up one by one, so that the order of time is kept and the walk ends with the page. */
const walkSql =
  (walked: number) =>
  (schema: string, { bounds, filters, limit }: SearchText): string => `
  select s.thread_id, s.message_index, s.created_at from (
    select ${COLUMNS}, s.tokens from ${schema}.message_search s
    where s.tenant_id = $1 ${bounds} ${NEWEST} limit ${walked}
  ) s left join lateral (
    select user_id, visible_from_index, visible_from_version from ${schema}.participants p
    where p.tenant_id = $1 and p.thread_id = s.root_id and p.user_id = $2 and p.removed_at is null limit 1
  ) p on true where ${filters} and ${seen(schema)} ${NEWEST} limit ${limit}`;

/** Materialized, as the planner thinks too well of walking back in time until there are enough. */
const tokensSql = (schema: string, { bounds, filters, limit }: SearchText): string => `
  with s as materialized (
    select ${COLUMNS} from ${schema}.message_search s where s.tenant_id = $1 ${bounds} and ${filters}
  )
  select s.thread_id, s.message_index, s.created_at from s
  left join ${schema}.participants p
    on p.tenant_id = $1 and p.thread_id = s.root_id and p.user_id = $2 and p.removed_at is null
  where ${seen(schema)} ${NEWEST} limit ${limit}`;
