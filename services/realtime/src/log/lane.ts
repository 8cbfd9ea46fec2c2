import { decodeEvent, type ChatEvent, type TenantId } from '@threadlog/events';
import type { LogBatch, LogRecord } from '@threadlog/log';
import type { PresenterView } from '@threadlog/read-models';
import { setImmediate } from 'node:timers/promises';
import type { Dispatcher } from '../dispatcher';
import type { Beginnings } from '../sync/beginnings';
import type { SubjectErased } from '../signals/erasureNews';
import type { Views } from '../views';
import { headOf, type RecordHead } from './records';
import type { Ring } from './ring';

export interface LaneDeps {
  ring: Ring;
  dispatcher: Dispatcher;
  views: Pick<Views, 'forEvents' | 'forgetProfile'>;
  beginnings: Pick<Beginnings, 'forEvents'>;
  /** Does what an erasure does here, in its own turn. */
  onErased(event: SubjectErased): void;
  /** Told of records that cannot be shown; they are passed over. */
  onFault(fault: { partition: number; offset: number; cause: unknown }): void;
  /** Called after the dispatch position moved. */
  onProgress(): void;
}

/** Milliseconds of dispatching after which other work of the process has its turn. */
const TURN_MS = 8;

interface Wanted {
  event: ChatEvent;
  view: PresenterView;
}

/**
 * Handles the batches of one partition. Keys, profiles and where sub-threads begin are loaded first, for all events somebody waits for; then each
 * record is asked for again, dispatched and taken into the ring in one turn. A room may have got its first member in
 * between: then its event is prepared alone, before its turn.
 * Rejects when keys or profiles cannot be loaded: the batch comes again, and what was dispatched is passed over.
 */
export function createLane(deps: LaneDeps): (batch: LogBatch) => Promise<void> {
  const { ring, dispatcher, views, beginnings } = deps;

  async function prepare(records: readonly LogRecord[]): Promise<Map<number, Wanted>> {
    const events = new Map<number, ChatEvent>();
    for (const record of records) {
      const head = headOf(record);
      const event = head && dispatcher.wants(head) ? parse(record) : null;
      if (event) events.set(record.offset, event);
    }
    if (events.size === 0) return new Map();
    const wanted = [...events.values()];
    const [byTenant]: [Map<TenantId, PresenterView>, void] = await Promise.all([
      views.forEvents(wanted),
      beginnings.forEvents(wanted),
    ]);
    return new Map([...events].map(([offset, event]) => [offset, { event, view: byTenant.get(event.tenant_id)! }]));
  }

  function parse(record: LogRecord): ChatEvent | null {
    const decoded = decodeEvent(record.value);
    if (decoded.kind === 'undecodable') fault(record, new Error(decoded.reason));
    return decoded.kind === 'event' ? decoded.event : null;
  }

  function fault({ partition, offset }: LogRecord, cause: unknown): void {
    deps.onFault({ partition, offset, cause });
  }

  /** One that cannot be parsed leaves keys to their age: they are gone within a minute all the same. */
  function erased(record: LogRecord): void {
    const event = parse(record);
    if (event?.event_type === 'CHAT_PRIVACY_SUBJECT_ERASED') deps.onErased(event);
  }

  function take(record: LogRecord, head: RecordHead | null, wanted: Wanted | undefined): void {
    if (head?.streamType === 'user' && PROFILE_TYPES.has(head.type)) views.forgetProfile(head.tenantId, head.streamId);
    if (head?.type === 'CHAT_PRIVACY_SUBJECT_ERASED') erased(record);
    try {
      if (wanted) dispatcher.dispatch(wanted.event, wanted.view);
    } catch (cause) {
      fault(record, cause);
    }
    ring.push(record, head);
  }

  return async ({ records, next }) => {
    const fresh = records.filter(({ offset }) => offset >= ring.end);
    const prepared = await prepare(fresh);
    let turn = performance.now();
    for (const record of fresh) {
      const head = headOf(record);
      let wanted = prepared.get(record.offset);
      if (!wanted && head && dispatcher.wants(head)) wanted = (await prepare([record])).get(record.offset);
      take(record, head, wanted);
      if (performance.now() - turn < TURN_MS) continue;
      deps.onProgress();
      await setImmediate();
      turn = performance.now();
    }
    ring.skipTo(next.offset);
    deps.onProgress();
  };
}

const PROFILE_TYPES: ReadonlySet<string> = new Set(['CHAT_USER_SYNCED', 'CHAT_USER_REMOVED']);
