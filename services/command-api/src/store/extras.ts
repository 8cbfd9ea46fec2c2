import { createWebhookQueries, type ReadModelSource } from '@threadlog/read-models';
import { randomBytes } from 'node:crypto';
import type { Extras } from '../commands/decision';
import type { AttemptDeps } from '../pipeline/attempt';

/** Bytes of a webhook's secret; as the standard for them recommends. */
const SECRET_BYTES = 32;

/** What few commands need: looked up in the read model, or drawn. */
export function createExtras(source: ReadModelSource): AttemptDeps['extrasOf'] {
  const { countWebhookEndpoints } = createWebhookQueries(source);
  return async (tenantId, names) => {
    const extras: Partial<Extras> = {};
    if (names.includes('webhooks')) extras.webhooks = await countWebhookEndpoints(tenantId);
    if (names.includes('secret')) extras.secret = `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
    return extras;
  };
}
