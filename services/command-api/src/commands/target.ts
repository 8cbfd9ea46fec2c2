import { createHash } from 'node:crypto';
import type { CommandInput, CommandRequest } from '@threadlog/commands';
import {
  partitionOfKey,
  privacyStream,
  recordKey,
  rootThreadId,
  streamName,
  tenantStream,
  type StreamRef,
  type TenantId,
} from '@threadlog/events';
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
  /** Parts of the stream that the decision needs: messages by id, a user's threads by thread id. */
  parts: readonly string[];
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
  // Only what is derived from the tenant's key needs it: the worker goes on reporting when it is destroyed.
  if (request.idempotencyKey !== null || request.command.type === 'thread.create')
    await deps.sealing.prepareTenant(tenantId);
  const stream = streamOf(deps, request, directGeneration);
  const key = recordKey(stream);
  return {
    stream,
    root: isSubThread(stream) ? { ...stream, id: rootThreadId(stream.id) } : stream,
    recordKey: key,
    partition: partitionOfKey(key, deps.partitions),
    newId: request.command.type === 'thread.create' ? stream.id : (deps.newMessageId ?? uuidv7)(),
    keyHash: keyHashOf(deps, request, stream),
    parts: partsOf(request),
  };
}

/** The scope of an idempotency key is tenant, actor and stream. */
function keyHashOf(deps: TargetDeps, { actor, idempotencyKey }: CommandRequest, stream: StreamRef): string | null {
  if (idempotencyKey === null) return null;
  const text = JSON.stringify([actor.id, streamName(stream), idempotencyKey]);
  return deps.sealing.tenantHmac(actor.tenantId, 'idempotency-key', text).slice(0, 22);
}

function streamOf(deps: TargetDeps, request: CommandRequest, directGeneration: number): StreamRef {
  const { command, actor } = request;
  const { tenantId } = actor;
  const { input } = command;
  if (command.type === 'thread.create')
    return { tenantId, type: 'thread', id: newThreadId(deps, request, command.input, directGeneration) };
  if (command.type.startsWith('tenant.')) return tenantStream(tenantId);
  if ('subject' in input && input.subject !== null) return privacyStream(tenantId, input.subject);
  // Reading and preferences are the reader's own: they move no thread's seq.
  if (command.type === 'thread.read' || command.type === 'thread.preferences')
    return { tenantId, type: 'user', id: actor.id };
  if ('threadId' in input) return { tenantId, type: 'thread', id: input.threadId };
  if ('userId' in input) return { tenantId, type: 'user', id: input.userId };
  throw new TypeError(`${command.type} names no stream`);
}

function isSubThread({ type, id }: StreamRef): boolean {
  return type === 'thread' && id.includes('~');
}

function newThreadId(
  deps: TargetDeps,
  { actor, idempotencyKey }: CommandRequest,
  { parentThreadId, type, participantIds }: CommandInput<'thread.create'>,
  directGeneration: number,
): string {
  if (parentThreadId === null && type === 'direct') {
    const pair = [...new Set([actor.id, ...participantIds])].sort();
    return derivedId(deps, actor.tenantId, ['direct', ...pair, directGeneration]);
  }
  const id = derivedId(deps, actor.tenantId, ['thread', actor.id, parentThreadId, idempotencyKey ?? uuidv7()]);
  return parentThreadId === null ? id : `${rootThreadId(parentThreadId)}~${id.replaceAll('-', '')}`;
}

/** A UUIDv8 of the tenant's HMAC: nobody without the key can tell what it was made from. */
function derivedId(deps: TargetDeps, tenantId: TenantId, parts: readonly unknown[]): string {
  const mac = deps.sealing.tenantHmac(tenantId, 'stream-id', JSON.stringify(parts));
  const hex = createHash('sha256').update(mac).digest('hex');
  const variant = ((parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function partsOf({ command }: CommandRequest): readonly string[] {
  const { input } = command;
  if (command.type === 'thread.read' || command.type === 'thread.preferences') return [command.input.threadId];
  if ('messageIds' in input) return input.messageIds;
  if ('messageId' in input) return [input.messageId];
  if ('replyTo' in input) return input.replyTo === null ? [] : [input.replyTo];
  if ('rootMessageId' in input) return input.rootMessageId === null ? [] : [input.rootMessageId];
  return [];
}
