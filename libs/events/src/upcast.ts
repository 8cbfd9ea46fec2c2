import type { EventDefinition } from './catalogue';
import type { Decoded } from './codec';
import type { ChatEvent, ControlEvent } from './envelope';

/** Lifts a raw event to the current version of its type and checks what readers rely on. */
export function upcast(raw: Record<string, unknown>, definition: EventDefinition): Decoded {
  if (typeof raw.schema_version !== 'number' || raw.schema_version > definition.version) {
    return { kind: 'undecodable', reason: `schema_version ${String(raw.schema_version)} is not known` };
  }
  if (definition.stream === 'control') return { kind: 'control', event: raw as unknown as ControlEvent };
  return { kind: 'event', event: raw as unknown as ChatEvent };
}
