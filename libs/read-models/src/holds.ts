import { rootThreadId, type TenantId } from '@threadlog/events';
import { generationSchema } from './schema/generation';
import type { Queryable } from './database';
import type { LegalHold } from './projections';

/** A thread as a legal hold sees it. */
export interface HoldableThread {
  /** A root's or a sub-thread's id. */
  threadId: string;
  /** The learner of its root. */
  learnerId: string | null;
}

/**
 * The holds that stand against taking one message away: on its tenant, on its thread or the root of it, on its learner,
 * on whoever wrote it. A learner and a user of one id are one person, so only the id counts.
 */
export function holdsOnMessage(
  holds: readonly LegalHold[],
  { threadId, learnerId, senderId }: HoldableThread & { senderId: string },
): LegalHold[] {
  return holds.filter((hold) => holdsPerson(hold, [learnerId, senderId]) || isOrHolds(hold.held_thread_id, threadId));
}

/**
 * The holds that stand against taking a whole thread away. Its sub-threads are seen only with it, so a hold on one of
 * them stands against it too, as does one on anybody among `people`: who takes or took part, and who made it.
 */
export function holdsOnThread(
  holds: readonly LegalHold[],
  { threadId, learnerId, people }: HoldableThread & { people: readonly string[] },
): LegalHold[] {
  return holds.filter(
    ({ held_thread_id: held, ...hold }) =>
      holdsPerson(hold, [learnerId, ...people]) || isOrHolds(held, threadId) || isOrHolds(threadId, held),
  );
}

/** The holds on a person, and those on the whole tenant. */
export function holdsOnPerson(holds: readonly LegalHold[], id: string): LegalHold[] {
  return holds.filter((hold) => holdsPerson(hold, [id]));
}

function holdsPerson({ subject }: Pick<LegalHold, 'subject'>, people: readonly (string | null)[]): boolean {
  return subject !== null && (subject.kind === 'tenant' || people.includes(subject.id));
}

/** Whether the first thread is the second one, or its root. */
function isOrHolds(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && (one === other || one === rootThreadId(other));
}

/** The holds of every tenant that has any: few, found by an index of their own. */
export async function readAllHolds(
  database: Queryable,
  generation: number,
): Promise<ReadonlyMap<TenantId, readonly LegalHold[]>> {
  const { rows } = await database.query<{ tenant_id: TenantId; holds: LegalHold[] }>(
    `select tenant_id, holds from ${generationSchema(generation)}.tenants where holds <> '[]'::jsonb`,
  );
  return new Map(rows.map(({ tenant_id, holds }) => [tenant_id, holds]));
}
