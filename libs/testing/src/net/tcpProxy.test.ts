import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { eventually } from '../eventually';
import { kafkaProxy } from './kafkaProxy';
import { reset, tcpProxy, type TcpProxy } from './tcpProxy';

/** Answers each chunk with itself. */
let echo: Server;
let target: { port: number };
const open: (Socket | TcpProxy)[] = [];

beforeAll(async () => {
  echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  target = { port: (echo.address() as AddressInfo).port };
});
afterEach(async () => {
  for (const each of open.splice(0)) await ('destroy' in each ? each.destroy() : each.close());
});
afterAll(() => new Promise((resolve) => echo.close(resolve)));

const started = async <Proxy extends TcpProxy>(starting: Promise<Proxy>): Promise<Proxy> => {
  const proxy = await starting;
  open.push(proxy);
  return proxy;
};

const client = async (port: number) => {
  const socket = connect({ port, host: '127.0.0.1' });
  open.unshift(socket);
  const received: Buffer[] = [];
  let closed = false;
  socket.on('data', (chunk) => received.push(chunk)).on('error', () => undefined);
  socket.on('close', () => (closed = true));
  await once(socket, 'connect');
  return { socket, received: () => Buffer.concat(received), closed: () => closed };
};

describe('the proxy', () => {
  it('forwards both ways', async () => {
    const { socket, received } = await client((await started(tcpProxy({ target }))).port);
    const large = Buffer.alloc(3_000_000, 'x');
    socket.write(large);
    await eventually(() => received().length === large.length);
  });

  it('cuts what is open, accepts again, and refuses when told', async () => {
    const proxy = await started(tcpProxy({ target }));
    const first = await client(proxy.port);
    await eventually(() => proxy.connections() === 1);
    proxy.cut();
    await eventually(first.closed);

    const second = await client(proxy.port);
    second.socket.write('still here');
    await eventually(() => second.received().toString() === 'still here');

    proxy.refuse(true);
    // The reset may come before the connection is even reported, so its end is all there is to wait for.
    const third = connect({ port: proxy.port, host: '127.0.0.1' }).on('error', () => undefined);
    await new Promise((resolve) => third.once('close', resolve));
    expect(second.closed()).toBe(false);
  });

  it('resets a socket that is being shut down, too', async () => {
    const { socket, closed } = await client(target.port);
    socket.end();
    await new Promise(process.nextTick);
    reset(socket);
    await eventually(closed);
  });

  it('holds everything back while frozen and delivers it afterwards', async () => {
    const proxy = await started(tcpProxy({ target }));
    const { socket, received, closed } = await client(proxy.port);
    socket.write('a');
    await eventually(() => received().toString() === 'a');
    proxy.freeze(true);
    socket.write('b');
    // A second connection shows that the proxy has had its turn meanwhile.
    await (await client(proxy.port)).socket.end();
    expect([received().toString(), closed()]).toEqual(['a', false]);
    proxy.freeze(false);
    await eventually(() => received().toString() === 'ab');
  });
});

describe("the proxy that understands Kafka's frames", () => {
  /** Length, API key, version, correlation id, body. The echo is no real answer, but is framed like one. */
  const frame = (apiKey: number, correlationId: number) => {
    const bytes = Buffer.alloc(16);
    bytes.writeInt32BE(12, 0);
    bytes.writeInt16BE(apiKey, 4);
    bytes.writeInt32BE(correlationId, 8);
    return bytes;
  };
  /** A server whose answer carries the correlation id where Kafka's does. */
  const answering = async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        for (let at = 0; at + 16 <= chunk.length; at += 16) {
          const answer = Buffer.alloc(8);
          answer.writeInt32BE(4, 0);
          answer.writeInt32BE(chunk.readInt32BE(at + 8), 4);
          socket.write(answer.subarray(0, 3));
          socket.write(answer.subarray(3));
        }
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { port: (server.address() as AddressInfo).port, close: () => server.close() };
  };
  const ids = (bytes: Buffer) =>
    Array.from({ length: bytes.length / 8 }, (_, index) => bytes.readInt32BE(index * 8 + 4));

  it('swallows the response to one request of a kind and no other', async () => {
    const server = await answering();
    const proxy = await started(kafkaProxy({ target: { port: server.port } }));
    const lost = proxy.loseNextResponse('produce', 'swallow');
    const { socket, received } = await client(proxy.port);
    socket.write(Buffer.concat([frame(3, 1), frame(0, 2), frame(0, 3)]));
    await lost;
    await eventually(() => ids(received()).length === 2);
    expect(ids(received())).toEqual([1, 3]);
    server.close();
  });

  it('cuts the connection in place of a response', async () => {
    const server = await answering();
    const proxy = await started(kafkaProxy({ target: { port: server.port } }));
    const lost = proxy.loseNextResponse('produce');
    const { socket, received, closed } = await client(proxy.port);
    socket.write(frame(0, 1));
    await lost;
    await eventually(closed);
    expect(received()).toHaveLength(0);
    server.close();
  });
});
