import type { TenantId } from '@threadlog/events';

/** Most keys of one `destroyListed`. */
export const MAX_LISTED = 1_000;

export const KEY_KINDS = ['subject', 'thread', 'thread_month', 'tenant'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** `open`: seals and opens. `closed`: only opens. `destroyed`: gone for ever, the row stays as proof. */
export type KeyState = 'open' | 'closed' | 'destroyed';

/**
 * What a key belongs to. A subject is a person, agent or the system: author and learner of the same id are the same
 * person and share one key, so erasing either erases both.
 */
export interface KeyName {
  kind: KeyKind;
  /** User or learner id, root thread id; empty for the tenant's own key. */
  id: string;
  /** `2026-11` for `thread_month`, else empty. */
  month: string;
}

/** A key as it stands in the store: wrapped by the master key, never in the clear. */
export interface KeyRecord extends KeyName {
  tenantId: TenantId;
  /** UUID. */
  keyId: string;
  /** 1, 2, … ; a later generation exists only after a readmission. */
  generation: number;
  /** Null once destroyed, and for keys that were closed before they were ever used. */
  wrapped: Buffer | null;
  /**
   * Version of the master key that wrapped it. Kept after destruction: backups may hold the wrapped bytes until that
   * version is destroyed too. Null for keys that never existed.
   */
  masterVersion: string | null;
  state: KeyState;
  createdAt: Date;
  closedAt: Date | null;
  destroyedAt: Date | null;
}

/** A key to be stored; it starts open. */
export interface NewKey extends KeyName {
  keyId: string;
  generation: number;
  wrapped: Buffer;
  masterVersion: string;
}

/** What to close or destroy. A thread takes its months with it, a tenant everything that is its own. */
export type KeyTarget =
  | { kind: 'subject'; id: string }
  | { kind: 'thread'; id: string }
  | { kind: 'thread_month'; id: string; month: string }
  | { kind: 'tenant' };

/** A key as the erasure list names it: enough to destroy it, and to stand for it where the store does not know it. */
export interface ListedKey extends KeyName {
  tenantId: TenantId;
  keyId: string;
  generation: number;
  masterVersion: string | null;
}

/** A version of the master key, as the store knows it. */
export interface MasterKeyRecord {
  version: string;
  /** When it first wrapped a key here, as far as is known. */
  firstSeenAt: Date;
  /** Keys, of any tenant, that are wrapped by it now. */
  wrapped: number;
}

export interface Rewrap {
  keyId: string;
  from: Buffer;
  wrapped: Buffer;
  masterVersion: string;
}

/** A root thread's month, by which its messages of that month are sealed. */
export interface ThreadMonth {
  /** Root thread id. */
  id: string;
  /** `2026-11`. */
  month: string;
}

/** Months before `before` (not included), in order of month and thread, behind `after` where it is given. */
export interface MonthQuery {
  before: string;
  after: ThreadMonth | null;
  limit: number;
}

/** Where wrapped keys live. Several processes use one store at once, and every method can be repeated. */
export interface KeyStore {
  /** The latest generation of each name, whatever its state; names without a key are left out. */
  newest(tenantId: TenantId, names: readonly KeyName[]): Promise<KeyRecord[]>;
  byIds(tenantId: TenantId, keyIds: readonly string[]): Promise<KeyRecord[]>;
  /**
   * Stores keys, leaving out those whose name has that generation or an open key already, and those below something
   * closed: a month of a closed thread, anything of a closed tenant. Read `newest` to see who won.
   */
  insert(tenantId: TenantId, keys: readonly NewKey[]): Promise<void>;
  /**
   * Closes the target's open keys; where it never had one, a closed row without a key takes the place, so that none
   * can be made later. Returns all keys of the target.
   */
  close(tenantId: TenantId, target: KeyTarget): Promise<KeyRecord[]>;
  /** Overwrites the target's wrapped keys; otherwise as `close`. Repeating it changes nothing. */
  destroy(tenantId: TenantId, target: KeyTarget): Promise<KeyRecord[]>;
  /** Months of threads whose newest key is not destroyed, oldest month first; see `MonthQuery`. */
  monthsBefore(tenantId: TenantId, query: MonthQuery): Promise<ThreadMonth[]>;
  /** All keys of the target, as they are; nothing is changed. */
  of(tenantId: TenantId, target: KeyTarget): Promise<KeyRecord[]>;
  /**
   * Overwrites exactly these keys; one that is not in the store gets a destroyed row, so that none can be made in its
   * place. Later generations are not touched. Returns how many were not destroyed before. One round trip each for what
   * is there and what is not; `MAX_LISTED` keys at most.
   */
  destroyListed(keys: readonly ListedKey[]): Promise<number>;
  /** Remembers that this version wraps keys from now on; the first time counts. */
  sawMasterKey(masterVersion: string): Promise<void>;
  /** Every version that was remembered or that still wraps a key, oldest first. */
  masterKeys(): Promise<MasterKeyRecord[]>;
  /** Keys of any tenant wrapped by another version than this, `limit` at most. */
  wrappedOtherwise(masterVersion: string, limit: number): Promise<KeyRecord[]>;
  /** Replaces wrapped keys that are still as they were; returns how many. */
  rewrap(changes: readonly Rewrap[]): Promise<number>;
}
