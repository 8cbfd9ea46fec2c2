import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createSessions, createStubLog, type StubLog, type StubLogin } from './stubBroker.testing';
import {
  API_VERSIONS,
  array,
  frames,
  INIT_PRODUCER_ID,
  int16,
  int32,
  int64,
  METADATA,
  metadata,
  PRODUCE,
  readProduce,
  reply,
  SASL_AUTHENTICATE,
  SASL_HANDSHAKE,
  string,
  versions,
  writeProduced,
  type Frame,
  type Produced,
} from './stubProtocol.testing';

/** A produce request at one of the brokers, which the test may answer in its own way. */
export interface StubProduce {
  node: number;
  version: number;
  partitions: number[];
  /** Appends what this broker leads, and answers; partitions in `errors` are refused with that code, and not appended. */
  serve(errors?: Readonly<Record<number, number>>): Promise<void>;
  /** Appends like `serve`, and cuts the connection in place of the answer. */
  serveUnheard(): Promise<void>;
  cut(): void;
}

export interface StubClusterOptions {
  brokers: number;
  partitions: number;
  topic: string;
  /** Highest version of the produce request that the brokers speak. */
  produceVersion?: number;
  /** Asks every connection for it (SASL PLAIN), and for a new one when the session is over. */
  sasl?: StubLogin;
}

/** Brokers that share one log, as replicas do, and know repeated batches by their sequence, as real ones do. */
export interface StubCluster {
  addresses: string[];
  lead(partition: number, node: number): void;
  /** Texts of the records of a partition. */
  log(partition: number): string[];
  requests: StubProduce[];
  /** What is done with a request; by default it is served. */
  onProduce: (request: StubProduce) => void | Promise<void>;
  /** Most requests that a broker had unanswered at once. */
  mostInFlight(): number;
  /** Times that somebody gave the right password. */
  logins(): number;
  close(): Promise<void>;
}

export async function startStubCluster(options: StubClusterOptions): Promise<StubCluster> {
  const { brokers, topic, produceVersion = 9, sasl } = options;
  const log = createStubLog(options.partitions);
  const flights = createFlights();
  const sockets = new Set<Socket>();
  const sessions = createSessions(sasl);
  const answers: Record<number, (node: number, socket: Socket, frame: Frame) => void> = {
    [API_VERSIONS]: (_, socket, frame) => reply(socket, frame, versions(frame.version, produceVersion)),
    [SASL_HANDSHAKE]: (_, socket, frame) => reply(socket, frame, [int16(0), array([[string('PLAIN')]])]),
    [SASL_AUTHENTICATE]: (_, socket, frame) => reply(socket, frame, sessions.begin(socket, frame)),
    [METADATA]: (_, socket, frame) => reply(socket, frame, metadata(topic, servers.map(portOf), log.leaders)),
    [INIT_PRODUCER_ID]: (_, socket, frame) => reply(socket, frame, [int32(0), int16(0), int64(4_711), int16(0)]),
    [PRODUCE](node, socket, frame) {
      const request = receive({ node, socket, frame, topic }, log, flights);
      cluster.requests.push(request);
      void cluster.onProduce(request);
    },
  };

  function answer(node: number, socket: Socket, frame: Frame): void {
    if (sessions.isOpen(socket, frame)) answers[frame.api]?.(node, socket, frame);
    else socket.destroy();
  }

  async function listen(node: number): Promise<Server> {
    const server = createServer((socket) => {
      sockets.add(socket.on('error', () => undefined));
      const onData = frames((frame) => answer(node, socket, frame));
      socket.on('data', onData);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }

  const servers = await Promise.all(Array.from({ length: brokers }, (_, index) => listen(index + 1)));
  const cluster: StubCluster = {
    addresses: servers.map((server) => `127.0.0.1:${portOf(server)}`),
    lead: (partition, node) => void (log.leaders[partition] = node),
    log: log.names,
    requests: [],
    onProduce: (request) => request.serve(),
    mostInFlight: flights.most,
    logins: sessions.count,
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
  return cluster;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** Requests that are not answered, for each broker. */
function createFlights() {
  const now = new Map<number, number>();
  let most = 0;
  return {
    begin(node: number): void {
      now.set(node, (now.get(node) ?? 0) + 1);
      most = Math.max(most, now.get(node)!);
    },
    end: (node: number): void => void now.set(node, now.get(node)! - 1),
    most: (): number => most,
  };
}

interface Received {
  node: number;
  socket: Socket;
  frame: Frame;
  topic: string;
}

function receive(
  { node, socket, frame, topic }: Received,
  log: StubLog,
  flights: ReturnType<typeof createFlights>,
): StubProduce {
  const batches = readProduce(frame);
  flights.begin(node);

  async function appendAll(errors: Readonly<Record<number, number>> = {}): Promise<Produced[]> {
    const produced: Produced[] = [];
    for (const [partition, batch] of batches) {
      const error = errors[partition];
      const [code, offset] = error === undefined ? await log.append(node, partition, batch) : [error, -1];
      produced.push([partition, code, offset]);
    }
    return produced;
  }
  function cut(): void {
    flights.end(node);
    socket.destroy();
  }
  return {
    node,
    version: frame.version,
    partitions: batches.map(([partition]) => partition),
    async serve(errors) {
      const produced = await appendAll(errors);
      flights.end(node);
      reply(socket, frame, writeProduced(topic, frame.version, produced));
    },
    async serveUnheard() {
      await appendAll();
      cut();
    },
    cut,
  };
}
