import { randomUUID } from 'node:crypto';
import {
  decodeSignal,
  encodeSignal,
  MAX_CLOSED_KEYS,
  partitionOfKey,
  type Signal,
  type SignalData,
  type SignalOf,
  type SignalType,
  type TenantId,
} from '@threadlog/events';
import type { Appender, EventLog, LogRecord, Subscription } from '@threadlog/log';
import type { SealingService } from '@threadlog/sealing';
import { aborted, until, type Logger, type Service } from '@threadlog/service';
import type { Runtime } from '../runtime';
import type { AuxiliaryTopic } from '../auxiliaryTopic';
import { createPresenceBoard, type PresenceBoard, type PresenceChange } from './presenceBoard';

/** The topic on which instances tell each other who is there, who types, and what agents are about to say. */
const TOPIC: AuxiliaryTopic = {
  name: 'chat.signals.v1',
  partitions: 4,
  retentionMs: 300_000,
  // Retention takes whole segments: without this, what was said days ago lies beside what is said now.
  segmentMs: 300_000,
};
/** Older signals read at the start, a partition: instances repeat themselves anyway. */
const REPLAYED = 20_000;
/** Signals waiting to be sent; further ones are dropped. */
const MAX_PENDING = 20_000;
const SWEEP_MS = 1_000;
const RETRY_MS = 500;

export interface SignalListener {
  typing?(signal: SignalOf<'TYPING'>): void;
  presence?(change: PresenceChange): void;
  /** Said since the start: workers repeat themselves. */
  draft?(signal: SignalOf<'AGENT_DRAFT'>): void;
}

/** What instances tell each other beside the events: nothing is numbered or kept, and anything may get lost. */
export interface Signals extends Service {
  readonly presence: PresenceBoard;
  /** Tells all instances, this one too. Dropped while the topic is out of reach. */
  publish<T extends SignalType>(tenantId: TenantId, type: T, data: SignalData<T>): void;
  /** The returned function ends it. */
  listen(listener: SignalListener): () => void;
}

export interface SignalsDeps extends Pick<Runtime, 'openTopic'> {
  logger: Pick<Logger, 'warn'>;
  /** Keys that end here are told to all; those that end elsewhere are dropped here. */
  sealing?: Pick<SealingService, 'forget' | 'onEnded'>;
  /** For processes that only have to hear which keys ended: the rest, which may be much, is passed over unread. */
  keysOnly?: boolean;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** How often words that ran out are looked for; milliseconds. */
  sweepMs?: number;
}

/** One of these serves all roles of a process. It works from when `run` has found the topic. */
export function createSignals(deps: SignalsDeps): Signals {
  const { openTopic, logger, sealing, keysOnly = false, now = Date.now, sweepMs = SWEEP_MS } = deps;
  const presence = createPresenceBoard({ now });
  const listeners = new Set<SignalListener>();
  const open: { topic?: EventLog; appender?: Appender | undefined } = {};
  const changed = (change: PresenceChange | null) => {
    if (change) listeners.forEach((listener) => listener.presence?.(change));
  };

  /** What was said before the start is as old as it says; the rest is as old as its arrival, whatever clocks say. */
  function take(signal: Signal, live: boolean): void {
    if (signal.signal_type === 'KEYS_CLOSED') return sealing?.forget(signal.data.key_ids);
    if (signal.signal_type === 'PRESENCE') {
      const said = Date.parse(signal.timestamp);
      return changed(presence.hear(signal.tenant_id, signal.data, live ? now() : Math.min(said, now())));
    }
    if (!live) return;
    if (signal.signal_type === 'AGENT_DRAFT') return listeners.forEach((listener) => listener.draft?.(signal));
    listeners.forEach((listener) => listener.typing?.(signal));
  }

  function publish<T extends SignalType>(tenantId: TenantId, type: T, data: SignalData<T>): void {
    const { topic, appender } = open;
    if (!topic || !appender || appender.pending >= MAX_PENDING) return;
    const record = encodeSignal(newSignal(tenantId, type, data, now()));
    appender.append(partitionOfKey(record.key, topic.partitions), [record]).catch(() => undefined);
  }

  function tellOfKeys(tenantId: TenantId, keyIds: readonly string[]): void {
    for (let at = 0; at < keyIds.length; at += MAX_CLOSED_KEYS)
      publish(tenantId, 'KEYS_CLOSED', { key_ids: keyIds.slice(at, at + MAX_CLOSED_KEYS) });
  }

  return {
    name: 'signals',
    presence,
    publish,
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async run(signal) {
      const topic = await openTopic(TOPIC).catch((error: unknown) => {
        if (signal.aborted) return undefined;
        throw error;
      });
      if (!topic) return;
      open.topic = topic;
      const subscription = await follow(topic, keysOnly ? ofKeys : () => true, take);
      const endTelling = sealing?.onEnded(tellOfKeys);
      const sweep = setInterval(() => presence.sweep().forEach(changed), sweepMs);
      await keepSending({
        topic,
        signal,
        opened: (appender) => (open.appender = appender),
        onFault: (error) => logger.warn({ err: error }, 'signals cannot be sent, trying again'),
      });
      endTelling?.();
      clearInterval(sweep);
      await subscription.stop();
    },
  };
}

function ofKeys({ headers }: LogRecord): boolean {
  return headers.ce_type === 'KEYS_CLOSED';
}

/** Hands over every signal that is wanted, and whether it was said since the start. */
async function follow(
  topic: EventLog,
  wanted: (record: LogRecord) => boolean,
  take: (signal: Signal, live: boolean) => void,
): Promise<Subscription> {
  const partitions = Array.from({ length: topic.partitions }, (_, partition) => partition);
  const heads = await Promise.all(partitions.map((partition) => topic.head(partition)));
  const tails = await Promise.all(partitions.map((partition) => topic.tail(partition)));
  const start = partitions.map((p) => [p, { offset: Math.max(tails[p]!, heads[p]! - REPLAYED), maxEpoch: 0 }] as const);
  return topic.follow({
    name: 'signals',
    start: new Map(start),
    onBatch({ partition, records }) {
      for (const record of records) {
        if (!wanted(record)) continue;
        const { value, offset } = record;
        const decoded = decodeSignal(value);
        if (decoded.kind === 'signal') take(decoded.signal, offset >= heads[partition]!);
      }
      return Promise.resolve();
    },
  });
}

interface Sending {
  topic: EventLog;
  signal: AbortSignal;
  opened(appender: Appender): void;
  onFault(error: unknown): void;
}

/** Opens an appender, and another one whenever it dies; closes the last one at the end. */
async function keepSending({ topic, signal, opened, onFault }: Sending): Promise<void> {
  let appender: Appender | undefined;
  const turn = async () => {
    appender = await topic.openAppender();
    opened(appender);
    const cause = await Promise.race([appender.failed, aborted(signal)]);
    if (cause) throw cause;
  };
  await until(signal, turn, { everyMs: RETRY_MS, onFault });
  await appender?.close().catch(() => undefined);
}

function newSignal<T extends SignalType>(tenantId: TenantId, type: T, data: SignalData<T>, at: number): Signal {
  return {
    signal_id: randomUUID(),
    signal_type: type,
    schema_version: 1,
    tenant_id: tenantId,
    timestamp: signalTime(at),
    data,
  } as Signal;
}

/** A moment as signals write it. */
export function signalTime(at: number): string {
  return new Date(at).toISOString().replace('Z', '000Z');
}
