import { definitionOf, type ChatEvent, type Json } from '@threadlog/events';
import type { PresenterView } from '@threadlog/read-models';

/** What stands in the place of a sealed text: commands never show one. */
export const SEALED = '(sealed)';

/** Shows rows to an operator: everything but what people wrote. */
export const MASKED_VIEW: PresenterView = {
  opener: { open: () => SEALED },
  profile: () => undefined,
  viewerId: '',
  hidden: new Set(),
};

/** The data of an event without what people wrote. Data of a type that is not known here is not shown at all. */
export function maskedData({ event_type, data }: ChatEvent): Json {
  const definition = definitionOf(event_type);
  if (!definition) return SEALED;
  const sealed: readonly string[] = definition.sealed ?? [];
  return Object.fromEntries(
    Object.entries(data as Record<string, Json>).map(([name, value]) => [
      name,
      sealed.includes(name) && value !== null ? SEALED : value,
    ]),
  );
}
