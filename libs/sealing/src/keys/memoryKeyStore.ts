import type { TenantId } from '@threadlog/events';
import { randomUUID } from 'node:crypto';
import { type KeyName, type KeyRecord, type KeyStore, type KeyTarget, type ListedKey, type NewKey } from './keyStore';
import { nameKey, nameOfTarget } from './names';
import { monthsAmong } from './months';

/** A key store in memory, for tests and simulations; the same contract as the one in Postgres. */
export function createMemoryKeyStore(): KeyStore {
  const rows: KeyRecord[] = [];
  const of = (tenantId: TenantId) => rows.filter((row) => row.tenantId === tenantId);
  const newestOf = (tenantId: TenantId, name: KeyName) =>
    of(tenantId)
      .filter((row) => nameKey(row) === nameKey(name))
      .sort((a, b) => b.generation - a.generation)[0];

  function refuses(tenantId: TenantId, key: NewKey): boolean {
    const shut = (kind: KeyName['kind'], id: string) =>
      of(tenantId).some((row) => row.kind === kind && row.id === id && row.state !== 'open');
    const taken = of(tenantId).some(
      (row) => nameKey(row) === nameKey(key) && (row.generation === key.generation || row.state === 'open'),
    );
    return taken || shut('tenant', '') || (key.kind === 'thread_month' && shut('thread', key.id));
  }

  function end(tenantId: TenantId, target: KeyTarget, state: 'closed' | 'destroyed'): KeyRecord[] {
    const now = new Date();
    const name = nameOfTarget(target);
    if (!newestOf(tenantId, name)) rows.push(tombstone(tenantId, name, now));
    const hit = of(tenantId).filter((row) => matches(row, target));
    for (const row of hit) {
      if (row.state === 'open') Object.assign(row, { state: 'closed', closedAt: now });
      if (state === 'destroyed' && row.state !== 'destroyed')
        Object.assign(row, { state, wrapped: null, destroyedAt: now });
    }
    return hit.map(copy);
  }

  return {
    newest: async (tenantId, names) => names.flatMap((name) => newestOf(tenantId, name) ?? []).map(copy),
    byIds: async (tenantId, keyIds) =>
      of(tenantId)
        .filter((row) => keyIds.includes(row.keyId))
        .map(copy),
    async insert(tenantId, keys) {
      for (const key of keys)
        if (!refuses(tenantId, key))
          rows.push({ ...key, tenantId, state: 'open', createdAt: new Date(), closedAt: null, destroyedAt: null });
    },
    close: async (tenantId, target) => end(tenantId, target, 'closed'),
    destroy: async (tenantId, target) => end(tenantId, target, 'destroyed'),
    of: async (tenantId, target) =>
      of(tenantId)
        .filter((row) => matches(row, target))
        .map(copy),
    destroyListed: async (keys) => keys.filter((key) => endListed(rows, key)).length,
    monthsBefore: async (tenantId, query) => monthsAmong(of(tenantId), query),
    ...rotating(rows),
  };
}

/** Returns whether the key was not destroyed before. */
function endListed(rows: KeyRecord[], { tenantId, keyId, masterVersion, ...name }: ListedKey): boolean {
  const now = new Date();
  const row = rows.find((candidate) => candidate.tenantId === tenantId && candidate.keyId === keyId);
  if (row?.state === 'destroyed') return false;
  if (row) {
    Object.assign(row, { state: 'destroyed', wrapped: null, closedAt: row.closedAt ?? now, destroyedAt: now });
    return true;
  }
  const taken = rows.some(
    (one) => one.tenantId === tenantId && nameKey(one) === nameKey(name) && one.generation === name.generation,
  );
  if (taken) return false;
  const { kind, id, month, generation } = name;
  const made = { ...tombstone(tenantId, { kind, id, month }, now), keyId, generation, masterVersion };
  rows.push({ ...made, state: 'destroyed', destroyedAt: now });
  return true;
}

/** What concerns the master key. */
function rotating(rows: KeyRecord[]): Pick<KeyStore, 'sawMasterKey' | 'masterKeys' | 'wrappedOtherwise' | 'rewrap'> {
  const masters = new Map<string, Date>();
  return {
    async sawMasterKey(version) {
      if (!masters.has(version)) masters.set(version, firstUse(rows, version) ?? new Date());
    },
    async masterKeys() {
      const used = rows.filter((row) => row.wrapped).map((row) => row.masterVersion as string);
      return [...new Set([...masters.keys(), ...used])]
        .map((version) => ({
          version,
          firstSeenAt: masters.get(version) ?? firstUse(rows, version) ?? new Date(),
          wrapped: used.filter((one) => one === version).length,
        }))
        .sort((a, b) => a.firstSeenAt.getTime() - b.firstSeenAt.getTime() || (a.version < b.version ? -1 : 1));
    },
    wrappedOtherwise: async (version, limit) =>
      rows
        .filter((row) => row.wrapped && row.masterVersion !== version)
        .slice(0, limit)
        .map(copy),
    async rewrap(changes) {
      let count = 0;
      for (const { keyId, from, wrapped, masterVersion } of changes) {
        const row = rows.find((candidate) => candidate.keyId === keyId);
        if (!row?.wrapped?.equals(from)) continue;
        Object.assign(row, { wrapped, masterVersion });
        count += 1;
      }
      return count;
    },
  };
}

function firstUse(rows: readonly KeyRecord[], version: string): Date | undefined {
  const times = rows.filter((row) => row.masterVersion === version).map((row) => row.createdAt.getTime());
  return times.length > 0 ? new Date(Math.min(...times)) : undefined;
}

function matches(row: KeyRecord, target: KeyTarget): boolean {
  if (target.kind === 'tenant') return true;
  if (target.kind === 'thread') return (row.kind === 'thread' || row.kind === 'thread_month') && row.id === target.id;
  return nameKey(row) === nameKey(nameOfTarget(target));
}

function tombstone(tenantId: TenantId, name: KeyName, now: Date): KeyRecord {
  const nothing = { wrapped: null, masterVersion: null, destroyedAt: null };
  return {
    ...name,
    ...nothing,
    tenantId,
    keyId: randomUUID(),
    generation: 1,
    state: 'closed',
    createdAt: now,
    closedAt: now,
  };
}

function copy(row: KeyRecord): KeyRecord {
  return { ...row };
}
