import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createSockets, destroyWhenSilent } from './socket';

describe('a connection', () => {
  let server: Server;
  let socket: Socket;
  const given = async (onConnection: (peer: Socket) => void, silenceMs: number) => {
    server = createServer((peer) => onConnection(peer.on('error', () => undefined))).listen(0, '127.0.0.1');
    await once(server, 'listening');
    socket = destroyWhenSilent(connect((server.address() as AddressInfo).port, '127.0.0.1'), silenceMs);
    await once(socket, 'connect');
  };
  afterEach(() => {
    socket.destroy();
    server.close();
  });

  it('is destroyed when what was written stays without an answer', async () => {
    await given((peer) => void peer.resume(), 30);

    socket.write('request');
    const [error] = (await new Promise((resolve) => socket.on('error', (cause) => resolve([cause])))) as [Error];

    expect(error.message).toBe('no answer for 30 ms');
  });

  it('lives on while it is idle, and while it is answered', async () => {
    await given((peer) => void peer.pipe(peer), 2_000);

    for (const request of ['a', 'b', 'c']) {
      socket.write(request);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString()).toBe(request);
    }

    expect(socket.destroyed).toBe(false);
  });
});

test('of the connections of a client, those that wait for an answer can be closed', async () => {
  const server = createServer((peer) => void peer.on('error', () => undefined).resume()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const sockets = createSockets(({ host, port: to }) => destroyWhenSilent(connect(to, host), 60_000));
  const open = () => sockets.open({ host: '127.0.0.1', port, ssl: undefined as never, onConnect: () => undefined });
  const [idle, waits] = [open(), open()];
  await Promise.all([once(idle, 'connect'), once(waits, 'connect')]);
  const ended: Socket[] = [];
  for (const socket of [idle, waits]) socket.on('end', () => void ended.push(socket));

  waits.write('request');
  sockets.closeWaiting();
  await once(waits, 'close');

  expect([ended, idle.destroyed]).toEqual([[waits], false]);
  sockets.closeAll();
  expect([ended, idle.destroyed]).toEqual([[waits, idle], true]);
  server.close();
});
