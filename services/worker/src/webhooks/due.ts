import type { ChatEvent, TenantId } from '@threadlog/events';
import type { LogRecord } from '@threadlog/log';
import { textIndexOf } from '../feed/deleted';
import { eventsIn } from '../feed/openEvents';
import type { Open } from '../feed/openTogether';
import { traceOf } from '@threadlog/service';
import { filteredBy, passes, wants, type ThreadFacts, type WebhookEndpoint } from './endpoints/endpoint';
import type { KnownThreads } from './endpoints/threadFacts';
import { laneOf, nameOf, webhookEvent, type WebhookEvent, type WebhookEventName } from './payload';

/** An event that is to be told, and where it stands. */
export interface Due {
  partition: number;
  offset: number;
  lane: string;
  event: WebhookEvent;
  /** Of the message whose text is told, in its thread; null where none is. */
  messageIndex: number | null;
  /** About what it takes in memory. */
  bytes: number;
  /** What it is part of, where that is traced. */
  trace: string | undefined;
  /** When its texts were opened, by `performance.now()`. */
  openedAt: number;
}

/** Who is told: whatever has an endpoint. */
interface Told {
  readonly endpoint: WebhookEndpoint;
}

export interface DueDeps {
  threads: KnownThreads;
  open: Open;
}

/**
 * What texts were opened for is sent soon: who is erased meanwhile must not be told of for as long as a slow receiver
 * takes for what comes before.
 */
export const OPEN_FOR_MS = 2_000;

interface Found<T> {
  record: LogRecord;
  name: WebhookEventName;
  event: ChatEvent;
  by: T[];
}

/** Of whom an outlet is told: its tenant alone, whatever else lies beside that in the log. */
export function onlyOf<T extends Told & { readonly tenantId: TenantId }>(
  outlet: T,
): (tenantId: TenantId) => readonly T[] {
  return (tenantId) => (tenantId === outlet.tenantId ? [outlet] : []);
}

/** What of these records is to be told, and whom of those that `toldOf` names, in order of the log. Only that is opened. */
export async function dueOf<T extends Told>(
  deps: DueDeps,
  records: readonly LogRecord[],
  toldOf: (tenantId: TenantId) => readonly T[],
): Promise<{ due: Due; by: T[] }[]> {
  const wanted = records.flatMap((record) => wantedOf(deps, record, toldOf));
  const byTenant = Map.groupBy(wanted, ({ event }) => event.tenant_id);
  const opened = await Promise.all([...byTenant].map(([tenantId, found]) => openFound(deps, tenantId, found)));
  return opened.flat().sort((one, other) => one.due.offset - other.due.offset);
}

/** Records of tenants that nobody is told of are not even decoded. */
function wantedOf<T extends Told>(
  { threads }: DueDeps,
  record: LogRecord,
  toldOf: (tenantId: TenantId) => readonly T[],
): Found<T>[] {
  const told = toldOf(tenantOf(record));
  if (told.length === 0) return [];
  return eventsIn([record]).flatMap((event) => {
    threads.heard(event);
    const name = nameOf(event);
    if (name === null) return [];
    const by = told.filter(({ endpoint }) => wants(endpoint, name, event.timestamp));
    return by.length === 0 ? [] : [{ record, name, event, by }];
  });
}

/** The key of a record begins with its tenant. */
function tenantOf({ key }: LogRecord): TenantId {
  const end = key.indexOf('/');
  return (end < 0 ? key : key.slice(0, end)) as TenantId;
}

async function openFound<T extends Told>(deps: DueDeps, tenantId: TenantId, wanted: Found<T>[]) {
  const found = await filtered(deps, tenantId, wanted);
  const byEvent = new Map(found.map((one) => [one.event, one]));
  const events = await deps.open(tenantId, [...byEvent.keys()]);
  const openedAt = performance.now();
  return events.flatMap((opened) => {
    const event = webhookEvent(opened);
    if (!event) return [];
    const { record, by } = byEvent.get(opened.event)!;
    const place = { partition: record.partition, offset: record.offset };
    const messageIndex = textIndexOf(opened.event);
    const of = { lane: laneOf(opened.event), event, messageIndex, trace: traceOf(record) };
    const due = { ...place, ...of, bytes: record.value.length, openedAt };
    return [{ due, by }];
  });
}

async function filtered<T extends Told>(deps: DueDeps, tenantId: TenantId, wanted: Found<T>[]): Promise<Found<T>[]> {
  const asked = new Set<string>();
  for (const { event, by } of wanted) {
    const thread = by.some(({ endpoint }) => endpoint.filter) ? filteredBy(event) : null;
    if (thread !== null) asked.add(thread);
  }
  const facts: ReadonlyMap<string, ThreadFacts> = asked.size > 0 ? await deps.threads.of(tenantId, asked) : new Map();
  return wanted.flatMap((one) => {
    const thread = facts.get(filteredBy(one.event) ?? '');
    const by = one.by.filter(({ endpoint }) => passes(endpoint, one.name, thread));
    return by.length === 0 ? [] : [{ ...one, by }];
  });
}
