import { decodeEvent, encodeControl, problem, type ChatEvent, type ControlEvent } from '@threadlog/events';
import type { Appender, EventLog, LogRecord } from '@threadlog/log';
import { microIso, type Clock } from '../clock';
import type { KnownLength, LogLoss } from '@threadlog/read-models';
import { OWN_ACKS, type AckedLengths } from './ackedLengths';
import { createOverlay, MAX_OVERLAY_EVENTS, type Overlay } from '../streams/overlay';
import type { Checkpoint, ReadModel } from '../streams/ports';
import type { Lease, LogLengths } from './ports';

export interface TakeOverDeps {
  log: EventLog;
  appender: Appender;
  readModel: ReadModel;
  lengths: Pick<LogLengths, 'known'>;
  acked: AckedLengths;
  clock: Clock;
  ownerId: string;
  newEventId(): string;
}

/**
 * Ready to serve with this overlay, from the offset `next` on, before which readers have seen no higher epoch than
 * `maxEpoch`; or a higher epoch than the lease's stands in the log and the lease must be raised above it; or the log ends
 * before what is known of it.
 */
export type TakeOver =
  | { kind: 'ready'; overlay: Overlay; maxEpoch: number; next: number }
  | { kind: 'outdone'; epoch: number }
  | { kind: 'lost'; loss: LogLoss };

/**
 * What a new owner does before it serves. The marker comes first: once it stands in the log, nothing of an earlier
 * owner that is appended later counts. Only then is the log read, from the projector's checkpoint (taken with its
 * highest epoch in one statement) up to the marker: with the rows, that is everything that counts before this epoch.
 *
 * Before all that, and once more by where the marker comes to stand, the log must be as long as anybody knows it to have
 * been. What is known is asked for first: the log only grows, so a sound one is never found short.
 */
export async function takeOver(deps: TakeOverDeps, lease: Lease): Promise<TakeOver> {
  const { partition } = lease;
  const known = await knownLength(deps, partition);
  const lost = (head: number): TakeOver => ({
    kind: 'lost',
    loss: { partition, head, known: known.offset, knownBy: known.by },
  });
  if (deps.log.replicas === 1) {
    const head = await deps.log.head(partition);
    if (head < known.offset) return lost(head);
  }
  const marker = await appendMarker(deps, lease);
  if (marker < known.offset) return lost(marker);
  const checkpoints = await deps.readModel.checkpoints();
  const from = checkpoints.get(lease.partition) ?? { nextOffset: 0, maxEpoch: 0 };
  return readOverlay(deps, lease, from, marker + 1);
}

async function knownLength({ lengths, acked }: TakeOverDeps, partition: number): Promise<KnownLength> {
  const stored = (await lengths.known()).get(partition) ?? { offset: 0, by: 'nobody' };
  const own = acked.of(partition);
  return own > stored.offset ? { offset: own, by: OWN_ACKS } : stored;
}

async function appendMarker(deps: TakeOverDeps, lease: Lease): Promise<number> {
  const event: ControlEvent = {
    event_id: deps.newEventId(),
    event_type: 'CHAT_PARTITION_OWNED',
    schema_version: 1,
    epoch: lease.epoch,
    timestamp: microIso(deps.clock.wallMicros()),
    data: { partition: lease.partition, epoch: lease.epoch, owner_id: deps.ownerId },
  };
  const { baseOffset } = await deps.appender.append(lease.partition, [encodeControl(event)]);
  return baseOffset;
}

async function readOverlay(deps: TakeOverDeps, lease: Lease, from: Checkpoint, to: number): Promise<TakeOver> {
  const overlay = createOverlay(from.nextOffset);
  let maxEpoch = from.maxEpoch;
  const start = { offset: from.nextOffset, maxEpoch: from.maxEpoch };
  if (start.offset < to) {
    const discarded = await deps.readModel.discarded(lease.partition);
    for await (const batch of deps.log.read(lease.partition, start, to)) {
      maxEpoch = batch.next.maxEpoch;
      for (const record of batch.records) {
        const event = countedEvent(record, discarded);
        if (event) overlay.add(event, record.offset);
      }
      if (overlay.size() > MAX_OVERLAY_EVENTS) {
        throw problem('overloaded', `The read model is more than ${MAX_OVERLAY_EVENTS} events behind the log.`);
      }
    }
  }
  if (maxEpoch > lease.epoch) return { kind: 'outdone', epoch: maxEpoch };
  return { kind: 'ready', overlay, maxEpoch, next: to };
}

/**
 * The event of a record that counts in its stream. What does not decode is quarantined by the projector and its stream
 * parked: no state rests on it. A type of a newer build is an event all the same: it has taken its version, and the folds
 * pass over the rest. So it is with one that an operator has discarded: no fold knows its type.
 */
function countedEvent(record: LogRecord, discarded: ReadonlySet<number>): ChatEvent | null {
  const decoded = decodeEvent(record.value);
  if (decoded.kind === 'unknown') return decoded.event as ChatEvent | null;
  if (decoded.kind !== 'event') return null;
  if (!discarded.has(record.offset)) return decoded.event;
  const hollow = { event_type: 'CHAT_RECORD_DISCARDED', idempotency: null, data: {} };
  return { ...decoded.event, ...hollow } as unknown as ChatEvent;
}
