import { createHash } from 'node:crypto';
import type { CommandRequest } from '@threadlog/commands';
import { partitionOfKey, recordKey, rootThreadId, streamName, type StreamRef, type TenantId } from '@threadlog/events';
import type { DecidedStream } from '@threadlog/read-models';
import type { Sealing } from '@threadlog/sealing';
import { v7 as uuidv7 } from 'uuid';
import type { CommandDefinition } from '../commands/define';
import { definitionOf } from '../commands/registry';

/** Where a command goes and what it will be known by. The same on every instance. */
export interface CommandRoute {
  definition: CommandDefinition;
  stream: DecidedStream;
  /** The stream that holds participants and access; the stream itself unless it is a sub-thread. */
  root: DecidedStream;
  recordKey: string;
  partition: number;
  /** Id for what the command creates: derived for streams, new for everything else. */
  newId: string;
  /** Null when the client sent no key: nothing will find such a command again. */
  keyHash: string | null;
  /** Parts of the stream that the decision needs: messages by id, a user's threads by thread id. */
  parts: readonly string[];
}

export interface RouteDeps {
  sealing: Pick<Sealing, 'prepareTenant' | 'tenantHmac'>;
  partitions: number;
  newMessageId?(): string;
}

/** Direct conversations of a pair that were deleted are counted; so many in a row are looked through. */
export const MAX_DIRECT_GENERATIONS = 32;

const NO_PARTS: readonly string[] = [];

/** Resolves a command. What begins no stream gets a new id, and is found again by its receipt. */
export async function routeOf(deps: RouteDeps, request: CommandRequest, generation = 0): Promise<CommandRoute> {
  const { command, actor, idempotencyKey } = request;
  const { tenantId } = actor;
  const definition = definitionOf(command);
  const { type, begins } = definition.stream;
  // Only what is derived from the tenant's key needs it: the worker goes on reporting when it is destroyed.
  if (idempotencyKey !== null || begins) await deps.sealing.prepareTenant(tenantId);
  const stream = { tenantId, type, id: streamIdOf(deps, definition, request, generation) };
  const key = recordKey(stream);
  return {
    definition,
    stream,
    root: isSubThread(stream) ? { ...stream, id: rootThreadId(stream.id) } : stream,
    recordKey: key,
    partition: partitionOfKey(key, deps.partitions),
    newId: begins ? stream.id : (deps.newMessageId ?? uuidv7)(),
    keyHash: keyHashOf(deps, request, stream),
    parts: definition.reads?.(command.input) ?? NO_PARTS,
  };
}

/** The scope of an idempotency key is tenant, actor and stream. */
function keyHashOf(deps: RouteDeps, { actor, idempotencyKey }: CommandRequest, stream: StreamRef): string | null {
  if (idempotencyKey === null) return null;
  const text = JSON.stringify([actor.id, streamName(stream), idempotencyKey]);
  return deps.sealing.tenantHmac(actor.tenantId, 'idempotency-key', text).slice(0, 22);
}

function streamIdOf(
  deps: RouteDeps,
  { stream }: CommandDefinition,
  { command, actor, idempotencyKey }: CommandRequest,
  generation: number,
): string {
  if (!stream.begins) return stream.id(command.input, actor);
  return stream.begins.id(command.input, actor, {
    idempotencyKey: idempotencyKey ?? uuidv7(),
    generation,
    derivedId: (parts) => derivedId(deps, actor.tenantId, parts),
  });
}

function isSubThread({ type, id }: StreamRef): boolean {
  return type === 'thread' && id.includes('~');
}

/** A UUIDv8 of the tenant's HMAC: nobody without the key can tell what it was made from. */
function derivedId(deps: RouteDeps, tenantId: TenantId, parts: readonly unknown[]): string {
  const mac = deps.sealing.tenantHmac(tenantId, 'stream-id', JSON.stringify(parts));
  const hex = createHash('sha256').update(mac).digest('hex');
  const variant = ((parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
