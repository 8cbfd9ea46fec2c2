import { problem, type TenantId } from '@threadlog/events';
import type { SyncReader } from './reader';

/** Where messages are, for commands that name a message without its thread. */
export interface MessagePlaces {
  /** Rejects with `not_found`. */
  threadOf(tenantId: TenantId, messageId: string): Promise<string>;
}

export interface MessagePlacesDeps {
  reader: SyncReader;
  /** The end of each partition of the log, by partition. */
  heads(): Promise<number[]>;
  /** Resolves when the projection has reached these offsets; rejects with `projection_lagging`. */
  projected(offsets: readonly number[]): Promise<void>;
}

/** A message that the read model does not have may be young: then the projection is waited for, once. */
export function createMessagePlaces({ reader, heads, projected }: MessagePlacesDeps): MessagePlaces {
  return {
    async threadOf(tenantId, messageId) {
      const found = await reader.threadOfMessage(tenantId, messageId);
      if (found !== null) return found;
      await projected(await heads());
      const later = await reader.threadOfMessage(tenantId, messageId);
      if (later === null) throw problem('not_found', 'No such message.');
      return later;
    },
  };
}
