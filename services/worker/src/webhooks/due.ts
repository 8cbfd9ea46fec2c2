import type { ChatEvent, TenantId } from '@threadlog/events';
import type { LogRecord } from '@threadlog/log';
import { eventsIn, type OpenedEvent } from '../feed/openEvents';
import { laneOf, nameOf, webhookEvent, type WebhookEvent, type WebhookEventName } from './payload';

/** An event that an endpoint is to be told, and where it stands. */
export interface Due {
  partition: number;
  offset: number;
  lane: string;
  event: WebhookEvent;
}

export interface DueDeps {
  /** What the endpoint asked for. */
  wanted: ReadonlySet<WebhookEventName>;
  /** Of a tenant's events those that may leave it, opened. */
  open(tenantId: TenantId, events: readonly ChatEvent[]): Promise<OpenedEvent[]>;
}

/**
 * What texts were opened for is sent soon: who is erased meanwhile must not be told of for as long as a slow receiver
 * takes for what comes before.
 */
export const OPEN_FOR_MS = 2_000;

/** What of these records an endpoint is to be told, in order of the log. Only that is opened. */
export async function dueOf({ wanted, open }: DueDeps, records: readonly LogRecord[]): Promise<Due[]> {
  const places = new Map<ChatEvent, LogRecord>();
  for (const record of records) {
    for (const event of eventsIn([record])) {
      const name = nameOf(event);
      if (name !== null && wanted.has(name)) places.set(event, record);
    }
  }
  const byTenant = Map.groupBy(places.keys(), ({ tenant_id }) => tenant_id);
  const opened = await Promise.all([...byTenant].map(([tenantId, events]) => open(tenantId, events)));
  return opened
    .flat()
    .flatMap((one) => dueFrom(one, places.get(one.event)!))
    .sort((one, other) => one.offset - other.offset);
}

function dueFrom(opened: OpenedEvent, { partition, offset }: LogRecord): Due[] {
  const event = webhookEvent(opened);
  return event ? [{ partition, offset, lane: laneOf(opened.event), event }] : [];
}
