import { canSee, type Actor } from '@threadlog/auth';
import type { TenantId } from '@threadlog/events';
import type { ParticipantRow, ThreadRow } from '@threadlog/read-models';

/**
 * Whether a thread is shown to the person of an export: now, by the access rule; once, before it left; or never. An export
 * must not tell what its person was never shown. `membership` is its own in the root, a former one too.
 */
export function shownTo(
  person: { tenantId: TenantId; id: string },
  row: Pick<ThreadRow, 'tenant_id' | 'learner_id' | 'root_version' | 'created_at'>,
  membership: ParticipantRow | undefined,
): 'now' | 'once' | 'never' {
  const participant = membership
    ? {
        role: membership.role,
        visibleFromIndex: membership.visible_from_index,
        visibleFromSeq: membership.visible_from_version,
      }
    : null;
  const access = { tenantId: row.tenant_id, learnerId: row.learner_id, participant, beginsAtSeq: row.root_version };
  if (canSee(bareActor(person), { ...access, participant: null })) return 'now';
  if (!membership || !canSee(bareActor(person), access)) return 'never';
  if (membership.removed_at === null) return 'now';
  // What began after it left, it was not shown, whatever message that branches off.
  return row.created_at < membership.removed_at ? 'once' : 'never';
}

/** The person as it is by itself: scopes and offices are a token's, and nobody's data. */
function bareActor({ tenantId, id }: { tenantId: TenantId; id: string }): Actor {
  return { tenantId, id, type: 'user', role: 'user', permissions: ['chat:read'], learnerScope: [], expiresAt: null };
}
