import { rootThreadId, type ChatEvent, type TenantId, type ThreadType } from '@threadlog/events';
import type { OpenWebhook } from '@threadlog/read-models';
import type { WebhookEventName } from '../payload';

/** A secret that signs, and until when; null while it is the newest. */
export interface EndpointSecret {
  value: string;
  until: Date | null;
}

/** Of which threads an endpoint is told; both have to fit. */
export interface ThreadFilter {
  learnerId: string | null;
  types: readonly ThreadType[] | null;
}

/** A receiver, as it was registered. */
export interface WebhookEndpoint {
  /** Stands in rows; never changes for one receiver, and is no other's. */
  key: string;
  id: string;
  /** Null for the operator's, which is told of all tenants. */
  tenantId: TenantId | null;
  url: string;
  events: ReadonlySet<WebhookEventName>;
  /** Null where it is told of all threads. */
  filter: ThreadFilter | null;
  payload: 'full' | 'thin';
  /** Newest first. */
  secrets: readonly EndpointSecret[];
  /** What happened before is not told; null: from when it is first seen on. */
  since: Date | null;
  enabled: boolean;
  /** Changes with every change of it; 0 for the operator's. */
  version: number;
}

/** Where endpoints come from. */
export interface EndpointSource {
  /** All of them, those that are switched off too. */
  list(): Promise<readonly WebhookEndpoint[]>;
}

/** No id of a tenant. */
export const OPERATORS_KEY = '*';

export function endpointKey(tenantId: TenantId | null, id: string): string {
  return tenantId === null ? OPERATORS_KEY : `${tenantId}/${id}`;
}

/** What an endpoint is told of one tenant stands in rows under one name: the operator's has one for each tenant. */
export function outletKey({ key }: Pick<WebhookEndpoint, 'key'>, tenantId: TenantId): string {
  return key === OPERATORS_KEY ? `${OPERATORS_KEY}/${tenantId}` : key;
}

/** Opened secrets as those of an endpoint. */
export function endpointSecrets({ secrets }: Pick<OpenWebhook, 'secrets'>): EndpointSecret[] {
  return secrets.map(({ secret, until }) => ({ value: secret, until: until === null ? null : new Date(until) }));
}

/** The secrets that sign at that time, newest first. */
export function secretsAt({ secrets }: Pick<WebhookEndpoint, 'secrets'>, now: Date): string[] {
  return secrets.filter(({ until }) => until === null || until > now).map(({ value }) => value);
}

/** What a thread is, as far as filters ask. */
export interface ThreadFacts {
  learnerId: string | null;
  type: ThreadType;
}

/** The thread by which an event is filtered: a sub-thread's is its root; null for an event of no thread. */
export function filteredBy({ data }: ChatEvent): string | null {
  return 'thread_id' in data ? rootThreadId(data.thread_id) : null;
}

/** What happens right after a registration may be dated before it, by another machine: it is told all the same. */
const CLOCKS_DIFFER_MS = 100;

/** Whether something happened since a registration. */
export function happenedSince(since: Date, happenedAt: string): boolean {
  return Date.parse(happenedAt) >= since.getTime() - CLOCKS_DIFFER_MS;
}

/** Whether an endpoint asked for an event, its thread aside. */
export function wants({ events, since }: WebhookEndpoint, name: WebhookEventName, happenedAt: string): boolean {
  return events.has(name) && (since === null || happenedSince(since, happenedAt));
}

/**
 * Whether an event passes an endpoint's filter. Who was erased is told to all, since their copies have to go; nothing else
 * that belongs to no thread passes a filter, and nothing of a thread that nobody knows.
 */
export function passes({ filter }: WebhookEndpoint, name: WebhookEventName, thread: ThreadFacts | undefined): boolean {
  if (!filter || name === 'privacy.erased') return true;
  if (!thread) return false;
  const { learnerId, types } = filter;
  return (learnerId === null || learnerId === thread.learnerId) && (types === null || types.includes(thread.type));
}
