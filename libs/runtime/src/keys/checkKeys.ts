import { CATALOGUE, decodeEvent, type ChatEvent, type Sealed, type TenantId } from '@threadlog/events';
import type { EventLog } from '@threadlog/log';
import { SealingError, sealedKeyIds, type SealingService } from '@threadlog/sealing';

/** What comparing the log with the key store came to. */
export interface KeysChecked {
  /** Records that were looked at. */
  records: number;
  /** Different keys that their texts need. */
  keys: number;
  /** Those of them that the key store does not have: lost with it, or newer than the backup that it came from. */
  missing: number;
  /** Where a text that needs one of them stands first, by partition and offset. */
  first: { tenantId: TenantId; keyId: string; partition: number; offset: number } | null;
}

export interface CheckKeysOptions {
  log: Pick<EventLog, 'partitions' | 'head' | 'tail' | 'read'>;
  sealing: Pick<SealingService, 'missingAmong'>;
  /** The newest records of each partition alone; all of them when not given. */
  newest?: number;
  signal?: AbortSignal;
  /** Told of records that were looked at. */
  onProgress?(records: number): void;
}

/** Key ids remembered as looked at; beyond it some are asked for again. */
const MAX_REMEMBERED = 1_000_000;

/** Compares the keys that the log's texts need with those that the key store has. Reads both, changes nothing. */
export async function checkKeys(options: CheckKeysOptions): Promise<KeysChecked> {
  const { log, newest = Infinity, signal, onProgress } = options;
  const found: KeysChecked = { records: 0, keys: 0, missing: 0, first: null };
  const seen = new Set<string>();
  for (let partition = 0; partition < log.partitions; partition += 1) {
    const [tail, head] = await Promise.all([log.tail(partition), log.head(partition)]);
    const offset = Math.max(tail, head - newest);
    for await (const { records } of log.read(partition, { offset, maxEpoch: 0 }, head)) {
      signal?.throwIfAborted();
      found.records += records.length;
      const wanted = records.flatMap(({ value, offset: at }) => keysIn(value).map((key) => ({ ...key, at })));
      await look(options, { found, seen }, partition, wanted);
      onProgress?.(found.records);
    }
  }
  return found;
}

interface Wanted {
  tenantId: TenantId;
  keyId: string;
  at: number;
}

async function look(
  { sealing }: CheckKeysOptions,
  { found, seen }: { found: KeysChecked; seen: Set<string> },
  partition: number,
  wanted: readonly Wanted[],
): Promise<void> {
  const fresh = new Map<string, Wanted>();
  for (const key of wanted) if (!seen.has(key.keyId) && !fresh.has(key.keyId)) fresh.set(key.keyId, key);
  if (seen.size > MAX_REMEMBERED) seen.clear();
  for (const [tenantId, own] of Map.groupBy(fresh.values(), (key) => key.tenantId)) {
    const missing = await sealing.missingAmong(
      tenantId,
      own.map(({ keyId }) => keyId),
    );
    for (const { keyId } of own) seen.add(keyId);
    found.keys += own.length;
    found.missing += missing.length;
    const keyId = missing[0];
    if (keyId !== undefined) found.first ??= { tenantId, keyId, partition, offset: fresh.get(keyId)!.at };
  }
}

/** The keys of every text of a record; none where it cannot be read. */
function keysIn(value: Buffer): Omit<Wanted, 'at'>[] {
  const decoded = decodeEvent(value);
  return decoded.kind === 'event' ? keysOf(decoded.event) : [];
}

function keysOf(event: ChatEvent): Omit<Wanted, 'at'>[] {
  const data = event.data as unknown as Record<string, Sealed | null | undefined>;
  return CATALOGUE[event.event_type].sealed.flatMap((field) => {
    const blob = data[field];
    return blob ? idsOf(blob).map((keyId) => ({ tenantId: event.tenant_id, keyId })) : [];
  });
}

function idsOf(blob: Sealed): string[] {
  try {
    return sealedKeyIds(blob);
  } catch (error) {
    if (error instanceof SealingError) return [];
    throw error;
  }
}

/** As a line for people: `keys missing: n, first at …`. */
export function tellKeys({ missing, keys, records, first }: KeysChecked): string {
  const where = first ? `, first at partition ${first.partition}, offset ${first.offset}` : '';
  return `keys missing: ${missing}${where} (${keys} keys of ${records} records were looked for)`;
}
