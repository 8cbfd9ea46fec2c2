import { idSchema, tenantIdSchema, type OutgoingRecord, type TenantId } from '@threadlog/events';
import { KEY_KINDS, type ListedKey } from '@threadlog/sealing';
import { z } from 'zod';

/** A set of keys that is destroyed, and why: one or more records of the erasure list. */
export interface ErasureEntry {
  tenantId: TenantId;
  /** Id of the privacy request, or `retention`. */
  reason: string;
  /** RFC 3339. */
  at: string;
  keys: ListedKey[];
}

const keySchema = z.object({
  key_id: z.uuid(),
  kind: z.enum(KEY_KINDS),
  /** Subject or root thread; empty for a tenant's own key. */
  id: z.string(),
  month: z.string(),
  generation: z.int().min(1),
  master_version: z.string().nullable(),
});

/** A record as it stands in the topic. Fields are only ever added: the list is kept for ever. */
const erasureRecordSchema = z.object({
  schema_version: z.int().min(1),
  tenant_id: tenantIdSchema,
  request_id: idSchema,
  at: z.string(),
  keys: z.array(keySchema).min(1),
});

/** The list holds something that cannot be read. Nothing may be skipped here, so nobody starts until it is mended. */
export class ErasureListError extends Error {
  override readonly name = 'ErasureListError';
}

/** One record; entries of more keys than one record may hold are cut up before. */
export function encodeErasure({ tenantId, reason, at, keys }: ErasureEntry): OutgoingRecord {
  const record: z.input<typeof erasureRecordSchema> = {
    schema_version: 1,
    tenant_id: tenantId,
    request_id: reason,
    at,
    keys: keys.map(({ keyId, kind, id, month, generation, masterVersion }) => ({
      key_id: keyId,
      kind,
      id,
      month,
      generation,
      master_version: masterVersion,
    })),
  };
  return {
    key: `${tenantId}/erasure/${reason}`,
    value: Buffer.from(JSON.stringify(record)),
    headers: { 'content-type': 'application/json' },
  };
}

/** Throws `ErasureListError`, naming the offset, on what is no record of the list. */
export function decodeErasure(value: Buffer, offset: number): ErasureEntry {
  const parsed = erasureRecordSchema.safeParse(parseJson(value));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join('.') ?? '';
    throw new ErasureListError(`the erasure list cannot be read at offset ${offset}: ${where} ${issue?.message}`);
  }
  const { tenant_id: tenantId, request_id: reason, at, keys } = parsed.data;
  return {
    tenantId,
    reason,
    at,
    keys: keys.map(({ key_id: keyId, master_version: masterVersion, ...name }) => ({
      ...name,
      tenantId,
      keyId,
      masterVersion,
    })),
  };
}

function parseJson(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString('utf8'));
  } catch {
    return undefined;
  }
}
