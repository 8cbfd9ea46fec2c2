import type { ParticipantRole } from '@threadlog/events';
import type { Actor, Permission, Role } from '../actor';
import { canSee, inScope, type ThreadAccess } from './access';
import { hasPermission } from './permissions';

/**
 * Where a right that comes with the token holds: in threads whose learner is in `scope`, where the actor is a
 * `participant` of whatever role, or where it is the `creator`.
 */
type Reach = 'scope' | 'participant' | 'creator';
interface Rule {
  /** Needed besides the right: by those who have it as participants, and by those who have it by token. */
  needs: { participant: Permission; token: Permission };
  byRole: { readonly [R in Role]?: Reach };
  byParticipant: readonly ParticipantRole[];
}

const EVERYONE: readonly ParticipantRole[] = ['owner', 'moderator', 'member', 'agent'];
const KEEPERS: readonly ParticipantRole[] = ['owner', 'moderator'];
const WRITE = { participant: 'chat:write', token: 'chat:write' } as const;

/**
 * The permission table: one row an action, token roles and participant roles as columns; either side is enough.
 * Whoever holds `chat:admin` has every right anywhere in its tenant and needs no column.
 */
export const ACTIONS = {
  'thread.read': {
    needs: { participant: 'chat:read', token: 'chat:read' },
    byRole: { user: 'scope', learner: 'scope', guardian: 'scope', teacher: 'scope', agent: 'scope', auditor: 'scope' },
    byParticipant: EVERYONE,
  },
  /** Without a learner `scope` holds: it is the actor's own thread. */
  'thread.create': {
    needs: WRITE,
    byRole: { user: 'scope', learner: 'scope', guardian: 'scope', teacher: 'scope' },
    byParticipant: [],
  },
  /** Title, metadata, status. */
  'thread.settings': { needs: WRITE, byRole: { teacher: 'scope' }, byParticipant: KEEPERS },
  'thread.delete': { needs: WRITE, byRole: { teacher: 'creator' }, byParticipant: ['owner'] },
  'message.post': { needs: WRITE, byRole: { teacher: 'scope' }, byParticipant: EVERYONE },
  'message.react': { needs: WRITE, byRole: {}, byParticipant: EVERYONE },
  'message.pin': { needs: WRITE, byRole: { teacher: 'participant' }, byParticipant: KEEPERS },
  /** Deleting what others wrote. A token with `chat:moderate` moderates its whole scope, whatever its role. */
  'message.moderate': {
    needs: { participant: 'chat:write', token: 'chat:moderate' },
    byRole: { user: 'scope', learner: 'scope', guardian: 'scope', teacher: 'scope', agent: 'scope' },
    byParticipant: KEEPERS,
  },
  /** Adding and removing plain members. */
  'members.manage': { needs: WRITE, byRole: { teacher: 'scope' }, byParticipant: KEEPERS },
  /** Everything about participants of higher roles, and changing roles. */
  'roles.manage': { needs: WRITE, byRole: { teacher: 'scope' }, byParticipant: ['owner'] },
  /** Whether agents answer: handing a conversation over to people, and back. */
  'agents.manage': { needs: WRITE, byRole: { teacher: 'scope' }, byParticipant: ['owner'] },
  'thread.leave': { needs: WRITE, byRole: {}, byParticipant: EVERYONE },
} as const satisfies Record<string, Rule>;
export type Action = keyof typeof ACTIONS;

export interface ActionSubject extends ThreadAccess {
  /** Who created the thread; null for one that is about to be created. */
  createdBy: string | null;
}

/**
 * Whether the actor may do this to a thread. Ask `canSee` first: what may be seen but not done is 403, what may not be
 * seen is 404. False for threads of other tenants and for those the actor cannot see, creation aside.
 */
export function may(actor: Actor, action: Action, thread: ActionSubject): boolean {
  if (actor.tenantId !== thread.tenantId) return false;
  const rule: Rule = ACTIONS[action];
  if (hasPermission(actor, 'chat:admin') && hasPermission(actor, rule.needs.token)) return true;
  if (action === 'thread.create')
    return hasPermission(actor, rule.needs.token) && mayCreate(actor, rule, thread.learnerId);
  return canSee(actor, thread) && (byToken(actor, rule, thread) || byParticipation(actor, rule, thread));
}

function mayCreate(actor: Actor, rule: Rule, learnerId: string | null): boolean {
  return rule.byRole[actor.role] !== undefined && (learnerId === null || inScope(actor, learnerId));
}

function byToken(actor: Actor, rule: Rule, thread: ActionSubject): boolean {
  const reach = rule.byRole[actor.role];
  return reach !== undefined && hasPermission(actor, rule.needs.token) && REACHES[reach](actor, thread);
}

function byParticipation(actor: Actor, rule: Rule, thread: ActionSubject): boolean {
  const role = thread.participant?.role;
  return role !== undefined && hasPermission(actor, rule.needs.participant) && rule.byParticipant.includes(role);
}

const REACHES: { [R in Reach]: (actor: Actor, thread: ActionSubject) => boolean } = {
  scope: (actor, thread) => inScope(actor, thread.learnerId),
  participant: (_actor, thread) => thread.participant !== null,
  creator: (actor, thread) => thread.createdBy === actor.id,
};
