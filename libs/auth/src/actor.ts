import type { ActorType, TenantId } from '@threadlog/events';

export const PERMISSIONS = ['chat:read', 'chat:write', 'chat:moderate', 'chat:privacy', 'chat:admin'] as const;
export type Permission = (typeof PERMISSIONS)[number];

export const ROLES = ['user', 'learner', 'guardian', 'teacher', 'agent', 'auditor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who acts, taken from a verified token or the internal secret. Plain JSON: it travels with forwarded commands. */
export interface Actor {
  tenantId: TenantId;
  id: string;
  type: ActorType;
  role: Role;
  permissions: Permission[];
  /** The learners whose threads the actor may see; `*` for all of the tenant. One's own id always counts. */
  learnerScope: '*' | string[];
  /** When the token ends, in seconds since the epoch; null for internal actors. */
  expiresAt: number | null;
}
