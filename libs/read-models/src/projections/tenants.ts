import type { ChatEvent, EventOf, HoldReason, Subject, TenantId } from '@threadlog/events';
import { boolean, integer, json, nullable, text } from '../tables/columns';
import { defineTable, type RowOf } from '../tables/table';
import { UNTOUCHED, type Projection } from './projection';

/** A legal hold on a person or on a thread. */
export interface LegalHold {
  hold_id: string;
  subject: Subject | null;
  held_thread_id: string | null;
  reason: HoldReason;
  reference: string | null;
  set_by: string;
  set_at: string;
}

/** What holds for a tenant as a whole; folded from its own stream. */
export const tenantsTable = defineTable({
  name: 'tenants',
  columns: {
    tenant_id: text<TenantId>(),
    /** Null: for ever, unless `retention_default`. */
    retention_days: nullable(integer()),
    /** True where the deployment's own setting applies. */
    retention_default: boolean(),
    holds: json<LegalHold[]>(),
    /** Erasures that began and are not over: no hold can be set against them any more. */
    erasing: json<{ request_id: string; subject: Subject }[]>(),
    version: integer(),
  },
  key: ['tenant_id'],
  guard: 'version',
  indexes: {
    tenants_held: { on: 'tenant_id', where: "holds <> '[]'::jsonb" },
    tenants_limited: { on: 'tenant_id', where: 'retention_days is not null' },
  },
});

export type TenantRow = RowOf<typeof tenantsTable>;

export const tenants: Projection<TenantRow> = {
  table: tenantsTable,
  remembered: false,
  touches: (event) =>
    event.stream_type === 'tenant'
      ? [{ key: { tenant_id: event.tenant_id }, name: event.tenant_id, fresh: event.stream_version === 1 }]
      : UNTOUCHED,
  fold: foldTenant,
};

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
