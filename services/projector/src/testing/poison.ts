import { encodeEvent, TAKES_RIGHTS, type ChatEvent, type OutgoingRecord } from '@threadlog/events';
import { partitionOfKey } from '@threadlog/events';

/** What stands in a log in place of an event. */
export interface Poison {
  /** Place among the events of the history. */
  at: number;
  kind: PoisonKind;
  record: OutgoingRecord;
  event: ChatEvent;
}

export const POISONS = ['unreadable', 'anonymous', 'missing', 'refused'] as const;
export type PoisonKind = (typeof POISONS)[number];

/** Beyond what a column of the read model holds, and within what a reader takes. */
const TOO_LARGE = 3_000_000_000;

/**
 * The event in a form that no projector can apply: one that it cannot read, with and without the headers that tell its type;
 * none at all, which leaves a gap; one that the store refuses. Null where the kind makes no sense: what takes something
 * away and leaves no trace cannot be known of.
 */
function poisoned(event: ChatEvent, at: number, kind: PoisonKind): Poison | null {
  const { key, value, headers } = encodeEvent(event);
  const { epoch: _epoch, ce_type: _type, ce_subject: _subject, ...anonymous } = headers;
  const given = { at, kind, event };
  if (TAKES_RIGHTS.has(event.event_type) && (kind === 'anonymous' || kind === 'missing')) return null;
  switch (kind) {
    case 'unreadable':
      return { ...given, record: { key, headers, value: value.subarray(0, value.length >> 1) } };
    case 'anonymous':
      return { ...given, record: { key, headers: { ...anonymous, epoch: '1' }, value: Buffer.from('?') } };
    case 'missing':
      // What no owner wrote is no event: the offset is taken, the version is not.
      return { ...given, record: { key, headers: anonymous, value } };
    case 'refused': {
      if (!('message_index' in event.data)) return null;
      const data = { ...event.data, message_index: TOO_LARGE };
      return { ...given, record: encodeEvent({ ...event, data } as ChatEvent) };
    }
  }
}

/** Poisons a history at some places, the same for the same seed. */
export function poisonHistory(events: readonly ChatEvent[], count: number, seed: number): Poison[] {
  const found = new Map<number, Poison>();
  for (let step = 0; found.size < count && step < 50 * count; step += 1) {
    const at = (seed * 7_919 + step * 104_729) % events.length;
    const poison = poisoned(events[at]!, at, POISONS[(seed + step) % POISONS.length]!);
    if (poison) found.set(at, poison);
  }
  return [...found.values()].sort((one, other) => one.at - other.at);
}

/** Offsets of the events in their partitions, when each is appended in turn. */
export function offsetsOf(events: readonly ChatEvent[], partitions: number): { partition: number; offset: number }[] {
  const ends = new Map<number, number>();
  return events.map((event) => {
    const partition = partitionOfKey(encodeEvent(event).key, partitions);
    const offset = ends.get(partition) ?? 0;
    ends.set(partition, offset + 1);
    return { partition, offset };
  });
}
