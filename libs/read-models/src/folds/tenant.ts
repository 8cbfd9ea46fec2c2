import type { ChatEvent, EventOf, TenantId } from '@threadlog/events';
import type { TenantRow } from '../rows';

/** A tenant of which nothing was ever said. */
export function plainTenant(tenantId: TenantId): TenantRow {
  return { tenant_id: tenantId, retention_days: null, retention_default: true, holds: [], erasing: [], version: 0 };
}

/** The tenant's row after an event of its own stream; the one fold of it. A second delivery changes nothing. */
export function foldTenant(row: TenantRow | null, event: ChatEvent): TenantRow | null {
  const fold = FOLDS[event.event_type];
  if (!fold || (row && event.stream_version <= row.version)) return row;
  const next = { ...(row ?? plainTenant(event.tenant_id)), version: event.stream_version };
  fold(next, event as never);
  return next;
}

type Fold<T extends ChatEvent['event_type']> = (row: TenantRow, event: EventOf<T>) => void;

const FOLDS: { [T in ChatEvent['event_type']]?: Fold<T> } = {
  CHAT_LEGAL_HOLD_SET(row, { data, actor, timestamp }) {
    row.holds = [...row.holds, { ...data, set_by: actor.id, set_at: timestamp }];
  },
  CHAT_LEGAL_HOLD_RELEASED(row, { data }) {
    row.holds = row.holds.filter((hold) => hold.hold_id !== data.hold_id);
  },
  CHAT_RETENTION_SET(row, { data }) {
    row.retention_days = data.days;
    row.retention_default = data.uses_default;
  },
  CHAT_ERASURE_BEGUN(row, { data }) {
    row.erasing = [...row.erasing, { request_id: data.request_id, subject: data.subject }];
  },
  CHAT_ERASURE_ENDED(row, { data }) {
    row.erasing = row.erasing.filter((erasure) => erasure.request_id !== data.request_id);
  },
};
