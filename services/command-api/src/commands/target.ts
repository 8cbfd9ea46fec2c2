import { createHash } from 'node:crypto';
import type { CommandRequest } from '@threadlog/commands';
import { partitionOfKey, recordKey, rootThreadId, streamName, type StreamRef, type TenantId } from '@threadlog/events';
import type { Sealing } from '@threadlog/sealing';
import { v7 as uuidv7 } from 'uuid';

/** Where a command goes and what it will be known by. The same on every instance. */
export interface Target {
  stream: StreamRef;
  /** The stream that holds participants and access; the stream itself unless it is a sub-thread. */
  root: StreamRef;
  recordKey: string;
  partition: number;
  /** Id for what the command creates: derived for threads, new for messages. */
  newId: string;
  /** Null when the client sent no key: nothing will find such a command again. */
  keyHash: string | null;
  /** Messages the decision needs, and the stream they are in. */
  messageIds: readonly string[];
}

export interface TargetDeps {
  sealing: Pick<Sealing, 'prepareTenant' | 'tenantHmac'>;
  partitions: number;
  newMessageId?(): string;
}

/** Direct conversations of a pair that were deleted are counted; so many in a row are looked through. */
export const MAX_DIRECT_GENERATIONS = 32;

/**
 * Resolves a command. A thread's id derives from what makes it unique (actor and idempotency key, or the pair of a
 * direct conversation), so that two writers cannot make two of it; a message's id is new and its receipt finds it.
 */
export async function targetOf(deps: TargetDeps, request: CommandRequest, directGeneration = 0): Promise<Target> {
  const { tenantId } = request.actor;
  await deps.sealing.prepareTenant(tenantId);
  const stream: StreamRef = { tenantId, type: 'thread', id: threadIdOf(deps, request, directGeneration) };
  const key = recordKey(stream);
  return {
    stream,
    root: stream.id.includes('~') ? { ...stream, id: rootThreadId(stream.id) } : stream,
    recordKey: key,
    partition: partitionOfKey(key, deps.partitions),
    newId: request.command.type === 'thread.create' ? stream.id : (deps.newMessageId ?? uuidv7)(),
    keyHash: keyHashOf(deps, request, stream),
    messageIds: messageIdsOf(request),
  };
}

/** The scope of an idempotency key is tenant, actor and stream. */
function keyHashOf(deps: TargetDeps, { actor, idempotencyKey }: CommandRequest, stream: StreamRef): string | null {
  if (idempotencyKey === null) return null;
  const text = JSON.stringify([actor.id, streamName(stream), idempotencyKey]);
  return deps.sealing.tenantHmac(actor.tenantId, 'idempotency-key', text).slice(0, 22);
}

function threadIdOf(deps: TargetDeps, request: CommandRequest, directGeneration: number): string {
  const { command, actor } = request;
  if (command.type !== 'thread.create') return command.input.threadId;
  const { parentThreadId, type, participantIds } = command.input;
  if (parentThreadId === null && type === 'direct') {
    const pair = [...new Set([actor.id, ...participantIds])].sort();
    return derivedId(deps, actor.tenantId, ['direct', ...pair, directGeneration]);
  }
  const unique = request.idempotencyKey ?? uuidv7();
  const id = derivedId(deps, actor.tenantId, ['thread', actor.id, parentThreadId, unique]);
  return parentThreadId === null ? id : `${rootThreadId(parentThreadId)}~${id.replaceAll('-', '')}`;
}

/** A UUIDv8 of the tenant's HMAC: nobody without the key can tell what it was made from. */
function derivedId(deps: TargetDeps, tenantId: TenantId, parts: readonly unknown[]): string {
  const mac = deps.sealing.tenantHmac(tenantId, 'stream-id', JSON.stringify(parts));
  const hex = createHash('sha256').update(mac).digest('hex');
  const variant = ((parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function messageIdsOf({ command }: CommandRequest): readonly string[] {
  switch (command.type) {
    case 'message.edit':
    case 'message.delete':
      return [command.input.messageId];
    case 'message.post':
      return command.input.replyTo === null ? [] : [command.input.replyTo];
    case 'thread.create':
      return command.input.rootMessageId === null ? [] : [command.input.rootMessageId];
    default:
      return [];
  }
}
