import type { ChatEvent, TenantId } from '@threadlog/events';
import { createGathering } from '@threadlog/service';
import { openEvents, type OpenDeps, type OpenedEvent } from './openEvents';

/** Of a tenant's events those that may leave it, opened. */
export type Open = (tenantId: TenantId, events: readonly ChatEvent[]) => Promise<OpenedEvent[]>;

/** Questions about a tenant under way at a time. */
const AT_ONCE = 2;

interface Asked {
  events: readonly ChatEvent[];
  resolve(opened: OpenedEvent[]): void;
  reject(error: unknown): void;
}

/**
 * `openEvents` for many callers at once: partitions come one by one, each with an event or two, and what they ask at about
 * the same time about a tenant is one question to the stores. Each question is asked after it came here, so what has ended
 * by then is not told.
 */
export function createOpen(deps: OpenDeps): Open {
  const gather = createGathering<Asked>({
    atOnce: AT_ONCE,
    async handle(group, tenantId) {
      try {
        const all = group.flatMap(({ events }) => events);
        const opened = new Map((await openEvents(deps, tenantId as TenantId, all)).map((one) => [one.event, one]));
        for (const { events, resolve } of group) resolve(events.flatMap((event) => opened.get(event) ?? []));
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    },
  });
  return (tenantId, events) => new Promise((resolve, reject) => gather({ events, resolve, reject }, tenantId));
}
