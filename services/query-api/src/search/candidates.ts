import type { Actor } from '@threadlog/auth';
import {
  empty,
  join,
  joinMember,
  membershipsOf,
  param,
  raw,
  rootOfThread,
  seesText,
  sql,
  TENANT,
  viewerValues,
  type Sql,
  type Statements,
} from '@threadlog/read-models';
import type { TimePlace } from '../ports';
import type { Root, SearchRoots } from './roots';

/** A text that the index says has every word, in a thread that the actor sees. Index 0 is the thread's title. */
export interface Candidate {
  thread_id: string;
  message_index: number;
  created_at: string;
}

export interface CandidateRequest {
  tokens: readonly number[];
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
  bounds: Sql;
  filters: Sql;
}
type Variant = CandidateRequest & {
  /** Only texts in these, and in their sub-threads. */
  roots: readonly string[] | null;
  /** Only texts later than this. */
  after?: string;
  text(schema: Sql, parts: SearchText): Sql;
};

function run(statements: Statements, actor: Actor, variant: Variant): Promise<Candidate[]> {
  const { text, from, tokens, limit, learnerId, threadId, roots, after } = variant;
  const given = { learnerId, threadId, roots: roots ?? undefined, after };
  const filters = [sql`s.tokens @> ${param('tokens')}::integer[]`];
  for (const [name, filter] of Object.entries(FILTERS)) {
    if (given[name as keyof typeof FILTERS] !== undefined) filters.push(filter);
  }
  const side = raw(from?.inclusive ? '<=' : '<');
  const bounds = from ? sql`and (s.created_at, s.thread_id) ${side} (${param('at')}, ${param('atThreadId')})` : empty;
  const place = { at: from?.place.at, atThreadId: from?.place.threadId };
  const values = { ...viewerValues(actor), ...given, ...place, tokens, limit };
  return statements.plannedComposed<Candidate & Record<string, unknown>>(
    (schema) => text(schema, { bounds, filters: join(filters, ' and ') }),
    values,
  );
}

const ROOT = raw(rootOfThread('s.thread_id'));
const FILTERS = {
  learnerId: sql`s.learner_id = ${param('learnerId')}`,
  threadId: sql`s.thread_id = ${param('threadId')}`,
  roots: sql`${ROOT} = any(${param('roots')}::text[])`,
  after: sql`s.created_at > ${param('after')}`,
};

const LIMIT = sql`limit ${param('limit')}`;
const NEWEST = sql`order by s.created_at desc, s.thread_id desc`;
const COLUMNS = sql`s.thread_id, ${ROOT} as root_id, s.message_index, s.learner_id, s.created_at`;

/** Memberships are looked up one by one, so that the order of time is kept and the walk ends with the page. */
const walkSql =
  (walked: number) =>
  (schema: Sql, { bounds, filters }: SearchText): Sql => sql`
  select s.thread_id, s.message_index, s.created_at from (
    select ${COLUMNS}, s.tokens from ${schema}.message_search s
    where s.tenant_id = ${TENANT} ${bounds} ${NEWEST} limit ${raw(`${walked}`)}
  ) s ${joinMember(schema, sql`s.root_id`)} where ${filters} and ${seesText(schema)} ${NEWEST} ${LIMIT}`;

/** Materialized, as the planner thinks too well of walking back in time until there are enough. */
const tokensSql = (schema: Sql, { bounds, filters }: SearchText): Sql => sql`
  with s as materialized (
    select ${COLUMNS} from ${schema}.message_search s where s.tenant_id = ${TENANT} ${bounds} and ${filters}
  )
  select s.thread_id, s.message_index, s.created_at from s
  left join (select * from ${membershipsOf(schema)}) p on p.thread_id = s.root_id
  where ${seesText(schema)} ${NEWEST} ${LIMIT}`;
