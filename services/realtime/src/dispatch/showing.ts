import { decodeEvent, type ChatEvent, type TenantId } from '@threadlog/events';
import type { LogRecord } from '@threadlog/log';
import type { PresenterView } from '@threadlog/read-models';
import type { Dispatcher } from './dispatcher';
import type { Delivery } from '../frames';
import type { Beginnings } from '../sync/beginnings';
import type { Withdrawals } from '../sync/withdrawals';
import type { References } from '../sync/references';
import type { Views } from '../views';
import { withdrawnIn, type IsWithdrawn } from './late';
import { headOf } from '../records';

interface Wanted {
  event: ChatEvent;
  view: PresenterView;
  /** It comes late and is about a message that is known to be deleted after it: only the deletion is told. */
  withdrawn: boolean;
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
  references: Pick<References, 'forEvents'>;
  withdrawals: Withdrawals;
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

export function createShowing({
  dispatcher,
  views,
  beginnings,
  references,
  withdrawals,
  onFault,
}: ShowingDeps): Showing {
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
      const [byTenant, isWithdrawn]: [Map<TenantId, PresenterView>, IsWithdrawn, void, void] = await Promise.all([
        views.forEvents(wanted),
        withdrawnIn(withdrawals, events),
        beginnings.forEvents(wanted),
        references.forEvents(wanted),
      ]);
      for (const [offset, event] of events) {
        const withdrawn = isWithdrawn(event, offset);
        prepared.set(offset, { event, view: byTenant.get(event.tenant_id)!, withdrawn });
      }
      return prepared;
    },
    show(given, onFailure) {
      if (!given || given === 'unknown') return null;
      if (given === 'unreadable') return given;
      try {
        const delivery = given.withdrawn ? null : dispatcher.show(given.event, given.view);
        return { event: given.event, delivery };
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
