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
