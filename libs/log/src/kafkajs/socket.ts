import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

const KEEP_ALIVE_MS = 60_000;
/** Longer than any request may take. */
const SILENCE_MS = 15_000;

/** Opens kafkajs's connections: without Nagle's delay, and not kept when the other side falls silent. */
const openSocket: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const socket = ssl
    ? connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }), ...ssl }, onConnect)
    : connectTcp({ host, port }, onConnect);
  socket.setKeepAlive(true, KEEP_ALIVE_MS).setNoDelay(true);
  return destroyWhenSilent(socket, SILENCE_MS);
};

/** The connections of one client. */
export interface Sockets {
  open: ISocketFactory;
  /** Closes those on which an answer is waited for, as if the other side had; idle ones stay. */
  closeWaiting(): void;
  closeAll(): void;
}

export function createSockets(open: ISocketFactory = openSocket): Sockets {
  const sockets = new Set<Socket>();
  return {
    open(options) {
      const socket = open(options);
      sockets.add(socket);
      return socket.once('close', () => sockets.delete(socket));
    },
    closeWaiting: () => sockets.forEach((socket) => waiting.has(socket) && close(socket)),
    closeAll: () => sockets.forEach(close),
  };
}

function close(socket: Socket): void {
  socket.destroy();
  // What kafkajs listens to; a connection that this side destroys has no end, and its requests would never be rejected.
  socket.emit('end');
}

/** Of the connections on which an answer is waited for, what destroys them when it does not come. */
const waiting = new WeakMap<Socket, NodeJS.Timeout>();

/**
 * Destroys a connection on which something was written and nothing comes back. kafkajs repeats a request that timed out
 * on the same connection, so where packets vanish (a machine gone, a forgotten NAT entry) it would take TCP a quarter of
 * an hour to give up.
 */
export function destroyWhenSilent(socket: Socket, ms: number): Socket {
  const disarm = () => {
    clearTimeout(waiting.get(socket));
    waiting.delete(socket);
  };
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  socket.write = (...args: unknown[]) => {
    if (!waiting.has(socket))
      waiting.set(
        socket,
        setTimeout(() => socket.destroy(new Error(`no answer for ${ms} ms`)), ms),
      );
    return write(...args);
  };
  return socket.on('data', disarm).on('close', disarm);
}
