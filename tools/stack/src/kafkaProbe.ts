import { connect } from 'node:net';

const metadataApi = 3;
const correlationId = 7;

/** A metadata request, version 1, for no topic: the answer names the brokers that take part. */
const metadataRequest = (): Buffer => {
  const request = Buffer.alloc(4 + 2 + 2 + 4 + 2 + 4);
  request.writeInt32BE(request.length - 4, 0);
  request.writeInt16BE(metadataApi, 4);
  request.writeInt16BE(1, 6);
  request.writeInt32BE(correlationId, 8);
  request.writeInt16BE(-1, 12); // no client id
  request.writeInt32BE(0, 14); // no topics
  return request;
};

/**
 * Whether a broker serves clients on this port of the loopback interface. An open port alone says less: the listener
 * opens before the controller lets the broker in.
 */
export const kafkaAnswers = (port: number, timeoutMs = 2_000): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let received = Buffer.alloc(0);
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => finish(false));
    socket.once('error', () => finish(false)).once('close', () => finish(false));
    socket.once('connect', () => socket.write(metadataRequest()));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 12) return;
      finish(received.readInt32BE(4) === correlationId && received.readInt32BE(8) > 0);
    });
  });
