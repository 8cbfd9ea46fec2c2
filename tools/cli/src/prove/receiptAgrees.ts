import type { TenantId } from '@threadlog/events';
import { activeGeneration, generationSchema } from '@threadlog/read-models';
import type { Operator } from '@threadlog/runtime';
import type { KeyEvidence, Receipt } from '@threadlog/sealing';
import { CommandError } from '../outcome';

/** What in a receipt does not agree with what is found; empty where it all does. */
export function disagreements(
  receipt: Receipt,
  { tenantId, subjectId, evidence }: { tenantId: TenantId; subjectId: string; evidence: readonly KeyEvidence[] },
): string[] {
  const found = new Map(evidence.map((key) => [key.keyId, key]));
  const wrong = receipt.keys
    .filter(({ kind }) => kind === 'subject')
    .filter(({ keyId, fingerprint }) => found.get(keyId)?.fingerprint !== fingerprint)
    .map(({ keyId }) => `key ${keyId} is not what the receipt says`);
  const remaining = receipt.stores
    .filter((store) => store.remaining > 0)
    .map(({ store, what, remaining: left }) => `${left} ${what} were left in ${store}`);
  return [
    ...(receipt.tenant === tenantId ? [] : [`it is about tenant ${receipt.tenant}`]),
    ...(receipt.subject.id === subjectId ? [] : [`it is about ${receipt.subject.id}`]),
    ...wrong,
    ...remaining,
  ];
}

/** The receipt of a request, from the read model. Throws `CommandError` where there is none. */
export async function receiptOfRequest(
  { database }: Operator,
  tenantId: TenantId,
  requestId: string,
): Promise<unknown> {
  const schema = generationSchema(await activeGeneration(database));
  const { rows } = await database.query<{ receipt: unknown }>(
    `select receipt from ${schema}.chat_deletion_logs where tenant_id = $1 and request_id = $2`,
    [tenantId, requestId],
  );
  if (rows[0]?.receipt) return rows[0].receipt;
  throw new CommandError(rows[0] ? `request ${requestId} has no receipt yet` : `there is no request ${requestId}`);
}
