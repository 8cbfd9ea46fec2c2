import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { clientFrame, createFrameReader, OPCODE } from './websocketFrames';

/** Called for each `message:new`. The frame's bytes are valid only during the call. */
export type OnMessage = (frame: Buffer) => void;

export interface ReceiverOptions {
  url: string;
  token: string;
  onMessage: OnMessage;
}

/** A Socket.io client over a real websocket that does next to nothing with what it receives. */
export interface Receiver {
  /** Why frames may be missing: told to `resync`, or disconnected. Null when all is well. */
  trouble(): string | null;
  /** How often it was told to `resync`. */
  resyncs(): number;
  isOpen(): boolean;
  /** Stops reading, as a client does that hangs; what comes then waits in the systems between. */
  pause(): void;
  resume(): void;
  close(): void;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** How packets of engine.io and Socket.io begin. */
const PACKET = {
  open: Buffer.from('0'),
  ping: Buffer.from('2'),
  refused: Buffer.from('44'),
  hello: Buffer.from('42["hello"'),
  message: Buffer.from('42["message:new"'),
  resync: Buffer.from('42["resync"'),
};

const startsWith = (payload: Buffer, prefix: Buffer): boolean =>
  payload.length >= prefix.length && payload.compare(prefix, 0, prefix.length, 0, prefix.length) === 0;

/**
 * Connects and resolves once the server has greeted: from then on the socket is in its rooms.
 * Rejects when the server refuses, or does not answer within ten seconds.
 */
export async function openReceiver({ url, token, onMessage }: ReceiverOptions): Promise<Receiver> {
  const { socket, head } = await upgrade(url);
  const greeted = Promise.withResolvers<void>();
  let trouble: string | null = null;
  let resyncs = 0;
  const fail = (reason: string): void => {
    trouble ??= reason;
    greeted.reject(new Error(reason));
  };
  const send = (opcode: number, text: string): void => void socket.write(clientFrame(opcode, text));
  const onPacket = (payload: Buffer): void => {
    if (startsWith(payload, PACKET.message)) onMessage(payload);
    else if (startsWith(payload, PACKET.ping)) send(OPCODE.text, '3');
    else if (startsWith(payload, PACKET.open)) send(OPCODE.text, `40${JSON.stringify({ token })}`);
    else if (startsWith(payload, PACKET.hello)) greeted.resolve();
    else if (startsWith(payload, PACKET.resync)) {
      resyncs += 1;
      trouble ??= payload.toString();
    } else if (startsWith(payload, PACKET.refused)) fail(`refused: ${payload.toString()}`);
  };
  const reader = createFrameReader({
    onFrame(opcode, payload) {
      if (opcode === OPCODE.text) onPacket(payload);
      else if (opcode === OPCODE.ping) send(OPCODE.pong, payload.toString());
      else if (opcode === OPCODE.close) fail('the server closed the websocket');
    },
  });
  socket.on('data', (chunk) => reader.push(chunk));
  socket.once('close', () => fail('disconnected'));
  if (head.length > 0) reader.push(head);
  const timer = setTimeout(() => fail('no greeting within ten seconds'), CONNECT_TIMEOUT_MS);
  await greeted.promise.finally(() => clearTimeout(timer));
  return {
    trouble: () => trouble,
    resyncs: () => resyncs,
    isOpen: () => !socket.destroyed,
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    close: () => void socket.destroy(),
  };
}

function upgrade(url: string): Promise<{ socket: Socket; head: Buffer }> {
  return new Promise((resolve, reject) => {
    const opening = request(`${url}/socket.io/?EIO=4&transport=websocket`, {
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
      },
      timeout: CONNECT_TIMEOUT_MS,
    });
    opening.once('upgrade', (_response, socket, head) => {
      socket.on('error', () => undefined);
      socket.setTimeout(0);
      (socket as Socket).setNoDelay(true);
      resolve({ socket: socket as Socket, head });
    });
    opening.once('response', (response) => reject(new Error(`no websocket: ${url} answered ${response.statusCode}`)));
    opening.once('timeout', () => opening.destroy(new Error(`no websocket: ${url} does not answer`)));
    opening.once('error', reject);
    opening.end();
  });
}
