import { LIMITS, type CommandRouter } from '@threadlog/commands';
import type { TenantId } from '@threadlog/events';
import type { Database } from '@threadlog/read-models';
import { pause, type Logger } from '@threadlog/service';
import { carryOut } from '../actor';
import { cutoffOf, type Cutoff } from './cutoff';
import { dueAmong, nextMessages, WALK_ROWS, type DueDeps, type MessageRef } from './due';
import { beginWalk, leaveBehind, rememberWalk } from './positions';
import type { LimitedTenant } from './tenants';

export interface SweepDeps extends DueDeps {
  router: CommandRouter;
  logger: Logger;
  now(): number;
  /** Milliseconds between two batches of deletions. */
  pauseMs: number;
  /** Hears of messages that were deleted. */
  onDeleted(count: number): void;
}

/** Batches of a tenant's messages in one sweep; the rest is the next one's, so that tenants take turns. */
const MAX_BATCHES = 100;

/**
 * Deletes a tenant's messages that are past their time, oldest first. Every step is safe to repeat: a message that is
 * gone stays so. The position is stored behind what is settled (deleted, or held), so after a crash a batch is repeated
 * at most; what could not be deleted now is tried again by the next sweep. Returns whether the walk came to its end.
 */
export async function sweepTenant(deps: SweepDeps, tenant: LimitedTenant, signal: AbortSignal): Promise<boolean> {
  const { database } = deps;
  const { tenantId } = tenant;
  const cutoff = cutoffOf(tenant.days, deps.now());
  let at = await beginWalk(database, tenantId, tenant.holds);
  let settled = true;
  for (let batch = 0; batch < MAX_BATCHES && !signal.aborted; batch += 1) {
    const refs = await nextMessages(deps, tenantId, at, cutoff);
    if (refs.length === 0) return true;
    const { deleted, left } = await deleteDue(deps, tenant, refs, cutoff);
    if (settled) await noteSettled(database, tenantId, refs, left);
    settled &&= left.length === 0;
    at = refs.at(-1)!.message_id;
    if (refs.length < WALK_ROWS) return true;
    if (deleted > 0) await pause(deps.pauseMs, signal);
  }
  if (!settled && !signal.aborted) await leaveBehind(database, tenantId, at);
  return false;
}

/** Moves the position up to the last of the messages before the first that is left to do. */
async function noteSettled(
  database: Database,
  tenantId: TenantId,
  refs: readonly MessageRef[],
  left: readonly string[],
): Promise<void> {
  const first = left.toSorted()[0];
  const last = refs.filter(({ message_id }) => first === undefined || message_id < first).at(-1);
  if (last) await rememberWalk(database, tenantId, last.message_id);
}

/** Deletes what is due and says what is left to do; a thread that cannot be written now does not keep the others. */
async function deleteDue(deps: SweepDeps, tenant: LimitedTenant, refs: readonly MessageRef[], cutoff: Cutoff) {
  const { byThread, early } = await dueAmong(deps, tenant, refs, cutoff);
  const left = [...early];
  let deleted = 0;
  for (const [threadId, ids] of byThread) {
    for (let from = 0; from < ids.length; from += LIMITS.scrubbedMessages) {
      const messageIds = ids.slice(from, from + LIMITS.scrubbedMessages);
      if (await scrub(deps, tenant, threadId, messageIds)) deleted += messageIds.length;
      else left.push(...messageIds);
    }
  }
  if (deleted > 0) deps.onDeleted(deleted);
  return { deleted, left };
}

async function scrub(
  { router, logger }: SweepDeps,
  { tenantId }: LimitedTenant,
  threadId: string,
  messageIds: string[],
): Promise<boolean> {
  const input = { threadId, messageIds, reason: 'retention' as const };
  const result = await carryOut(router, tenantId, { type: 'thread.scrub', input });
  if (result.ok) return true;
  const { code } = result.problem;
  logger.info({ tenant_id: tenantId, thread_id: threadId, code }, 'messages past their time could not be deleted yet');
  return false;
}
