import { connect, createServer, type Socket } from 'node:net';

/** Sees what one connection carries. `response` returns what goes on to the client, or null to cut the connection. */
export interface Tap {
  request(chunk: Buffer): void;
  response(chunk: Buffer): Buffer | null;
}

export interface TcpProxyOptions {
  target: { host?: string; port: number };
  /** A free port is taken where none is given. */
  port?: number;
  tap?: () => Tap;
}

/** A forwarder on the loopback interface that fails on command. */
export interface TcpProxy {
  readonly host: string;
  readonly port: number;
  /** Open connections. */
  connections(): number;
  /** Resets every open connection; new ones are accepted. */
  cut(): void;
  /** While true, new connections are reset at once. */
  refuse(refusing: boolean): void;
  /** While true, nothing is forwarded in either direction and connections stay open: a network that swallows. */
  freeze(frozen: boolean): void;
  close(): Promise<void>;
}

const transparent = (): Tap => ({ request: () => undefined, response: (chunk) => chunk });

interface Link {
  cut(): void;
  freeze(frozen: boolean): void;
}

/** Node leaves a socket open for ever that is reset while it is being shut down. */
export const reset = (socket: Socket): void =>
  void (socket.writableEnded ? socket.destroy() : socket.resetAndDestroy());

const link = (client: Socket, server: Socket, tap: Tap): Link => {
  const cut = () => {
    reset(client);
    reset(server);
  };
  client.on('data', (chunk) => {
    tap.request(chunk);
    if (!server.write(chunk)) client.pause();
  });
  server.on('data', (chunk) => {
    const forwarded = tap.response(chunk);
    if (forwarded === null) cut();
    else if (!client.write(forwarded)) server.pause();
  });
  client.on('drain', () => server.resume()).on('end', () => server.end());
  server.on('drain', () => client.resume()).on('end', () => client.end());
  for (const socket of [client, server]) socket.on('error', cut).setNoDelay(true);
  return {
    cut,
    freeze: (frozen) => [client, server].forEach((socket) => (frozen ? socket.pause() : socket.resume())),
  };
};

/** Starts a proxy; see `TcpProxy` for the faults it can show. */
export const tcpProxy = async ({ target, port = 0, tap = transparent }: TcpProxyOptions): Promise<TcpProxy> => {
  const host = '127.0.0.1';
  const links = new Set<Link>();
  let refusing = false;
  let frozen = false;
  const proxy = createServer((client) => {
    if (refusing) {
      client.on('error', () => undefined).resetAndDestroy();
      return;
    }
    const made = link(client, connect({ host: target.host ?? host, port: target.port }), tap());
    links.add(made);
    client.once('close', () => links.delete(made));
    if (frozen) made.freeze(true);
  });
  await new Promise<void>((resolve, reject) => {
    proxy.once('error', reject).listen({ port, host }, resolve);
  });
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port');
  const cut = () => links.forEach((each) => each.cut());
  return {
    host,
    port: address.port,
    connections: () => links.size,
    cut,
    refuse: (value) => void (refusing = value),
    freeze: (value) => {
      frozen = value;
      links.forEach((each) => each.freeze(value));
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => proxy.close(() => resolve()));
      cut();
      await closed;
    },
  };
};
