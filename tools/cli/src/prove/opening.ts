import type { TenantId } from '@threadlog/events';
import { SealingError, sealedKeyIds, type SealingService } from '@threadlog/sealing';
import { sealedValuesIn, type Source } from './sealedValues';

/** What came of trying to open every value of a source that needs one of the keys. */
export interface Opened {
  store: string;
  what: string;
  records: number;
  /** Values sealed with one of the keys. */
  sealed: number;
  /** Those of them for which all keys are still there. */
  readable: number;
}

const BATCH = 200;

/** Tries them all; holds a batch of them in memory at a time. */
export async function tryToOpen(
  source: Source,
  { sealing, tenantId, keyIds }: { sealing: SealingService; tenantId: TenantId; keyIds: ReadonlySet<string> },
): Promise<Opened> {
  const result: Opened = { store: source.store, what: source.what, records: 0, sealed: 0, readable: 0 };
  let waiting: { sealed: string }[] = [];
  const flush = async () => {
    await sealing.prepare(tenantId, waiting);
    result.sealed += waiting.length;
    result.readable += waiting.filter((value) => isReadable(sealing, tenantId, value)).length;
    waiting = [];
  };
  for await (const record of source.records()) {
    result.records += 1;
    const own = sealedValuesIn(record).filter((sealed) => needsOneOf(sealed, keyIds));
    waiting.push(...own.map((sealed) => ({ sealed })));
    if (waiting.length >= BATCH) await flush();
  }
  if (waiting.length > 0) await flush();
  return result;
}

function needsOneOf(sealed: string, keyIds: ReadonlySet<string>): boolean {
  try {
    return sealedKeyIds({ sealed }).some((keyId) => keyIds.has(keyId));
  } catch {
    return false;
  }
}

/**
 * A value is opened without regard to where it stands, so decrypting it fails; but it comes to that only when all of its
 * keys are there, and whoever has them can read it.
 */
function isReadable(sealing: SealingService, tenantId: TenantId, value: { sealed: string }): boolean {
  try {
    return sealing.open(tenantId, value, { stream: '', field: '' }) !== undefined;
  } catch (error) {
    // A key that the store does not have at all opens nothing.
    if (error instanceof SealingError && error.code === 'key_missing') return false;
    return true;
  }
}
