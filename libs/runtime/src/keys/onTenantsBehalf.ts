import type { TenantId } from '@threadlog/events';
import type { KeyStore } from '@threadlog/sealing';
import { onBehalfOf, presentBehalf } from '@threadlog/service';

/**
 * A key store whose questions are asked for the tenant that they are about. What several tenants ask for in one turn is
 * asked by whichever came first, and must neither stand in that one's line for the database nor be refused for it.
 */
export function onTenantsBehalf(store: KeyStore): KeyStore {
  const asking =
    <Rest extends unknown[], Answer>(ask: (tenantId: TenantId, ...rest: Rest) => Promise<Answer>) =>
    (tenantId: TenantId, ...rest: Rest): Promise<Answer> => {
      const behalf = presentBehalf();
      // What the process asks for itself stands in no line.
      if (!behalf || behalf.tenantId === tenantId) return ask(tenantId, ...rest);
      return onBehalfOf({ tenantId, surface: behalf.surface }, () => ask(tenantId, ...rest));
    };
  return {
    ...store,
    newest: asking(store.newest),
    byIds: asking(store.byIds),
    insert: asking(store.insert),
    close: asking(store.close),
    destroy: asking(store.destroy),
    monthsBefore: asking(store.monthsBefore),
    of: asking(store.of),
  };
}
