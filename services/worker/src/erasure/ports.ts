import type { CommandRouter } from '@threadlog/commands';
import type { JsonObject, TenantId } from '@threadlog/events';
import type { EventLog } from '@threadlog/log';
import type { Database, MessageStore } from '@threadlog/read-models';
import type { KeyEvidence, KeyTarget } from '@threadlog/sealing';
import type { Logger } from '@threadlog/service';

/** What an erasure needs of the keys. Each step can be repeated; all of them reach the store, none a cache. */
export interface ErasureKeys {
  /** From here on nothing is sealed under the target's keys, elsewhere `letGoMs` later. */
  close(tenantId: TenantId, target: KeyTarget): Promise<unknown>;
  /**
   * Writes the target's keys down in the erasure list, then destroys them. Evidence about every key of the target, also
   * of those destroyed before.
   * @param reason Id of the request.
   */
  destroy(tenantId: TenantId, target: KeyTarget, reason: string): Promise<KeyEvidence[]>;
  /** The target's keys as they are in the store. */
  keysOf(tenantId: TenantId, target: KeyTarget): Promise<KeyEvidence[]>;
  /** Those of the keys that the erasure list does not name. */
  unlisted(tenantId: TenantId, keyIds: readonly string[]): Promise<string[]>;
  /**
   * When a version of the master key is due to be destroyed: keys that it wrapped are gone from backups, too, once it
   * is. Null where nothing is known of it.
   */
  masterKeyDue(version: string): Promise<Date | null>;
  /** After so many milliseconds a closed or destroyed key is out of use in every process. */
  readonly letGoMs: number;
}

/** The files of exports. A subject's id of null means all of the tenant's. */
export interface ErasureFiles {
  dropFor(tenantId: TenantId, subjectId: string | null): Promise<unknown>;
  countFor(tenantId: TenantId, subjectId: string | null): Promise<number>;
}

/** Signs a receipt: what comes back holds all of it, and a signature over all of it. */
export type SignReceipt = (receipt: JsonObject) => JsonObject | Promise<JsonObject>;

/** What an erasure is made of. */
export interface ErasureDeps {
  database: Database;
  log: Pick<EventLog, 'partitions' | 'head'>;
  messageStore(generation: number): MessageStore;
  router: CommandRouter;
  keys: ErasureKeys;
  files: ErasureFiles;
  signReceipt: SignReceipt;
  logger: Logger;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Milliseconds that a step waits for the read model or the index before it is put off; default 60,000. */
  projectionMs?: number;
  /** Milliseconds until a job that a legal hold stops is tried again; default 60,000. */
  holdRetryMs?: number;
}
