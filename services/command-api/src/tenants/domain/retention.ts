import { plainTenant } from '@threadlog/read-models';
import { happened, UNCHANGED, type Decide } from '../../threads/domain/decision';
import { keepsPrivacy } from './holds';

/** Says how long a tenant keeps messages: so many days, for ever (null), or as the deployment does. */
export const setRetention: Decide<'tenant.retention'> = ({ days }, state, context) => {
  const refusal = keepsPrivacy(context);
  if (refusal) return refusal;
  const uses_default = days === 'default';
  const wanted = uses_default ? null : days;
  const known = state.tenant ?? plainTenant(context.actor.tenantId);
  // A tenant of which nothing was said has no row to show, so its first word is always an event.
  const same = known.retention_default === uses_default && known.retention_days === wanted;
  if (state.tenant && same) return UNCHANGED;
  return happened({ type: 'CHAT_RETENTION_SET', data: { days: wanted, uses_default } });
};
