import type { Socket } from 'node:net';

/** How every connection of HTTP/2 begins; no method of HTTP/1.1 does. */
const PREFACE = Buffer.from('PRI * HTTP/2.0');

/**
 * Which HTTP a connection speaks, by its first bytes, which are given back to it. Null where none came in time, or it
 * ended.
 */
export function httpVersionOf(socket: Socket, timeoutMs: number): Promise<1 | 2 | null> {
  return new Promise((resolve) => {
    let seen = Buffer.alloc(0);
    const timer = setTimeout(() => done(null), timeoutMs);

    function done(version: 1 | 2 | null): void {
      clearTimeout(timer);
      socket.off('readable', look);
      socket.off('close', ended);
      if (version !== null && seen.length > 0) socket.unshift(seen);
      resolve(version);
    }
    const ended = (): void => done(null);
    function look(): void {
      for (let chunk = read(socket); chunk !== null; chunk = read(socket)) seen = Buffer.concat([seen, chunk]);
      const compared = Math.min(seen.length, PREFACE.length);
      if (!seen.subarray(0, compared).equals(PREFACE.subarray(0, compared))) done(1);
      else if (compared === PREFACE.length) done(2);
      else if (socket.readableEnded) done(null);
    }

    socket.on('readable', look);
    socket.once('close', ended);
  });
}

function read(socket: Socket): Buffer | null {
  return socket.read() as Buffer | null;
}
