import type { TenantId } from '@threadlog/events';
import { randomUUID } from 'node:crypto';
import { ExportStoreError } from './port';

/** Ends the names of files that are still being written; no object's name may. */
export const UNFINISHED = '.part';

/** One folder a tenant and a name in it. Neither begins with a dot, so no name leads out of its directory. */
const NAME = /^[A-Za-z0-9_%+-][\w.%+-]{0,399}\/[A-Za-z0-9_-][\w.%+-]{0,199}$/;

/** A name for the file of one attempt at a request; no attempt shares it. */
export function objectName(tenantId: TenantId, requestId: string): string {
  return `${tenantPrefix(tenantId)}${requestId}.${randomUUID()}.zip`;
}

/** What the names of a tenant's objects begin with. */
export function tenantPrefix(tenantId: TenantId): string {
  return `${encodeURIComponent(tenantId).replace(/^\./, '%2E')}/`;
}

/** Throws `invalid_name` on anything that `objectName` would not make. */
export function checkName(name: string): void {
  if (!isObjectName(name)) throw new ExportStoreError('invalid_name', 'not the name of an export file');
}

export function isObjectName(name: string): boolean {
  return NAME.test(name) && !name.endsWith(UNFINISHED);
}
