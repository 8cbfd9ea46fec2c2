import { tenantId } from '@threadlog/events';
import { randomBytes, randomUUID } from 'node:crypto';
import type { KeyName, KeyStore, NewKey } from './keyStore';

/** Two handles on one empty store, as two processes have them. */
export interface KeyStorePair {
  store: KeyStore;
  other: KeyStore;
}

export const subject = (id: string): KeyName => ({ kind: 'subject', id, month: '' });
export const thread = (id: string): KeyName => ({ kind: 'thread', id, month: '' });
export const month = (id: string, of: string): KeyName => ({ kind: 'thread_month', id, month: of });
export const tenantKey: KeyName = { kind: 'tenant', id: '', month: '' };
export const newKey = (name: KeyName, generation = 1): NewKey => ({
  ...name,
  generation,
  keyId: randomUUID(),
  wrapped: randomBytes(60),
  masterVersion: 'one',
});

export const freshTenant = () => tenantId(randomUUID());
