import { createHash } from 'node:crypto';
import type { Json, Sealed } from '@threadlog/events';
import type { Sealing } from '@threadlog/sealing';

const hash = (...parts: string[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('base64url');

/** Seals nothing: the simulation is about order and loss, and compares texts. Deterministic. */
export function createPlainSealing(): Sealing {
  const sealer = {
    seal: (value: Json): Sealed => ({ sealed: `v1.${Buffer.from(JSON.stringify(value)).toString('base64url')}` }),
  };
  return {
    sealer: () => Promise.resolve(sealer),
    cachedSealer: () => sealer,
    prepare: () => Promise.resolve(),
    open: (_tenant, blob) => JSON.parse(Buffer.from(blob.sealed.slice(3), 'base64url').toString()) as Json,
    whyNot: () => 'erased',
    cachedAdmission: () => 'open',
    loadAdmission: () => Promise.resolve(),
    prepareTenant: () => Promise.resolve(),
    tenantHmac: (tenant, purpose, text) => hash(tenant, purpose, text),
    subjectHmac: (tenant, subject, purpose, text) => hash(tenant, subject, purpose, text),
  };
}
