import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import Decoder from 'kafkajs/src/protocol/decoder';

/** What a broker speaks on a port. */
export interface Offer {
  tls: boolean;
  /** The ways to log in; null where nobody is asked. Undefined where that could not be found out. */
  mechanisms: string[] | null | undefined;
}

interface Wanted {
  ssl?: boolean | ConnectionOptions | undefined;
  mechanism?: string | undefined;
}

const PATIENCE_MS = 2_000;
/** An answer longer than this is none. */
const LONGEST = 65_536;
const SASL_HANDSHAKE = 17;
const ILLEGAL_SASL_STATE = 34;
const HEADER = 8;

/** Asks a broker how it wants to be spoken to, with and without TLS. Null where it does not answer in any way. */
export async function probe(address: string, { ssl, mechanism = 'PLAIN' }: Wanted): Promise<Offer | null> {
  const at = address.lastIndexOf(':');
  const target = { host: address.slice(0, at).replace(/^\[(.*)\]$/, '$1'), port: Number(address.slice(at + 1)) };
  const plain = await ask(connectTcp(target), 'connect', mechanism);
  if (plain) return { tls: false, mechanisms: mechanismsOf(plain) };
  const { host } = target;
  const own = typeof ssl === 'object' ? ssl : {};
  // Nothing secret is said here, and who answers is found out by the attempt itself.
  const options = { ...own, ...target, ...(isIP(host) ? {} : { servername: host }), rejectUnauthorized: false };
  let spoke = false;
  const secured = connectTls(options).once('secureConnect', () => (spoke = true));
  const answer = await ask(secured, 'secureConnect', mechanism);
  return spoke || answer ? { tls: true, mechanisms: answer ? mechanismsOf(answer) : undefined } : null;
}

/** Sends a SaslHandshake and waits for its answer; null where the other side closes, or says nothing. */
function ask(socket: Socket, connected: string, mechanism: string): Promise<Buffer | null> {
  return new Promise((resolve) => {
    let received: Buffer = Buffer.alloc(0);
    function finish(answer: Buffer | null): void {
      socket.destroy();
      resolve(answer);
    }
    socket.setTimeout(PATIENCE_MS, () => finish(null));
    socket.once('error', () => finish(null)).once('close', () => finish(null));
    socket.once(connected, () => socket.write(handshake(mechanism)));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const length = received.length < HEADER ? 0 : received.readInt32BE(0);
      if (received.length > LONGEST || length > LONGEST || (length !== 0 && received.readInt32BE(4) !== 0))
        finish(null);
      else if (length > 0 && received.length >= 4 + length) finish(received.subarray(HEADER, 4 + length));
    });
  });
}

/** SaslHandshake Request v1, as the first request of a connection, without a client id. */
function handshake(mechanism: string): Buffer {
  const name = Buffer.from(mechanism);
  const request = Buffer.alloc(16);
  request.writeInt32BE(12 + name.length, 0);
  request.writeInt16BE(SASL_HANDSHAKE, 4);
  request.writeInt16BE(1, 6);
  request.writeInt16BE(-1, 12);
  request.writeInt16BE(name.length, 14);
  return Buffer.concat([request, name]);
}

function mechanismsOf(answer: Buffer): string[] | null | undefined {
  try {
    const decoder = new Decoder(answer);
    const error = decoder.readInt16();
    const names = Array.from({ length: Math.max(0, decoder.readInt32()) }, () => decoder.readString() ?? '');
    return error === ILLEGAL_SASL_STATE ? null : names;
  } catch {
    return undefined;
  }
}
