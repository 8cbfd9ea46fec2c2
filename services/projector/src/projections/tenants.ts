import { foldTenant, tenantsTable, type TenantRow } from '@threadlog/read-models';
import { UNTOUCHED, type Projection } from './projection';

/** Legal holds, retention and erasures under way, from the tenants' own streams. */
export const tenants: Projection<TenantRow> = {
  table: tenantsTable,
  remembered: false,
  touches: (event) =>
    event.stream_type === 'tenant'
      ? [{ key: { tenant_id: event.tenant_id }, name: event.tenant_id, fresh: event.stream_version === 1 }]
      : UNTOUCHED,
  fold: foldTenant,
};
