import {
  decodeEvent,
  definitionOf,
  emojiIdentity,
  isInFeeds,
  rootThreadId,
  streamName,
  type ChatEvent,
  type Json,
  type OutgoingRecord,
  type Sealed,
  type TenantId,
} from '@threadlog/events';
import type { LogRecord } from '@threadlog/log';
import { nameKey, SealingError, type KeyName, type SealingService } from '@threadlog/sealing';
import type { DeletedAmong } from './deleted';
import { feedRecord, peopleOf, tellsOfErasure } from './feedEvent';

export type FeedSealing = Pick<SealingService, 'prepare' | 'open' | 'whyNot' | 'endedAmong'>;

export interface OpenDeps {
  sealing: FeedSealing;
  deletedAmong: DeletedAmong;
  /** Hears of events that are not published, and why. */
  onWithheld(
    event: Pick<ChatEvent, 'event_id' | 'event_type' | 'tenant_id'>,
    reason: 'erased' | 'deleted' | 'unreadable',
  ): void;
}

/** The feed's records of a tenant's events, as far as they may be told. */
export async function feedRecords(
  deps: OpenDeps,
  tenantId: TenantId,
  records: readonly LogRecord[],
): Promise<OutgoingRecord[]> {
  const told = eventsIn(records).filter(({ event_type }) => isInFeeds(event_type));
  const opened = await openEvents(deps, tenantId, told);
  return opened.map(({ event, data }) => feedRecord(event, data));
}

/** What the records hold; those of unknown types and control records are left out. */
export function eventsIn(records: readonly LogRecord[]): ChatEvent[] {
  return records.flatMap(({ value }) => {
    const decoded = decodeEvent(value);
    return decoded.kind === 'event' ? [decoded.event] : [];
  });
}

/** An event and its data in the clear. */
export interface OpenedEvent {
  event: ChatEvent;
  data: Record<string, Json>;
}

/**
 * Of a tenant's events those that may leave it, in their order. Keys are asked of the store itself each time: from when
 * an erasure closes a person's key nothing by or about that person is told, whatever a cache could still open.
 */
export async function openEvents(
  { sealing, deletedAmong, onWithheld }: OpenDeps,
  tenantId: TenantId,
  events: readonly ChatEvent[],
): Promise<OpenedEvent[]> {
  const names = new Map(events.flatMap(keysBehind).map((name) => [nameKey(name), name]));
  const [ended, deleted] = await Promise.all([
    sealing.endedAmong(tenantId, [...names.values()]),
    deletedAmong(tenantId, events),
  ]);
  const allowed = events.filter((event) => {
    const erased = !tellsOfErasure(event) && keysBehind(event).some((name) => ended.has(nameKey(name)));
    if (erased) onWithheld(event, 'erased');
    else if (deleted.has(event)) onWithheld(event, 'deleted');
    return !erased && !deleted.has(event);
  });
  await prepareAll(sealing, tenantId, allowed);
  return allowed.flatMap((event) => {
    const data = opened(sealing, event);
    if (typeof data !== 'string') return [{ event, data }];
    onWithheld(event, data);
    return [];
  });
}

/** In one question; where one value is no blob at all, the others are asked for one by one. */
async function prepareAll(sealing: FeedSealing, tenantId: TenantId, events: readonly ChatEvent[]): Promise<void> {
  const blobs = events.flatMap((event) => sealedFields(event).map(([, blob]) => blob));
  try {
    await sealing.prepare(tenantId, blobs);
  } catch (error) {
    if (!isUnreadable(error) || blobs.length < 2) return ignoreUnreadable(error);
    for (const blob of blobs) await sealing.prepare(tenantId, [blob]).catch(ignoreUnreadable);
  }
}

/** Time does not mend a value that was tampered with, or whose keys the store does not know. */
function isUnreadable(error: unknown): boolean {
  return error instanceof SealingError && ['tampered', 'key_missing'].includes(error.code);
}

function ignoreUnreadable(error: unknown): void {
  if (!isUnreadable(error)) throw error;
}

/** The keys that must be there for an event to be told: its tenant's, its thread's, those of who it is by and about. */
function keysBehind(event: ChatEvent): KeyName[] {
  const people = peopleOf(event).map((id): KeyName => ({ kind: 'subject', id, month: '' }));
  const thread = 'thread_id' in event.data ? rootThreadId(event.data.thread_id) : null;
  return [
    { kind: 'tenant', id: '', month: '' },
    ...people,
    ...(thread === null ? [] : [{ kind: 'thread' as const, id: thread, month: '' }]),
  ];
}

function sealedFields({ event_type, data }: ChatEvent): [field: string, blob: Sealed][] {
  const fields = data as unknown as Record<string, Sealed | null | undefined>;
  return (definitionOf(event_type)?.sealed ?? []).flatMap((field) => {
    const blob = fields[field];
    return blob ? [[field, blob] as [string, Sealed]] : [];
  });
}

/** The event's data in the clear, or why it cannot be had. An event is told whole or not at all. */
function opened(sealing: FeedSealing, event: ChatEvent): Record<string, Json> | 'erased' | 'unreadable' {
  const { tenant_id: tenantId, stream_type: type, stream_id: id } = event;
  const data = { ...(event.data as Record<string, Json>) };
  if ('emoji' in event.data) data.emoji = emojiIdentity(event.data.emoji);
  const stream = streamName({ tenantId, type, id });
  try {
    for (const [field, blob] of sealedFields(event)) {
      const value = sealing.open(tenantId, blob, { stream, field });
      if (value === undefined) return sealing.whyNot(tenantId, blob) === 'erased' ? 'erased' : 'unreadable';
      data[field] = value;
    }
    return data;
  } catch (error) {
    ignoreUnreadable(error);
    return 'unreadable';
  }
}
