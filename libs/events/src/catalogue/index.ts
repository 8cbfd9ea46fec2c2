import type { z } from 'zod';
import { agentRunEvents } from './agent';
import { controlEvents } from './control';
import type { EventDefinition } from './define';
import { messageEvents } from './message';
import { privacyEvents } from './privacy';
import { agentEvents } from './registration';
import { tenantEvents } from './tenant';
import { threadEvents } from './thread';
import { userEvents } from './user';
import { webhookEvents } from './webhook';
import type { ClearFields, SealedFieldName } from './values';

/** Every event type of the log, in its current version. */
export const CATALOGUE = {
  ...threadEvents,
  ...messageEvents,
  ...agentRunEvents,
  ...userEvents,
  ...privacyEvents,
  ...tenantEvents,
  ...webhookEvents,
  ...agentEvents,
  ...controlEvents,
};

export type Catalogue = typeof CATALOGUE;
export type EventType = keyof Catalogue;
export type EventData<T extends EventType> = z.infer<Catalogue[T]['data']>;

type SealedKeys<T extends EventType> = Catalogue[T]['sealed'][number];
type Clear<TData, TKeys extends SealedFieldName> = {
  [K in keyof TData]: K extends TKeys
    ? ClearFields[K & SealedFieldName] | Extract<TData[K], null | undefined>
    : TData[K];
};
/** Data as the domain decides it: the sealed fields still in the clear. */
export type ClearData<T extends EventType> = Clear<EventData<T>, SealedKeys<T>>;

/** An event as decided: type and clear data, before it is numbered, sealed and appended. */
export type Draft = { [T in EventType]: { type: T; data: ClearData<T> } }[EventType];

/** Definition of a type, or undefined for one this build does not know. */
export function definitionOf(type: string): EventDefinition | undefined {
  return Object.hasOwn(CATALOGUE, type) ? (CATALOGUE[type as EventType] as EventDefinition) : undefined;
}

export * from './values';
export { clientMessageIdSchema, emojiSchema } from './message';
export { modelNameSchema, type MessageRun } from './agent';
export type { EventDefinition } from './define';
