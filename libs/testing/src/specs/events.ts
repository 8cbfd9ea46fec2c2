import {
  definitionOf,
  tenantId,
  type ChatEvent,
  type Draft,
  type Sealed,
  type StreamEventType,
} from '@threadlog/events';

/** What the events of a given history share; all of it can be overridden. */
export interface HistoryOptions {
  tenant?: string;
  streamId?: string;
  learnerId?: string | null;
  actor?: ChatEvent['actor'];
  /** Version of the first event. */
  from?: number;
}

const STARTED = Date.UTC(2026, 0, 1);

/** A blob of the right shape around readable text, for tests that need no keys. */
export function fakeSealed(value: unknown): Sealed {
  return { sealed: `v1.${Buffer.from(JSON.stringify(value)).toString('base64url')}` };
}

/** Numbers, stamps and fakes the sealing of drafts, as the write side would: the history of one stream. */
export function historyOf(drafts: readonly Draft[], options: HistoryOptions = {}): ChatEvent[] {
  return drafts.map((draft, index) => eventOf(draft, (options.from ?? 1) + index, options));
}

function eventOf(draft: Draft, version: number, options: HistoryOptions): ChatEvent {
  const definition = definitionOf(draft.type)!;
  const data: Record<string, unknown> = { ...draft.data };
  for (const field of definition.sealed) {
    if (data[field] !== undefined && data[field] !== null) data[field] = fakeSealed(data[field]);
  }
  const event = {
    event_id: `0198c0de-0000-7000-8000-${version.toString(16).padStart(12, '0')}`,
    event_type: draft.type as StreamEventType,
    schema_version: definition.version,
    tenant_id: tenantId(options.tenant ?? 'acme'),
    learner_id: options.learnerId ?? null,
    stream_type: definition.stream,
    stream_id: options.streamId ?? ('thread_id' in draft.data ? draft.data.thread_id : 'stream-1'),
    stream_version: version,
    epoch: 1,
    timestamp: new Date(STARTED + version * 1000).toISOString().replace('Z', '000Z'),
    actor: options.actor ?? { type: 'user', id: 'ada', role: 'user' },
    correlation_id: 'test',
    causation_id: null,
    idempotency: null,
    data,
  };
  return event as unknown as ChatEvent;
}
