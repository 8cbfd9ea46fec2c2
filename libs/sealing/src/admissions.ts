import type { TenantId } from '@threadlog/events';
import { LRUCache } from 'lru-cache';
import type { Clock } from './clock';
import { createBatchLoader } from './keys/batch';
import type { Keyring } from './keys/keyring';
import type { KeySource } from './keys/keySource';
import type { AdmissionOfSubjects, Sealing } from './port';
import { nameKey, subjectName } from './keys/names';

export interface AdmissionsOptions {
  keyring: Pick<Keyring, 'named'>;
  source: Pick<KeySource, 'states'>;
  clock: Clock;
  marginMs: number;
  maxSubjects: number;
}

/** Whether subjects may be written about, from the states of their keys; the same life in memory as keys have. */
export interface Admissions {
  cached: Sealing['cachedAdmission'];
  load: Sealing['loadAdmission'];
  forget(keyIds: ReadonlySet<string>): void;
  sweep(): number;
}

interface Admitted {
  open: boolean;
  /** Undefined where the subject has no key yet. */
  keyId: string | undefined;
  expiresAt: number;
}

export function createAdmissions({ keyring, source, clock, marginMs, maxSubjects }: AdmissionsOptions): Admissions {
  const cache = new LRUCache<string, Admitted>({ max: maxSubjects });
  let forgotten = 0;

  /** Repeated when anything was forgotten meanwhile: the answer may be older than that. */
  async function read(tenantId: TenantId, subjectIds: string[]): Promise<void> {
    const before = forgotten;
    const { found, expiresAt } = await source.states(tenantId, subjectIds.map(subjectName));
    if (before !== forgotten) return read(tenantId, subjectIds);
    for (const id of subjectIds) {
      const key = found.get(nameKey(subjectName(id)));
      cache.set(`${tenantId}/${id}`, { open: !key || key.state === 'open', keyId: key?.keyId, expiresAt });
    }
  }

  const loadOne = createBatchLoader<string, void>(String, async (tenantId, subjectIds) => {
    await read(tenantId, subjectIds);
    return () => undefined;
  });

  function one(tenantId: TenantId, subjectId: string): AdmissionOfSubjects {
    // A key in use says the same, and authors' keys are in use anyway.
    const key = keyring.named(tenantId, subjectName(subjectId), marginMs);
    if (key) return key.state === 'open' ? 'open' : 'erased';
    const known = cache.get(`${tenantId}/${subjectId}`);
    if (!known || known.expiresAt - marginMs <= clock()) return 'unknown';
    return known.open ? 'open' : 'erased';
  }

  return {
    cached(tenantId, subjectIds) {
      const all = new Set(subjectIds.map((id) => one(tenantId, id)));
      if (all.has('erased')) return 'erased';
      return all.has('unknown') ? 'unknown' : 'open';
    },
    async load(tenantId, subjectIds) {
      const missing = subjectIds.filter((id) => one(tenantId, id) === 'unknown');
      await Promise.all(missing.map((id) => loadOne(tenantId, id)));
    },
    forget(gone) {
      forgotten += 1;
      // Who had no key when asked may be among those whose name was closed just now: the ids of keys do not tell.
      for (const [name, { keyId }] of [...cache.entries()])
        if (keyId === undefined || gone.has(keyId)) cache.delete(name);
    },
    sweep() {
      const now = clock();
      for (const [name, { expiresAt }] of [...cache.entries()]) if (expiresAt <= now) cache.delete(name);
      return cache.size;
    },
  };
}
