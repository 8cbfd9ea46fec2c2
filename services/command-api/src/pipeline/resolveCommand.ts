import type { CommandRequest } from '@threadlog/commands';
import {
  partitionOfKey,
  recordKey,
  rootThreadId,
  streamName,
  type IdempotencyHashes,
  type StreamRef,
  type TenantId,
} from '@threadlog/events';
import { derivedUuid, type DecidedStream } from '@threadlog/read-models';
import type { Sealing } from '@threadlog/sealing';
import { v7 as uuidv7 } from 'uuid';
import type { CommandDefinition } from '../commands/define';
import { definitionOf } from '../commands/registry';

/** A command with all that follows from it before any state is read: where it goes and what it will be known by. */
export interface ResolvedCommand {
  definition: CommandDefinition;
  stream: DecidedStream;
  /** The stream that holds participants and access; the stream itself unless it is a sub-thread. */
  root: DecidedStream;
  recordKey: string;
  partition: number;
  /** Id for what the command creates: derived for streams, new for everything else. */
  newId: string;
  /** Null when the client sent no key: nothing will find such a command again. */
  idempotency: IdempotencyHashes | null;
  /** Parts of the stream that the decision needs: messages by id, a user's threads by thread id. */
  parts: readonly string[];
}

export interface ResolveDeps {
  sealing: Pick<Sealing, 'prepareTenant' | 'tenantHmac' | 'cachedSealer' | 'sealer' | 'subjectHmac'>;
  partitions: number;
  newMessageId?(): string;
}

/** Direct conversations of a pair that were deleted are counted; so many in a row are looked through. */
export const MAX_DIRECT_GENERATIONS = 32;

const NO_PARTS: readonly string[] = [];

/** Resolves a command. What begins no stream gets a new id, and is found again by its receipt. */
export async function resolveCommand(
  deps: ResolveDeps,
  request: CommandRequest,
  generation = 0,
): Promise<ResolvedCommand> {
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
    idempotency: idempotencyKey === null ? null : await hashesOf(deps, request, { stream, idempotencyKey }),
    parts: definition.reads?.(command.input) ?? NO_PARTS,
  };
}

/**
 * The scope of an idempotency key is tenant, actor and stream. The request is hashed under the actor's own key: the hash
 * says nothing any more once the actor is erased.
 */
async function hashesOf(
  { sealing }: ResolveDeps,
  { actor, command }: CommandRequest,
  { stream, idempotencyKey }: { stream: StreamRef; idempotencyKey: string },
): Promise<IdempotencyHashes> {
  const { tenantId, id } = actor;
  const key = JSON.stringify([id, streamName(stream), idempotencyKey]);
  const key_hash = sealing.tenantHmac(tenantId, 'idempotency-key', key).slice(0, 22);
  const scope = { tenantId, authorId: id, threadId: null, month: null, learnerId: null };
  if (!sealing.cachedSealer(scope)) await sealing.sealer(scope);
  const same = definitionOf(command).sameBy?.(command.input);
  const asked = canonicalJson(same ? { type: command.type, input: same } : command);
  const request_hash = sealing.subjectHmac(tenantId, id, 'request', asked).slice(0, 22);
  return { key_hash, request_hash };
}

/** JSON with the keys of every object sorted: two requests that mean the same are the same text. Takes plain data alone. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  const object = value as Readonly<Record<string, unknown>>;
  const members = Object.keys(object)
    .filter((key) => object[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key])}`);
  return `{${members.join()}}`;
}

function streamIdOf(
  deps: ResolveDeps,
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
function derivedId(deps: ResolveDeps, tenantId: TenantId, parts: readonly unknown[]): string {
  const mac = deps.sealing.tenantHmac(tenantId, 'stream-id', JSON.stringify(parts));
  return derivedUuid(mac);
}
