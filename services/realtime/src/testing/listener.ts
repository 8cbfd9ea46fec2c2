import type { Actor } from '@threadlog/auth';
import { problem, type ServerEventName, type ServerToClientPayloads } from '@threadlog/events';
import { eventually, testToken } from '@threadlog/testing';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';

/** A socket and everything that it received. */
export interface Listener {
  socket: Socket;
  frames: { name: ServerEventName; payload: unknown }[];
  /** Payloads of one event, in order. */
  of<E extends ServerEventName>(name: E): ServerToClientPayloads[E][];
  /** Resolves with the payloads when there are so many. */
  wait<E extends ServerEventName>(name: E, count?: number): Promise<ServerToClientPayloads[E][]>;
}

export type ListenOptions = Partial<ManagerOptions & SocketOptions> & { resume?: Record<string, number> };

/** Connects as this actor, or with this very token. */
export function listenTo(url: string, who: Actor | string, { resume, ...rest }: ListenOptions = {}): Listener {
  const token = typeof who === 'string' ? who : testToken(who);
  const socket = io(url, { transports: ['websocket'], forceNew: true, auth: { token, resume }, ...rest });
  const frames: Listener['frames'] = [];
  socket.onAny((name: ServerEventName, payload: unknown) => frames.push({ name, payload }));
  const of = <E extends ServerEventName>(name: E) =>
    frames.flatMap((frame) => (frame.name === name ? [frame.payload as ServerToClientPayloads[E]] : []));
  return {
    socket,
    frames,
    of,
    wait: (name, count = 1) =>
      eventually(() => {
        const found = of(name);
        if (found.length >= count) return found;
        throw new Error(`${found.length} of ${count} ${name} among ${frames.map((frame) => frame.name).join(' ')}`);
      }),
  };
}

/** Takes tokens of `testToken`. */
export const testVerifier = {
  verifyCached: () => undefined,
  verify(token: string): Promise<Actor> {
    const [, body] = /^test\.([\w-]+)$/.exec(token) ?? [];
    if (!body) return Promise.reject(problem('unauthorized', 'The token is not valid.'));
    return Promise.resolve(JSON.parse(Buffer.from(body, 'base64url').toString()) as Actor);
  },
};
