import {
  definitionOf,
  encodeEvent,
  partitionOfKey,
  tenantId,
  type ChatEvent,
  type OutgoingRecord,
  type StreamEventType,
  type StreamType,
} from '@threadlog/events';
import fc from 'fast-check';
import { createRequests, createTenant } from './privacyModel';
import { createThreadModel, type ThreadModel } from './threadModel';
import { AGENT, createRegisteredAgent } from './agentModel';
import { createEndpoint, WEBHOOK } from './webhookModel';

/** One choice of a random history; what event it comes to depends on what was chosen before. */
export interface Choice {
  thread: number;
  kind: number;
  pick: number;
  keyed: boolean;
}

/** Of the threads, then of a person's privacy requests, then of the tenant itself, then of an endpoint, then of a registered agent. */
const choice = fc.record({ thread: fc.nat(7), kind: fc.nat(40), pick: fc.nat(50), keyed: fc.boolean() });

/**
 * Random histories of a few threads, a sub-thread, users, privacy requests, a tenant’s own stream, an endpoint and an agent, every
 * event valid after those before it.
 */
export function histories(maxLength: number): fc.Arbitrary<ChatEvent[]> {
  return fc.array(choice, { minLength: 1, maxLength }).map(interpret);
}

/** A long random history, the same for the same seed. */
export function longHistory(length: number, seed: number): ChatEvent[] {
  // Enough mixing for tests; `fc.sample` gives mostly short ones.
  let state = seed;
  const upTo = (most: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >>> 8) % most;
  };
  return interpret(
    Array.from({ length }, () => ({ thread: upTo(4), kind: upTo(40), pick: upTo(51), keyed: upTo(2) === 0 })),
  );
}

const THREADS = [
  { tenant: 'acme', id: 't-1' },
  { tenant: 'umbrella', id: 't-1' },
  { tenant: 'acme', id: 't-1~sub' },
  { tenant: 'acme', id: 't-2' },
] as const;

/** The history that choices come to. */
export function interpret(choices: readonly Choice[]): ChatEvent[] {
  const events: ChatEvent[] = [];
  const stamp = createStamp();
  const models = new Map<number, ThreadModel>();
  const others = [
    { stream: { tenant: 'acme', type: 'privacy', id: 'lena' } as const, model: createRequests() },
    { stream: { tenant: 'acme', type: 'tenant', id: 'acme' } as const, model: createTenant() },
    { stream: { tenant: 'acme', type: 'webhook', id: WEBHOOK } as const, model: createEndpoint() },
    { stream: { tenant: 'acme', type: 'agent', id: AGENT } as const, model: createRegisteredAgent() },
  ];
  for (const { thread, kind, pick, keyed } of choices) {
    const key = keyed ? `key-${pick % 7}` : null;
    const other = others[thread - THREADS.length];
    if (other) {
      events.push(stamp(other.stream, other.model.next(kind, pick), key));
      continue;
    }
    const { tenant, id } = THREADS[thread]!;
    const model = models.get(thread) ?? createThreadModel(id);
    models.set(thread, model);
    const next = model.next(kind, pick);
    if (!next) continue;
    const stream = definitionOf(next.type)!.stream;
    events.push(stamp({ tenant, type: stream, id: stream === 'user' ? next.userId : id }, next, key));
  }
  return events;
}

/** Numbers and stamps events, stream by stream. */
export function createStamp() {
  const versions = new Map<string, number>();
  let made = 0;
  return (
    stream: { tenant: string; type: StreamType; id: string },
    { type, data }: { type: StreamEventType; data: object },
    key: string | null = null,
  ): ChatEvent => {
    const name = `${stream.tenant}/${stream.type}/${stream.id}`;
    const version = (versions.get(name) ?? 0) + 1;
    versions.set(name, version);
    made += 1;
    return {
      event_id: `0198c0de-0000-7000-8000-${String(made).padStart(12, '0')}`,
      event_type: type,
      schema_version: 1,
      tenant_id: tenantId(stream.tenant),
      learner_id: null,
      stream_type: stream.type,
      stream_id: stream.id,
      stream_version: version,
      epoch: 1,
      timestamp: new Date(Date.UTC(2026, 0, 1) + made).toISOString().replace('Z', '000Z'),
      actor: { type: 'user', id: 'ada', role: 'teacher' },
      correlation_id: 'test',
      causation_id: null,
      idempotency: key ? { key_hash: key.padEnd(16, '0'), request_hash: 'request-hash-0000' } : null,
      data,
    } as ChatEvent;
  };
}

/** Events as records, each with the partition it belongs to. */
export function recordsOf(
  events: readonly ChatEvent[],
  partitions: number,
): { partition: number; record: OutgoingRecord }[] {
  return events.map((event) => {
    const record = encodeEvent(event);
    return { partition: partitionOfKey(record.key, partitions), record };
  });
}
