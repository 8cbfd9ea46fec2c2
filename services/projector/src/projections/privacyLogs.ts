import type { ChatEvent } from '@threadlog/events';
import {
  deletionLogsTable,
  exportLogsTable,
  foldDeletion,
  foldExport,
  isExportEvent,
  privacyRequestOf,
  type DeletionLogRow,
  type ExportLogRow,
} from '@threadlog/read-models';
import { UNTOUCHED, type Projection, type RowRef } from './projection';

type RequestKey = Pick<ExportLogRow, 'tenant_id' | 'request_id'>;

function touched(event: ChatEvent, wanted: 'export' | 'deletion', first: string): RowRef<RequestKey>[] {
  const requestId = privacyRequestOf(event);
  if (requestId === null || isExportEvent(event) !== (wanted === 'export')) return UNTOUCHED;
  return [
    {
      key: { tenant_id: event.tenant_id, request_id: requestId },
      name: `${event.tenant_id}/${requestId}`,
      fresh: event.event_type === first,
    },
  ];
}

/** Requests for a person's data, for whoever has to account for them. */
export const exportLogs: Projection<ExportLogRow> = {
  table: exportLogsTable,
  remembered: false,
  touches: (event) => touched(event, 'export', 'CHAT_PRIVACY_EXPORT_REQUESTED'),
  fold: foldExport,
};

/** Erasures, asked for and carried out. */
export const deletionLogs: Projection<DeletionLogRow> = {
  table: deletionLogsTable,
  remembered: false,
  touches: (event) => touched(event, 'deletion', 'CHAT_PRIVACY_DELETION_REQUESTED'),
  fold: foldDeletion,
};
