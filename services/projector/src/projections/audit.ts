import { auditOf, auditTable, type AuditRow } from '@threadlog/read-models';
import { UNTOUCHED, type Projection } from './projection';

/** Who did what: a row an event, which nothing changes afterwards. */
export const audit: Projection<AuditRow> = {
  table: auditTable,
  remembered: false,
  touches(event) {
    const row = auditOf(event);
    if (!row) return UNTOUCHED;
    return [{ key: row, name: `${row.tenant_id}/${row.stream_type}/${row.stream_id}/${row.version}`, fresh: true }];
  },
  // The row was made to name it; the key carries it here.
  fold: (row, _event, { key }) => row ?? (key as AuditRow),
};
