import { hasPermission } from '@threadlog/auth';
import { plainTenant, type TenantRow } from '@threadlog/read-models';
import { refuse, type DecisionContext, type Check, type Seen } from '../decision';

export const tenantOf = (state: Seen<'tenant'>, { actor }: DecisionContext): TenantRow =>
  state.tenant ?? plainTenant(actor.tenantId);

export function keepsPrivacy({ actor }: DecisionContext): Check {
  return hasPermission(actor, 'chat:privacy') && hasPermission(actor, 'chat:admin')
    ? undefined
    : refuse('forbidden', 'only who administers the tenant and keeps its privacy may do this');
}
