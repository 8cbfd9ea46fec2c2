import type { LogBatch, LogRecord } from '@threadlog/log';
import { isTracing, tellSpan } from '@threadlog/service';
import { setImmediate } from 'node:timers/promises';
import type { Dispatcher } from './dispatcher';
import type { Beginnings } from '../sync/beginnings';
import type { References } from '../sync/references';
import type { SubjectErased } from '../signals/erasureListener';
import type { Withdrawals } from '../sync/withdrawals';
import type { Views } from '../views';
import { headOf, type RecordHead } from '../records';
import type { Ring } from '../log/ring';
import { createShowing, lostOf, type Outgoing, type Shown } from './showing';

export interface DispatchDeps {
  ring: Ring;
  dispatcher: Dispatcher;
  views: Pick<Views, 'forEvents' | 'forgetProfile'>;
  beginnings: Pick<Beginnings, 'forEvents'>;
  references: Pick<References, 'forEvents'>;
  withdrawals: Withdrawals;
  /** Does what an erasure does here, in its own turn. */
  onErased(event: SubjectErased): void;
  /** Told of records that cannot be shown; they are passed over. */
  onFault(fault: { partition: number; offset: number; cause: unknown }): void;
  /** Called after the dispatch position moved. */
  onProgress(): void;
}

/** Milliseconds of dispatching after which other work of the process has its turn. */
const TURN_MS = 8;

/**
 * Handles the batches of one partition. Keys, profiles and where sub-threads begin are loaded first, for all events
 * somebody waits for; then each record is asked for again, dispatched and taken into the ring in one turn. A room may
 * have got its first member in between: then its event is prepared alone, before its turn. So is one that cannot be shown
 * with what was prepared (a key that was let go of, or used too long); if that does not help, its room is told `resync`.
 * Rejects when keys or profiles cannot be loaded: the batch comes again, and what was dispatched is passed over.
 */
export function createBatchDispatch(deps: DispatchDeps): (batch: LogBatch) => Promise<void> {
  const { ring, dispatcher, views } = deps;
  const fault = ({ partition, offset }: LogRecord, cause: unknown) => deps.onFault({ partition, offset, cause });
  const { prepare, show, parse } = createShowing({ ...deps, onFault: fault });

  /** One that cannot be parsed leaves keys to their age: they are gone within a minute all the same. */
  function erased(record: LogRecord): void {
    const event = parse(record);
    if (typeof event === 'object' && event.event_type === 'CHAT_PRIVACY_SUBJECT_ERASED') deps.onErased(event);
  }

  function take(record: LogRecord, head: RecordHead | null, shown: Shown | 'unreadable' | null): void {
    if (head?.streamType === 'user' && PROFILE_TYPES.has(head.type)) views.forgetProfile(head.tenantId, head.streamId);
    if (head?.type === 'CHAT_PRIVACY_SUBJECT_ERASED') erased(record);
    try {
      if (shown === 'unreadable') dispatcher.lose(head!, seqOf(head!));
      else if (shown) dispatcher.dispatch(shown.event, shown.delivery);
    } catch (cause) {
      fault(record, cause);
    }
    ring.push(record, head);
  }

  /** The seq of a record that cannot be read: streams have no gaps, so the one after the last, where that is known. */
  function seqOf({ tenantId, streamType, streamId }: RecordHead): number | null {
    const last = streamType === 'thread' ? ring.lastSeq(tenantId, streamId) : null;
    return last === null ? null : last + 1;
  }

  return async ({ records, next }) => {
    const tell = isTracing() ? tellFrames(Date.now()) : undefined;
    const fresh = records.filter(({ offset }) => offset >= ring.end);
    const prepared = await prepare(fresh);
    let turn = performance.now();
    for (const record of fresh) {
      const head = headOf(record);
      let wanted = prepared.get(record.offset);
      if (!wanted && head && dispatcher.wants(head)) wanted = (await prepare([record])).get(record.offset);
      let shown = show(wanted);
      if (shown === 'failed') {
        wanted = (await prepare([record])).get(record.offset);
        shown = show(wanted, (cause) => fault(record, cause));
      }
      take(record, head, shown === 'failed' ? lostOf(wanted) : shown);
      tell?.(record, shown);
      if (performance.now() - turn < TURN_MS) continue;
      deps.onProgress();
      await setImmediate();
      turn = performance.now();
    }
    ring.skipTo(next.offset);
    deps.onProgress();
  };
}

/** A span for each record of which something went out. */
function tellFrames(startedAt: number): (record: LogRecord, shown: Outgoing) => void {
  return (record, shown) => {
    if (shown === null || typeof shown === 'string' || !shown.delivery) return;
    const { partition, offset, headers } = record;
    const place = { 'threadlog.partition': partition, 'threadlog.offset': offset };
    tellSpan(record, { name: 'frame', startedAt, facts: { ...place, 'threadlog.event': headers.ce_type ?? '' } });
  };
}

const PROFILE_TYPES: ReadonlySet<string> = new Set(['CHAT_USER_SYNCED', 'CHAT_USER_REMOVED']);
