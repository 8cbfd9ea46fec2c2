import { decodeEvent, type ChatEvent, type TenantId } from '@threadlog/events';
import type { LogRecord } from '@threadlog/log';
import type { PresenterView } from '@threadlog/read-models';
import type { Dispatcher } from '../dispatcher';
import type { Delivery } from '../frames';
import type { Beginnings } from '../sync/beginnings';
import type { Views } from '../views';
import { headOf } from './records';

interface Wanted {
  event: ChatEvent;
  view: PresenterView;
}
/** A record that somebody waits for: as its event, or, where it cannot be read, or is of a kind not known here, nothing. */
export type Prepared = Wanted | 'unreadable' | 'unknown';

export interface Shown {
  event: ChatEvent;
  delivery: Delivery | null | 'lost';
}
/** What goes out for a record; null where nobody waits for it, `failed` where what was prepared is not enough. */
export type Outgoing = Shown | 'unreadable' | 'failed' | null;

export interface ShowingDeps {
  dispatcher: Pick<Dispatcher, 'wants' | 'show'>;
  views: Pick<Views, 'forEvents'>;
  beginnings: Pick<Beginnings, 'forEvents'>;
  onFault(record: LogRecord, cause: unknown): void;
}

/** How records become what goes out: what showing them needs is waited for, showing itself is not. */
export interface Showing {
  /** By offset, those of the records that somebody waits for now. Rejects when keys or profiles cannot be loaded. */
  prepare(records: readonly LogRecord[]): Promise<Map<number, Prepared>>;
  /** As things are in this turn. */
  show(given: Prepared | undefined, onFailure?: (cause: unknown) => void): Outgoing;
  parse(record: LogRecord): ChatEvent | 'unreadable' | 'unknown';
}

export function createShowing({ dispatcher, views, beginnings, onFault }: ShowingDeps): Showing {
  function parse(record: LogRecord): ReturnType<Showing['parse']> {
    const decoded = decodeEvent(record.value);
    if (decoded.kind === 'event') return decoded.event;
    if (decoded.kind !== 'undecodable') return 'unknown';
    onFault(record, new Error(decoded.reason));
    return 'unreadable';
  }

  return {
    parse,
    async prepare(records) {
      const prepared = new Map<number, Prepared>();
      const events = new Map<number, ChatEvent>();
      for (const record of records) {
        const head = headOf(record);
        if (!head || !dispatcher.wants(head)) continue;
        const found = parse(record);
        if (typeof found === 'string') prepared.set(record.offset, found);
        else events.set(record.offset, found);
      }
      if (events.size === 0) return prepared;
      const wanted = [...events.values()];
      const [byTenant]: [Map<TenantId, PresenterView>, void] = await Promise.all([
        views.forEvents(wanted),
        beginnings.forEvents(wanted),
      ]);
      for (const [offset, event] of events) prepared.set(offset, { event, view: byTenant.get(event.tenant_id)! });
      return prepared;
    },
    show(given, onFailure) {
      if (!given || given === 'unknown') return null;
      if (given === 'unreadable') return given;
      try {
        return { event: given.event, delivery: dispatcher.show(given.event, given.view) };
      } catch (cause) {
        onFailure?.(cause);
        return 'failed';
      }
    },
  };
}

export function lostOf(given: Prepared | undefined): Shown | null {
  return typeof given === 'object' ? { event: given.event, delivery: 'lost' } : null;
}
