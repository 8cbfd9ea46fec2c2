import type { Actor } from '@threadlog/auth';
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

/**
 * The newest texts with all of the tokens that the actor may see, newest first. Access is part of the statement, so that
 * what others wrote neither takes a place nor tells that it is there. Planned for its values: a rare word comes out of
 * the index of tokens, a common one by walking back in time until there are enough.
 */
export function findCandidates(statements: Statements, actor: Actor, request: CandidateRequest): Promise<Candidate[]> {
  const values: unknown[] = [...viewerValues(actor), request.tokens];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const conditions: string[] = [];
  if (request.learnerId !== undefined) conditions.push(`s.learner_id = ${bind(request.learnerId)}`);
  if (request.threadId !== undefined) conditions.push(`s.thread_id = ${bind(request.threadId)}`);
  if (request.from) {
    const { place, inclusive } = request.from;
    conditions.push(
      `(s.created_at, s.thread_id) ${inclusive ? '<=' : '<'} (${bind(place.at)}, ${bind(place.threadId)})`,
    );
  }
  const limit = bind(request.limit);
  const text = (schema: string): string => `
    select s.thread_id, s.message_index, s.created_at from ${schema}.message_search s
    left join ${schema}.participants p
      on p.tenant_id = $1 and p.thread_id = s.root_id and p.user_id = $2 and p.removed_at is null
    where s.tenant_id = $1 and s.tokens @> $6::bigint[] and (${SEEN})
    ${conditions.map((condition) => `and ${condition}`).join(' ')}
    order by s.created_at desc, s.thread_id desc limit ${limit}`;
  return statements.planned<Candidate & Record<string, unknown>>(text, values);
}

/** The access rule in SQL, as `viewer.ts` has it; titles and sub-threads are seen whole. */
const SEEN = `$3::boolean or ($4::boolean and s.learner_id is not null) or s.learner_id = any($5::text[])
  or (p.user_id is not null
    and (s.message_index = 0 or s.thread_id <> s.root_id or s.message_index >= p.visible_from_index))`;
