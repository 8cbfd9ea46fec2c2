import { io, type Socket } from 'socket.io-client';
import { fail, like, show, type Expected } from '../like';
import type { Guise } from '../people';

export interface SocketOptions {
  guise?: Guise;
  resume?: Record<string, number>;
  transports?: ('polling' | 'websocket')[];
}

export interface Frame {
  event: string;
  payload: Record<string, unknown>;
}

/** A client that keeps every frame it was sent. */
export interface SocketClient {
  readonly frames: readonly Frame[];
  /** The first frame of the event that is like this, now or soon. */
  receives<TPayload = Record<string, unknown>>(event: string, expected?: Expected): Promise<TPayload>;
  /** Fails if such a frame has come. */
  hasNot(event: string, expected?: Expected): void;
  /** Sends a command and waits for its ack. */
  ask(event: string, payload?: unknown): Promise<Record<string, unknown>>;
  /** The same without an ack. */
  tell(event: string, payload: unknown): void;
  close(): void;
}

const PATIENCE_MS = 8_000;

/** Connects; rejects with the server's reason where it is refused. */
export async function openSocket(
  url: string,
  token: string | null,
  { resume, transports = ['websocket'] }: Omit<SocketOptions, 'guise'> = {},
): Promise<SocketClient> {
  const socket: Socket = io(url, {
    transports,
    reconnection: false,
    forceNew: true,
    auth: { ...(token !== null && { token }), ...(resume && { resume }) },
  });
  const frames: Frame[] = [];
  const waiting = new Set<() => void>();
  socket.onAny((event: string, payload: Record<string, unknown>) => {
    frames.push({ event, payload });
    for (const look of waiting) look();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', (error) => {
      socket.close();
      reject(error);
    });
  });
  const find = (event: string, expected: Expected): Frame | undefined =>
    frames.find((frame) => frame.event === event && isLike(frame.payload, expected));

  return {
    frames,
    receives: <TPayload>(event: string, expected: Expected = {}) =>
      new Promise<TPayload>((resolve, reject) => {
        const look = (): void => {
          const frame = find(event, expected);
          if (!frame) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(frame.payload as TPayload);
        };
        const timer = setTimeout(() => {
          waiting.delete(look);
          const seen = frames.map((frame) => `${frame.event} ${show(frame.payload)}`).join('; ');
          reject(new Error(`no ${event} ${show(expected)} came, but: ${seen || 'nothing'}`));
        }, PATIENCE_MS);
        waiting.add(look);
        look();
      }),
    hasNot(event, expected = {}) {
      const frame = find(event, expected);
      if (frame) fail(`${event} came and should not: ${show(frame.payload)}`);
    },
    async ask(event, payload) {
      const args = payload === undefined ? [] : [payload];
      return (await socket.timeout(PATIENCE_MS).emitWithAck(event, ...args)) as Record<string, unknown>;
    },
    tell: (event, payload) => void socket.emit(event, payload),
    close: () => void socket.disconnect(),
  };
}

function isLike(payload: unknown, expected: Expected): boolean {
  try {
    like(payload, expected);
    return true;
  } catch {
    return false;
  }
}
