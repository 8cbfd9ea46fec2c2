import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createOutboundClient, type OutboundClient, type OutboundOptions } from './client';
import { DELIVERY_PATIENCE, type Patience } from './patience';

/** Stands for the public internet; 127.0.0.1 stays what it is. */
const PUBLIC = '127.0.0.2';
const PRIVATE = '127.0.0.1';
const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

async function listening<T extends Server | TcpServer>(server: T, host: string): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  closing.push(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const serve = (listener: RequestListener, host = PUBLIC): Promise<number> => listening(createServer(listener), host);

async function serveBytes(onSocket: (socket: Socket) => void): Promise<number> {
  const open = new Set<Socket>();
  closing.push(() => open.forEach((socket) => socket.destroy()));
  const server = createTcpServer((socket) => {
    open.add(socket.on('error', () => undefined));
    onSocket(socket);
  });
  return listening(server, PUBLIC);
}

function client(options: OutboundOptions = {}): OutboundClient {
  const made = createOutboundClient({
    allowHttp: true,
    allowedRanges: [PUBLIC],
    resolve: () => Promise.resolve([PUBLIC]),
    ...options,
  });
  closing.push(() => made.close());
  return made;
}

const send = (to: OutboundClient, url: string, patience: Partial<Patience> = {}) =>
  to.send(
    { url, method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' },
    { ...DELIVERY_PATIENCE, ...patience },
  );

const answered = async (socket: Socket, head: string): Promise<void> => {
  await once(socket, 'data');
  socket.write(`HTTP/1.1 ${head}\r\n\r\n`);
};

test('sends a body and reads the answer', async () => {
  const got: unknown[] = [];
  const port = await serve((request, response) => {
    const { method, url, headers } = request;
    request.setEncoding('utf8').on('data', (body) => got.push({ method, url, body, type: headers['content-type'] }));
    request.on('end', () => response.writeHead(201, { 'x-said': ['one', 'two'] }).end('thanks'));
  });
  const answer = await send(client(), `http://hooks.example:${port}/chat?a=1`);
  expect(answer).toMatchObject({ kind: 'answered', status: 201, truncated: false, body: Buffer.from('thanks') });
  expect(answer).toHaveProperty('headers.x-said', 'one, two');
  expect(got).toEqual([{ method: 'POST', url: '/chat?a=1', body: '{}', type: 'application/json' }]);
});

describe('addresses', () => {
  test('a name that first has a public address and then a private one is not followed there', async () => {
    const seen: string[] = [];
    const port = await serve((_request, response) => response.setHeader('connection', 'close').end('public'));
    const inside = createServer((_request, response) => response.end('secret'));
    inside.on('connection', () => seen.push('connected')).listen(port, PRIVATE);
    await once(inside, 'listening');
    closing.push(() => void inside.close());
    const answers = [[PUBLIC], [PRIVATE], [PRIVATE, PUBLIC], ['::ffff:127.0.0.1'], ['64:ff9b::7f00:1']];
    const to = client({ resolve: () => Promise.resolve(answers.shift()!) });
    const url = `http://hooks.example:${port}/`;
    expect(await send(to, url)).toMatchObject({ status: 200 });
    expect(await send(to, url)).toMatchObject({ kind: 'failed', reason: 'refused' });
    // Of several addresses only those that may be connected to are.
    expect(await send(to, url)).toMatchObject({ status: 200, body: Buffer.from('public') });
    expect(await send(to, url)).toMatchObject({ kind: 'failed', reason: 'refused' });
    expect(await send(to, url)).toMatchObject({ kind: 'failed', reason: 'refused' });
    expect(seen).toEqual([]);
  });

  test.each([
    'http://127.0.0.1:8080/',
    'http://[::1]:8080/',
    'http://localhost:8080/',
    'http://me:pw@hooks.example/',
    'nonsense',
  ])('%s is refused before anything is asked', async (url) => {
    const asked: string[] = [];
    const to = client({ resolve: (name) => (asked.push(name), Promise.resolve([])) });
    expect(await send(to, url)).toMatchObject({ kind: 'failed', reason: 'refused' });
    expect(asked).toEqual([]);
  });

  test('what the operator gave may be anywhere', async () => {
    const port = await serve((_request, response) => response.end('inside'), PRIVATE);
    const request = { url: `http://localhost:${port}/`, method: 'GET' as const, headers: {}, trusted: true };
    expect(await client({ allowHttp: false }).send(request, DELIVERY_PATIENCE)).toMatchObject({ status: 200 });
  });

  test('a connection of the operator’s is never used for others', async () => {
    const port = await serve((_request, response) => response.end('inside'), PRIVATE);
    const to = client({ resolve: () => Promise.resolve([PRIVATE]) });
    const trusted = { url: `http://localhost:${port}/`, method: 'GET' as const, headers: {}, trusted: true };
    expect(await to.send(trusted, DELIVERY_PATIENCE)).toMatchObject({ status: 200 });
    expect(await send(to, `http://hooks.example:${port}/`)).toMatchObject({ reason: 'refused' });
  });

  test('a name without an address, and one that nobody can tell about', async () => {
    expect(await send(client({ resolve: () => Promise.resolve([]) }), 'http://hooks.example/')).toMatchObject({
      reason: 'name',
    });
    const failing = client({ resolve: () => Promise.reject(new Error('SERVFAIL')) });
    expect(await send(failing, 'http://hooks.example/')).toMatchObject({ reason: 'name' });
  });

  test('proxies of the environment are not used', async () => {
    const through: string[] = [];
    const proxy = await serve((request, response) => (through.push(request.url!), response.end('proxied')));
    const port = await serve((_request, response) => response.end('direct'));
    const before = { ...process.env };
    const url = `http://${PUBLIC}:${proxy}`;
    Object.assign(process.env, { HTTP_PROXY: url, http_proxy: url, ALL_PROXY: url, NODE_USE_ENV_PROXY: '1' });
    try {
      expect(await send(client(), `http://hooks.example:${port}/`)).toMatchObject({ body: Buffer.from('direct') });
    } finally {
      process.env = before;
    }
    expect(through).toEqual([]);
  });
});

describe('receivers that misbehave', () => {
  test('a redirect is an answer, and is not followed', async () => {
    const seen: string[] = [];
    const port = await serve((request, response) => {
      seen.push(request.url!);
      response.writeHead(302, { location: `http://${PRIVATE}/secret` }).end();
    });
    const answer = await send(client(), `http://hooks.example:${port}/hook`);
    expect(answer).toMatchObject({ status: 302, headers: { location: `http://${PRIVATE}/secret` } });
    expect(seen).toEqual(['/hook']);
  });

  test('nobody listens', async () => {
    const server = createTcpServer();
    const port = await listening(server, PUBLIC);
    await new Promise((closed) => server.close(closed));
    expect(await send(client(), `http://hooks.example:${port}/`)).toMatchObject({ reason: 'connection' });
  });

  test('one that never answers', async () => {
    const port = await serveBytes(() => undefined);
    const answer = await send(client(), `http://hooks.example:${port}/`, { firstByteMs: 40 });
    expect(answer).toMatchObject({ reason: 'first_byte_timeout' });
  });

  test('one that sends its head byte by byte', async () => {
    const port = await serveBytes((socket) => {
      const drip = setInterval(() => socket.write('x'), 5);
      socket.write('HTTP/1.1 200 OK\r\nx-');
      socket.on('close', () => clearInterval(drip));
    });
    const answer = await send(client(), `http://hooks.example:${port}/`, { firstByteMs: 60 });
    expect(answer).toMatchObject({ reason: 'first_byte_timeout' });
  });

  test('one whose name server does not answer', async () => {
    const to = client({ resolve: () => new Promise(() => undefined) });
    expect(await send(to, 'http://hooks.example/', { connectMs: 40 })).toMatchObject({ reason: 'connect_timeout' });
  });

  test('one that never ends its answer has said its status', async () => {
    const port = await serveBytes((socket) => {
      const drip = setInterval(() => socket.write('1\r\nx\r\n'), 5);
      void answered(socket, '200 OK\r\ntransfer-encoding: chunked');
      socket.on('close', () => clearInterval(drip));
    });
    const answer = await send(client(), `http://hooks.example:${port}/`, { totalMs: 600 });
    expect(answer).toMatchObject({ kind: 'answered', status: 200, truncated: true });
  });

  test('one that stops half-way, and one that closes half-way', async () => {
    const stopping = await serveBytes(
      (socket) => void answered(socket, '200 OK\r\ncontent-length: 10').then(() => socket.write('half')),
    );
    const whole = await send(client(), `http://hooks.example:${stopping}/`, { idleMs: 40 });
    expect(whole).toMatchObject({ status: 200, truncated: true, body: Buffer.from('half') });
    const closingEarly = await serveBytes(
      (socket) => void answered(socket, '200 OK\r\ncontent-length: 10').then(() => socket.end('half')),
    );
    expect(await send(client(), `http://hooks.example:${closingEarly}/`)).toMatchObject({
      status: 200,
      truncated: true,
    });
    const silent = await serveBytes((socket) => void once(socket, 'data').then(() => socket.destroy()));
    expect(await send(client(), `http://hooks.example:${silent}/`)).toMatchObject({ reason: 'connection' });
  });

  test('a flood is read to its bound and cut off', async () => {
    let cut: () => void;
    const isCut = new Promise<void>((resolve) => (cut = resolve));
    const port = await serveBytes((socket) => {
      const block = Buffer.alloc(64 * 1024, 'x');
      const flood = (): void => void (socket.writable && socket.write(block, flood));
      void answered(socket, '200 OK').then(flood);
      socket.on('close', () => cut());
    });
    const answer = await send(client(), `http://hooks.example:${port}/`, { maxAnswerBytes: 1_000 });
    expect(answer).toMatchObject({ status: 200, truncated: true, body: { length: 1_000 } });
    await isCut;
  });

  test('an answer of exactly the bound is whole', async () => {
    const port = await serve((_request, response) => response.end('x'.repeat(1_000)));
    const answer = await send(client(), `http://hooks.example:${port}/`, { maxAnswerBytes: 1_000 });
    expect(answer).toMatchObject({ status: 200, truncated: false, body: { length: 1_000 } });
  });

  test('what is packed stays packed', async () => {
    const bomb = gzipSync(Buffer.alloc(10 * 1024 * 1024));
    const port = await serve((_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    const answer = await send(client(), `http://hooks.example:${port}/`);
    expect(answer).toMatchObject({ truncated: false, body: { length: bomb.length } });
  });

  test.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['a head without end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(40_000)}`],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx'],
  ])('%s', async (_what, said) => {
    const port = await serveBytes((socket) => void once(socket, 'data').then(() => socket.write(said)));
    expect(await send(client(), `http://hooks.example:${port}/`)).toMatchObject({
      kind: 'failed',
      reason: 'connection',
    });
  });

  test('one that speaks no TLS', async () => {
    const port = await serve((_request, response) => response.end());
    expect(await send(client(), `https://hooks.example:${port}/`)).toMatchObject({ reason: 'tls' });
  });
});

test('a body is read as it comes, and its end is told', async () => {
  const port = await serveBytes(
    (socket) => void answered(socket, '200 OK\r\ntransfer-encoding: chunked').then(() => socket.write('3\r\none\r\n')),
  );
  const stopping = new AbortController();
  const request = {
    url: `http://hooks.example:${port}/`,
    method: 'POST' as const,
    headers: {},
    signal: stopping.signal,
  };
  const answer = await client().open(request, DELIVERY_PATIENCE);
  if (answer.kind === 'failed') throw new Error(answer.detail);
  const pieces: string[] = [];
  const read = async (): Promise<void> => {
    for await (const piece of answer.body) {
      pieces.push(piece.toString());
      stopping.abort();
    }
  };
  await expect(read()).rejects.toMatchObject({ reason: 'aborted' });
  expect(pieces).toEqual(['one']);
});

test('as many connections to a host as it may have; others wait, and an ended signal is not even tried', async () => {
  let most = 0;
  let now = 0;
  const port = await serve((_request, response) => {
    most = Math.max(most, ++now);
    setImmediate(() => (now--, response.end()));
  });
  const to = client({ maxConnectionsPerHost: 3 });
  const answers = await Promise.all(Array.from({ length: 20 }, () => send(to, `http://hooks.example:${port}/`)));
  expect(answers.every((answer) => answer.kind === 'answered')).toBe(true);
  expect(most).toBeLessThanOrEqual(3);
  const request = {
    url: `http://hooks.example:${port}/`,
    method: 'GET' as const,
    headers: {},
    signal: AbortSignal.abort(),
  };
  expect(await to.open(request, DELIVERY_PATIENCE)).toMatchObject({ reason: 'aborted' });
});
