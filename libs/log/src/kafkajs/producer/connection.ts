import type { Socket } from 'node:net';
import type { KafkaBroker } from '../cluster';
import { decodeProduceResponse, encodeProduceRequest, PRODUCE_VERSIONS } from './produceRequest';
import type { PartitionBatch, ProduceResponse } from './produceRequest';

/** A connection to one broker that carries produce requests, one at a time. */
export interface ProduceConnection {
  /** Sends and waits. Rejects with `ConnectionLostError`: whether the broker has the batches is unknown then. */
  produce(batches: readonly PartitionBatch[]): Promise<ProduceResponse>;
  /** Whether the next request can go this way: it is open, and what it was authenticated for has not run out. */
  isUsable(): boolean;
  /** Closes it, also with a request in flight. */
  close(): void;
}

/** The connection ended before its answer. */
class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError';
  readonly retriable = true;
}

export interface ConnectionOptions {
  clientId: string;
  topic: string;
  timeoutMs: number;
}

const MAX_CORRELATION_ID = 2 ** 31 - 1;

/**
 * Takes over a connection that kafkajs opened, with TLS, and authenticated: its way of sending a request costs several
 * times what is needed. From here on kafkajs writes nothing to it and hears nothing of it. An answer that stays away is
 * the socket's business (`destroyWhenSilent`).
 */
export function takeOver(broker: KafkaBroker, options: ConnectionOptions): ProduceConnection {
  const connection = broker.connectionPool.pool[0]!;
  const { socket } = connection;
  const version = versionFor(broker);
  const frames = createFrames();
  let waiting: PromiseWithResolvers<ProduceResponse> | null = null;
  let correlationId = 0;
  let lost: ConnectionLostError | null = null;

  function end(message: string, cause?: unknown): void {
    lost ??= new ConnectionLostError(message, { cause });
    waiting?.reject(lost);
    waiting = null;
    socket.destroy();
  }

  function receive(chunk: Buffer): void {
    const frame = frames(chunk);
    if (!frame) return;
    try {
      const response = decodeProduceResponse(frame, version);
      if (response.correlationId !== correlationId) throw new Error(`an answer to request ${response.correlationId}`);
      waiting?.resolve(response);
      waiting = null;
    } catch (error) {
      end('the broker sent what is no answer', error);
    }
  }

  // kafkajs's timer for requests of its own.
  connection.requestQueue.destroy();
  connection.processData = receive;
  watch(socket, end);

  return {
    produce(batches) {
      if (lost) return Promise.reject(lost);
      correlationId = correlationId === MAX_CORRELATION_ID ? 1 : correlationId + 1;
      waiting = Promise.withResolvers<ProduceResponse>();
      socket.write(encodeProduceRequest({ ...options, version, correlationId }, batches));
      return waiting.promise;
    },
    isUsable: () => lost === null && (!connection.sasl || connection.isAuthenticated()),
    close: () => end('closed'),
  };
}

function watch(socket: Socket, end: (message: string, cause?: unknown) => void): void {
  if (socket.destroyed) end('the connection closed');
  socket.on('error', (error) => end(`the connection failed: ${error.message}`, error));
  socket.on('end', () => end('the broker closed the connection'));
  socket.on('close', () => end('the connection closed'));
}

/** The highest version that both sides speak. */
function versionFor({ versions }: KafkaBroker): number {
  const offered = versions?.[0];
  const version = Math.min(offered?.maxVersion ?? -1, PRODUCE_VERSIONS.max);
  if (!offered || version < Math.max(offered.minVersion, PRODUCE_VERSIONS.min))
    throw new Error(`the broker speaks no produce request that we do: ${JSON.stringify(offered)}`);
  return version;
}

/** Puts chunks together to one frame, without its length in front; null while bytes are missing. */
function createFrames(): (chunk: Buffer) => Buffer | null {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = rest.length < 4 ? Infinity : 4 + rest.readInt32BE(0);
    if (rest.length < end) return null;
    const frame = rest.subarray(4, end);
    rest = rest.subarray(end);
    return frame;
  };
}
