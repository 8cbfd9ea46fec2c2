import { PERMISSIONS, type Actor } from '@threadlog/auth';
import type { TenantId } from '@threadlog/events';
import { z } from 'zod';

/** Who an operator is, as the tenant's audit log shows it: part of an actor's id, so of its letters. */
export const operatorName = z
  .string()
  .regex(/^[A-Za-z0-9._@+-]{1,100}$/, 'must be 1 to 100 letters, digits or . _ @ + -')
  .meta({ description: 'Who does it: `operator|NAME` stands for it in the audit log of the tenant.' });

/**
 * An operator in a tenant. What it does stands in the tenant's log as done by the product itself, with the operator's name; no token
 * of a tenant makes such an actor, whatever its subject is.
 */
export function operatorActor(tenantId: TenantId, name: string): Actor {
  return {
    ...{ tenantId, id: `operator|${name}`, type: 'internal', role: 'admin' },
    permissions: [...PERMISSIONS],
    learnerScope: '*',
    expiresAt: null,
  };
}
