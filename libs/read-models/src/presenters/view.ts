import {
  PLACEHOLDERS,
  streamName,
  type Json,
  type TextState,
  type Sealed,
  type StreamType,
  type TenantId,
} from '@threadlog/events';
import type { Opener } from '@threadlog/sealing';
import type { MessageRow, SealedText, ThreadRow, UserRow } from '../projections';

/** What others are shown of a user. */
export interface Profile {
  displayName: string | null;
  avatarUrl: string | null;
}

/** Opens what was prepared; one that cannot say why something did not open takes it for erased. */
export type ViewOpener = Pick<Opener, 'open'> & Partial<Pick<Opener, 'whyNot'>>;

/** Who looks, and with what: an opener that was prepared with the rows' blobs, and the profiles of the people in them. */
export interface PresenterView {
  opener: ViewOpener;
  profile(userId: string): Profile | undefined;
  viewerId: string;
  /** Ids of messages that what is shown refers to and that do not exist for the viewer: see `hiddenReplies`. */
  hidden: ReadonlySet<string>;
}

/** A user nobody synchronised, or whose profile is gone. */
export const NO_PROFILE: Profile = Object.freeze({ displayName: null, avatarUrl: null });

/** Where a sealed column came from: what its blob is bound to, but for the event id, which the blob carries itself. */
export interface SealedColumn {
  tenantId: TenantId;
  streamType: Extract<StreamType, 'thread' | 'user' | 'webhook' | 'agent'>;
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

/** A value as it can be shown, and why it cannot where it is there and does not open; then the value is null. */
export interface Readable<TValue> {
  value: TValue | null;
  state: TextState | null;
}

/** Opens a column for showing. This alone decides how text that cannot be read is told from text that is not there. */
export function readColumn<TValue extends Json>(
  opener: ViewOpener,
  text: SealedText,
  column: SealedColumn,
): Readable<TValue> {
  const value = openColumn(opener, text, column) as TValue | null | undefined;
  if (value !== undefined) return { value, state: null };
  return { value: null, state: opener.whyNot?.(column.tenantId, { sealed: text! }) ?? 'erased' };
}

/** A text, or what stands in its place. */
export function shownText({ value, state }: Readable<string>): string | null {
  return state === null ? value : PLACEHOLDERS[state];
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
