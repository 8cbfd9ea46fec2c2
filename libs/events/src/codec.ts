import { CATALOGUE, type EventType } from './catalogue';
import type { ChatEvent, ControlEvent } from './envelope';
import { createReader } from './reader';
import { controlKey, recordKey } from './streams';
import { UPCASTERS } from './upcast';

/** A record of the events topic, before it has a place: what a producer sends. */
export interface OutgoingRecord {
  key: string;
  value: Buffer;
  headers: Record<string, string>;
}

/** Encodes an event with its CloudEvents (binary mode) headers. The epoch stands in the body and as a header. */
export function encodeEvent(event: ChatEvent, traceparent?: string): OutgoingRecord {
  const headers: Record<string, string> = {
    epoch: String(event.epoch),
    'content-type': 'application/json',
    ce_specversion: '1.0',
    ce_id: event.event_id,
    ce_type: event.event_type,
    ce_source: '/threadlog/command-api',
    ce_subject: `${event.stream_type}/${event.stream_id}`,
    ce_time: event.timestamp,
    ce_dataschema: dataSchemaUri(event.event_type, event.schema_version),
    ce_tenantid: event.tenant_id,
  };
  if (traceparent) headers.traceparent = traceparent;
  // What a user reads or prefers concerns those who follow the thread; a legal hold on one does not.
  if (event.stream_type === 'user' && 'thread_id' in event.data) headers.thread_id = event.data.thread_id;
  const key = recordKey({ tenantId: event.tenant_id, type: event.stream_type, id: event.stream_id });
  return { key, value: Buffer.from(JSON.stringify(event)), headers };
}

/** Encodes a control event; it belongs to the partition named in its data. */
export function encodeControl(event: ControlEvent): OutgoingRecord {
  return {
    key: controlKey(event.data.partition),
    value: Buffer.from(JSON.stringify(event)),
    headers: {
      epoch: String(event.epoch),
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: event.event_id,
      ce_type: event.event_type,
      ce_source: '/threadlog/command-api',
      ce_subject: `control/${event.data.partition}`,
      ce_time: event.timestamp,
      ce_dataschema: dataSchemaUri(event.event_type, event.schema_version),
    },
  };
}

/** Relative URI of the committed JSON Schema of an event version, below `schemas/`. */
export function dataSchemaUri(type: EventType, version: number): string {
  return `events/${type}.v${version}.json`;
}

/** Decodes a record value; tolerant of unknown fields and types, upcast to the current version of its type. */
export const decodeEvent = createReader(CATALOGUE, UPCASTERS);
