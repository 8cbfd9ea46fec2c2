import type { DeletionLogRow, ExportLogRow } from '../projections';

/** The rows of the two logs of privacy requests, by log. */
export interface PrivacyLogRows {
  chat_export_logs: ExportLogRow;
  chat_deletion_logs: DeletionLogRow;
}
export type PrivacyLogName = keyof PrivacyLogRows;

/**
 * The logs of privacy requests as a message store keeps them beside the messages, for whoever accounts for that store.
 * Of one generation; a copy, never read by decisions. Written before the checkpoint moves, like messages.
 */
export interface PrivacyLogs {
  /** Writes whole rows, at most one a request; a stored row of the same or a higher version stays. Durable when it resolves. */
  apply<Name extends PrivacyLogName>(log: Name, rows: readonly PrivacyLogRows[Name][]): Promise<void>;
  /** Every row, in the order of tenant and request. */
  all<Name extends PrivacyLogName>(log: Name): AsyncIterable<PrivacyLogRows[Name]>;
}
