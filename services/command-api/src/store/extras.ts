import { createAgentQueries, createWebhookQueries, type ReadModelSource } from '@threadlog/read-models';
import type { Sealing } from '@threadlog/sealing';
import { randomBytes } from 'node:crypto';
import type { Extras } from '../commands/decision';
import type { AttemptDeps } from '../pipeline/attempt';
import { canonicalJson } from '../pipeline/resolveCommand';

/** Bytes of a secret that what goes out is signed with; as the standard for webhooks recommends. */
const SECRET_BYTES = 32;
const HASH_CHARACTERS = 22;

/** What few commands need: looked up in the read model, or drawn. */
export function createExtras(
  source: ReadModelSource,
  sealing: Pick<Sealing, 'prepareTenant' | 'tenantHmac'>,
): AttemptDeps['extrasOf'] {
  const { countWebhookEndpoints } = createWebhookQueries(source);
  const { countAgents } = createAgentQueries(source);
  return async ({ actor: { tenantId }, command: { type, input } }, names) => {
    const extras: Partial<Extras> = {};
    if (names.includes('webhooks')) extras.webhooks = await countWebhookEndpoints(tenantId);
    if (names.includes('agents')) extras.agents = await countAgents(tenantId);
    if (names.includes('secret')) extras.secret = `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
    if (names.includes('inputHash')) {
      await sealing.prepareTenant(tenantId);
      extras.inputHash = sealing.tenantHmac(tenantId, type, canonicalJson(input)).slice(0, HASH_CHARACTERS);
    }
    return extras;
  };
}
