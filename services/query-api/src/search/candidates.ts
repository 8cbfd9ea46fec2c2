import { holds, type Actor } from '@threadlog/auth';
import type { Statements } from '@threadlog/read-models';
import { viewerValues } from '../threads/viewer';
import type { TimePlace } from './cursor';

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

/** The newest texts that are looked through for a common word before the index of tokens is asked. */
const WALKED = 3_000;
/** Threads that are few enough to be looked through instead of everything that has a word. */
const FEW_THREADS = 100;
/** Threads of a participant that are named to the planner at most. */
const MANY_THREADS = 1_000;

/**
 * The newest texts with all of the tokens that the actor may see, newest first. Access is part of the statement, so that
 * what others wrote neither takes a place nor tells that it is there.
 *
 * A common word fills a page from the newest texts alone, and would bring up half of all texts from the index of tokens;
 * for a rare one it is the other way round. So the newest are looked through first, up to a bound. Who takes part in a
 * few threads gets those looked through.
 */
export async function findCandidates(
  statements: Statements,
  actor: Actor,
  request: CandidateRequest,
): Promise<Candidate[]> {
  const roots = await rootsOf(statements, actor);
  const sparse = roots !== null && roots.length <= FEW_THREADS;
  if (!sparse && request.threadId === undefined) {
    const newest = await run(statements, actor, { ...request, roots: null, text: walkSql });
    if (newest.length >= request.limit) return newest;
  }
  return run(statements, actor, { ...request, roots, text: tokensSql });
}

/** The threads that an actor takes part in; null where it sees many others, or takes part in very many. */
async function rootsOf(statements: Statements, actor: Actor): Promise<string[] | null> {
  if (holds(actor, 'chat:admin') || actor.learnerScope === '*') return null;
  const rows = await statements.rows<{ thread_id: string }>(
    'search_roots',
    (schema) => `select thread_id from ${schema}.participants
      where tenant_id = $1 and user_id = $2 and removed_at is null limit ${MANY_THREADS + 1}`,
    [actor.tenantId, actor.id],
  );
  return rows.length > MANY_THREADS ? null : rows.map((row) => row.thread_id);
}

interface SearchText {
  /** Conditions on `s` that hold before anything else: where the search stands in time. */
  bounds: string;
  filters: string;
  limit: string;
}
type Variant = CandidateRequest & {
  roots: readonly string[] | null;
  text(schema: string, parts: SearchText): string;
};

function run(statements: Statements, actor: Actor, { text, roots, from, ...request }: Variant): Promise<Candidate[]> {
  const values: unknown[] = [...viewerValues(actor), request.tokens];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const filters = ['s.tokens @> $6::bigint[]'];
  if (request.learnerId !== undefined) filters.push(`s.learner_id = ${bind(request.learnerId)}`);
  if (request.threadId !== undefined) filters.push(`s.thread_id = ${bind(request.threadId)}`);
  if (roots) filters.push(`(s.root_id = any(${bind(roots)}::text[]) or s.learner_id = any($5::text[]))`);
  const side = from?.inclusive ? '<=' : '<';
  const bounds = from
    ? `and (s.created_at, s.thread_id) ${side} (${bind(from.place.at)}, ${bind(from.place.threadId)})`
    : '';
  const parts: SearchText = { bounds, filters: filters.join(' and '), limit: bind(request.limit) };
  return statements.planned<Candidate & Record<string, unknown>>((schema) => text(schema, parts), values);
}

const NEWEST = 'order by s.created_at desc, s.thread_id desc';
const COLUMNS = 's.thread_id, s.root_id, s.message_index, s.learner_id, s.created_at';

/** The access rule in SQL, as `viewer.ts` has it; titles are always seen, sub-threads whole or not at all. */
const seen = (schema: string): string => `
  left join ${schema}.participants p
    on p.tenant_id = $1 and p.thread_id = s.root_id and p.user_id = $2 and p.removed_at is null
  where ($3::boolean or ($4::boolean and s.learner_id is not null) or s.learner_id = any($5::text[])
    or (p.user_id is not null
      and case when s.thread_id = s.root_id
        then s.message_index = 0 or s.message_index >= p.visible_from_index
        else p.visible_from_version = 1 or exists (
          select from ${schema}.threads t
          where t.tenant_id = $1 and t.thread_id = s.thread_id and t.root_version >= p.visible_from_version
        ) end))`;

const walkSql = (schema: string, { bounds, filters, limit }: SearchText): string => `
  select s.thread_id, s.message_index, s.created_at from (
    select ${COLUMNS}, s.tokens from ${schema}.message_search s
    where s.tenant_id = $1 ${bounds} ${NEWEST} limit ${WALKED}
  ) s ${seen(schema)} and ${filters} ${NEWEST} limit ${limit}`;

/** Materialized, as the planner thinks too well of walking back in time until there are enough. */
const tokensSql = (schema: string, { bounds, filters, limit }: SearchText): string => `
  with s as materialized (
    select ${COLUMNS} from ${schema}.message_search s where s.tenant_id = $1 ${bounds} and ${filters}
  )
  select s.thread_id, s.message_index, s.created_at from s ${seen(schema)} ${NEWEST} limit ${limit}`;
