import type { Json, Sealed, TenantId } from '@threadlog/events';

/**
 * What a text is sealed for. It can be opened only while all the keys named here exist: the author's, the thread's
 * (of the month, where `month` is given) and the learner's, if any. Profiles have an author only.
 */
export interface SealScope {
  tenantId: TenantId;
  /** The author: a user, an agent or the system; null for a thread's own title and metadata. */
  authorId: string | null;
  /** Root thread id; null for a profile. */
  threadId: string | null;
  /** `2026-11` for message text (an edit uses the month of its message); null for titles, metadata, profiles. */
  month: string | null;
  learnerId: string | null;
}

/** What a blob is bound to as additional data: opening it anywhere else fails. */
export interface SealTarget {
  /** `streamName` of the event's stream. */
  stream: string;
  eventId: string;
  field: string;
}

/**
 * Keys of one scope, loaded; seals synchronously, so that decide, seal and enqueue happen in one turn. Usable for ten
 * seconds at least after it was handed out, never for longer than a minute, and not once a key of it was forgotten:
 * then it throws, because what it sealed could be lost. Ask for it again with each command.
 */
export interface Sealer {
  seal(value: Json, target: SealTarget): Sealed;
}

/** Opens sealed values. `undefined` means that it cannot be read: `whyNot` tells why. */
export interface Opener {
  /** Loads the keys of these blobs in one query; those already cached cost nothing. */
  prepare(tenantId: TenantId, blobs: readonly (Sealed | null | undefined)[]): Promise<void>;
  /** Opens synchronously with prepared keys. Throws on a blob that was tampered with or whose keys were not prepared. */
  open(tenantId: TenantId, blob: Sealed, target: Omit<SealTarget, 'eventId'>): Json | undefined;
  /**
   * Why `open` gave nothing: a key it needs was destroyed, for ever; or the store does not have it, where a backup may
   * bring it back.
   */
  whyNot(tenantId: TenantId, blob: Sealed): 'erased' | 'key_missing';
}

/** Whether a person may be written about: `erased` from when the key is closed; `unknown` is not loaded, or too old. */
export type AdmissionOfSubjects = 'open' | 'erased' | 'unknown';

export interface Sealing extends Opener {
  /** A sealer for the scope, keys created where missing. Rejects with problem `subject_erased` when a key is closed or destroyed. */
  sealer(scope: SealScope): Promise<Sealer>;
  /** The sealer if it is cached, else undefined; for the hot path. */
  cachedSealer(scope: SealScope): Sealer | undefined;
  /**
   * What is known of these subjects together, without waiting: `erased` where any of them is, else `unknown` where
   * any is not at hand, else `open`. An answer is never older than the life of a key in a process.
   */
  cachedAdmission(tenantId: TenantId, subjectIds: readonly string[]): AdmissionOfSubjects;
  /**
   * Looks up what is not at hand, in one query. A subject without a key is open, and gets none by being asked about.
   * Rejects with problem `unavailable` when the key store does not answer.
   */
  loadAdmission(tenantId: TenantId, subjectIds: readonly string[]): Promise<void>;
  /** HMAC-SHA256 (base64url) under a key of the tenant; for idempotency keys and ids derived from them. */
  tenantHmac(tenantId: TenantId, purpose: string, text: string): string;
  /** Loads the tenant's own key; must precede `tenantHmac`. Rejects with problem `subject_erased` when it is destroyed. */
  prepareTenant(tenantId: TenantId): Promise<void>;
  /**
   * HMAC-SHA256 (base64url) under a subject's sealing key: it says nothing once that key is destroyed. A sealer of a
   * scope with this author must have been taken in the same turn, or just before.
   */
  subjectHmac(tenantId: TenantId, subjectId: string, purpose: string, text: string): string;
}
