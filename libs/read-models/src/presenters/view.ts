import { streamName, type Json, type Sealed, type StreamType, type TenantId } from '@threadlog/events';
import type { Opener } from '@threadlog/sealing';
import type { MessageRow, SealedText, ThreadRow, UserRow } from '../rows';

/** What others are shown of a user. */
export interface Profile {
  displayName: string | null;
  avatarUrl: string | null;
}

/** Who looks, and with what: an opener that was prepared with the rows' blobs, and the profiles of the people in them. */
export interface PresenterView {
  opener: Pick<Opener, 'open'>;
  profile(userId: string): Profile | undefined;
  viewerId: string;
}

/** A user nobody synchronised, or whose profile is gone. */
export const NO_PROFILE: Profile = Object.freeze({ displayName: null, avatarUrl: null });

/** Where a sealed column came from: what its blob is bound to, but for the event id, which the blob carries itself. */
export interface SealedColumn {
  tenantId: TenantId;
  streamType: Extract<StreamType, 'thread' | 'user'>;
  streamId: string;
  field: string;
}

/** Opens a column; null where it holds nothing, undefined where a key it needs was destroyed. */
export function openColumn(opener: Pick<Opener, 'open'>, text: SealedText, column: SealedColumn): Json | undefined {
  if (text === null) return null;
  const { tenantId, streamType, streamId, field } = column;
  const stream = streamName({ tenantId, type: streamType, id: streamId });
  return opener.open(tenantId, { sealed: text }, { stream, field });
}

type SealedRow =
  | Pick<MessageRow, 'content' | 'metadata' | 'attachments'>
  | Pick<ThreadRow, 'title' | 'metadata'>
  | Pick<UserRow, 'display_name' | 'avatar_url'>;

const SEALED_COLUMNS = ['content', 'title', 'metadata', 'attachments', 'display_name', 'avatar_url'] as const;

/** The blobs that presenting these rows will open: what `opener.prepare` must have seen. Former texts are not among them. */
export function sealedBlobsOf(rows: Iterable<SealedRow | null | undefined>): Sealed[] {
  const blobs: Sealed[] = [];
  for (const row of rows) {
    if (!row) continue;
    for (const column of SEALED_COLUMNS) {
      const text = (row as Partial<Record<(typeof SEALED_COLUMNS)[number], SealedText>>)[column];
      if (text) blobs.push({ sealed: text });
    }
  }
  return blobs;
}
