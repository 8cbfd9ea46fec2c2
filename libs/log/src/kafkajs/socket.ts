import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

const KEEP_ALIVE_MS = 60_000;
/** Longer than any request may take. */
const SILENCE_MS = 15_000;

/** Opens kafkajs's connections: without Nagle's delay, and not kept when the other side falls silent. */
export const openSocket: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const socket = ssl
    ? connectTls({ host, port, servername: host, ...ssl }, onConnect)
    : connectTcp({ host, port }, onConnect);
  socket.setKeepAlive(true, KEEP_ALIVE_MS).setNoDelay(true);
  return destroyWhenSilent(socket, SILENCE_MS);
};

/**
 * Destroys a connection on which something was written and nothing comes back. kafkajs repeats a request that timed out
 * on the same connection, so where packets vanish (a machine gone, a forgotten NAT entry) it would take TCP a quarter of
 * an hour to give up.
 */
export function destroyWhenSilent(socket: Socket, ms: number): Socket {
  let timer: NodeJS.Timeout | undefined;
  const disarm = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  socket.write = (...args: unknown[]) => {
    timer ??= setTimeout(() => socket.destroy(new Error(`no answer for ${ms} ms`)), ms);
    return write(...args);
  };
  return socket.on('data', disarm).on('close', disarm);
}
