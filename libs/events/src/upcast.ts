import type { EventType } from './catalogue';

/** An event as it stands in the log, before anything is known of it but its type. */
export type RawEvent = Record<string, unknown> & { event_type: string; schema_version: number };

/** Lifts the data of an event by one version. Pure; the envelope is there to read, not to change. */
export type Upcaster = (data: Record<string, unknown>, event: Readonly<RawEvent>) => Record<string, unknown>;

/** By type, then by the version an upcaster starts from: `{ CHAT_X: { 1: toVersion2, 2: toVersion3 } }`. */
export type Upcasters = { readonly [type: string]: { readonly [fromVersion: number]: Upcaster } | undefined };

/**
 * The upcasters of the catalogue. A new version of a type adds its step here; steps are never removed, since the log
 * keeps every version for ever. A test holds the chain of every type to be whole.
 */
export const UPCASTERS: { readonly [T in EventType]?: { readonly [fromVersion: number]: Upcaster } } = {};

/** The event at the given version, or undefined where the chain has a gap. Does not touch the one it was given. */
export function upcast(event: RawEvent, version: number, upcasters: Upcasters): RawEvent | undefined {
  let current = event;
  while (current.schema_version < version) {
    const step = upcasters[event.event_type]?.[current.schema_version];
    if (!step) return undefined;
    const data = step(current.data as Record<string, unknown>, current);
    current = { ...current, data, schema_version: current.schema_version + 1 };
  }
  return current;
}
