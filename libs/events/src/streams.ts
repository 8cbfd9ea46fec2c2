import type { StreamType, Subject } from './catalogue/values';
import { rootThreadId, type TenantId } from './ids';

/** The events of one aggregate, numbered 1, 2, 3 … without a gap. */
export interface StreamRef {
  tenantId: TenantId;
  type: StreamType;
  id: string;
}

/**
 * Stream of a person's privacy requests, or of a whole tenant's. A learner and a user of one id are one person, whose
 * requests are decided one after another; no person's id holds a `~`.
 */
export function privacyStream(tenantId: TenantId, subject: Subject): StreamRef {
  const id = subject.kind === 'tenant' ? `${tenantId}~tenant` : subject.id;
  return { tenantId, type: 'privacy', id };
}

/** A tenant's own stream: legal holds, retention. */
export function tenantStream(tenantId: TenantId): StreamRef {
  return { tenantId, type: 'tenant', id: tenantId };
}

/** Kafka record key of a stream. A sub-thread shares its root's key, so that one owner decides both. */
export function recordKey(stream: StreamRef): string {
  return `${stream.tenantId}/${stream.type}/${stream.type === 'thread' ? rootThreadId(stream.id) : stream.id}`;
}

/** Record key of the control records of a partition. They are placed by number, never by hash. */
export function controlKey(partition: number): string {
  return `$control/${partition}`;
}

/** Name of a stream for maps and log lines; unlike the record key it tells a sub-thread from its root. */
export function streamName(stream: StreamRef): string {
  return `${stream.tenantId}/${stream.type}/${stream.id}`;
}

const M = 0x5bd1e995;
const SEED = 0x9747b28c;

/** murmur2 as Kafka's default partitioner computes it, over the UTF-8 bytes of the key; a signed 32-bit integer. */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length;
  let h = SEED ^ length;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    let k = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    k = Math.imul(k, M);
    k ^= k >>> 24;
    k = Math.imul(k, M);
    h = Math.imul(h, M) ^ k;
  }
  h = mixTail(h, bytes, i);
  h ^= h >>> 13;
  h = Math.imul(h, M);
  return h ^ (h >>> 15);
}

function mixTail(hash: number, bytes: Uint8Array, start: number): number {
  const left = bytes.length - start;
  if (left === 0) return hash;
  let h = hash;
  if (left >= 3) h ^= bytes[start + 2]! << 16;
  if (left >= 2) h ^= bytes[start + 1]! << 8;
  h ^= bytes[start]!;
  return Math.imul(h, M);
}

const utf8 = new TextEncoder();

/** Partition of a record key, equal to that of Kafka's default partitioner. */
export function partitionOfKey(key: string, partitions: number): number {
  return (murmur2(utf8.encode(key)) & 0x7fffffff) % partitions;
}
