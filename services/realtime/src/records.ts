import { partitionOfKey, recordKey, rootThreadId, type StreamType, type TenantId } from '@threadlog/events';
import type { LogRecord } from '@threadlog/log';

/** What the headers of a record say: enough to decide whether anybody here cares, before its value is parsed. */
export interface RecordHead {
  tenantId: TenantId;
  type: string;
  streamType: StreamType;
  streamId: string;
  /** The thread it is about: its own stream, or the one that an event of a user's stream names; null where there is none. */
  threadId: string | null;
}

/** Reads the headers; null for control records and for those that do not say whose they are. */
export function headOf(record: LogRecord): RecordHead | null {
  const { ce_tenantid: tenant, ce_type: type, ce_subject: subject } = record.headers;
  if (!tenant || !type || !subject) return null;
  const cut = subject.indexOf('/');
  if (cut < 0) return null;
  const streamType = subject.slice(0, cut) as StreamType;
  const streamId = subject.slice(cut + 1);
  const threadId = streamType === 'thread' ? streamId : (record.headers.thread_id ?? null);
  return { tenantId: tenant as TenantId, type, streamType, streamId, threadId };
}

/** Room of everybody who follows a thread; its sub-threads' frames go there too. */
export function threadRoom(tenantId: TenantId, threadId: string): string {
  return `${tenantId}/thread/${rootThreadId(threadId)}`;
}

/** Room of all sockets of a user. */
export function userRoom(tenantId: TenantId, userId: string): string {
  return `${tenantId}/user/${userId}`;
}

/** Partition of a thread's stream in a log of so many; sub-threads share their root's. */
export function threadPartition(partitions: number): (tenantId: TenantId, threadId: string) => number {
  return (tenantId, id) => partitionOfKey(recordKey({ tenantId, type: 'thread', id }), partitions);
}
