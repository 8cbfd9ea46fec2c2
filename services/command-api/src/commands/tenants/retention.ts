import { tenantRetention } from '@threadlog/commands';
import { happened, UNCHANGED } from '../decision';
import { ofTenant, writer } from '../common';
import { defineCommand } from '../define';
import { keepsPrivacy, tenantOf } from './rules';

/** Says how long a tenant keeps messages: so many days, for ever (null), or as the deployment does. */
export const setRetention = defineCommand(tenantRetention, {
  stream: ofTenant,
  people: writer,
  refusals: ['subject_erased'],
  decide({ days }, state, context) {
    const refusal = keepsPrivacy(context);
    if (refusal) return refusal;
    const uses_default = days === 'default';
    const wanted = uses_default ? null : days;
    const known = tenantOf(state, context);
    // A tenant of which nothing was said has no row to show, so its first setting is always an event.
    const same = known.retention_default === uses_default && known.retention_days === wanted;
    if (state.tenant && same) return UNCHANGED;
    return happened({ type: 'CHAT_RETENTION_SET', data: { days: wanted, uses_default } });
  },
  shows: (_input, { state }) => ({ kind: 'retention', row: state.tenant! }),
});
