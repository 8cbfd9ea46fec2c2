import type { Actor, Permission, Role } from '../actor';

const ALL: readonly Permission[] = ['chat:read', 'chat:write', 'chat:moderate', 'chat:privacy', 'chat:admin'];

/**
 * What a role may do where its token names no `permissions` of its own. Guardians write only where they take part
 * and people manage their own data: those limits depend on the thread or subject and stand in the rules, not here.
 */
export const ROLE_PERMISSIONS: { readonly [R in Role]: readonly Permission[] } = {
  user: ['chat:read', 'chat:write'],
  learner: ['chat:read', 'chat:write'],
  guardian: ['chat:read', 'chat:write'],
  teacher: ['chat:read', 'chat:write', 'chat:moderate'],
  agent: ['chat:read', 'chat:write'],
  auditor: [],
  admin: ALL,
};

export function hasPermission(actor: Actor, permission: Permission): boolean {
  return actor.permissions.includes(permission);
}
