import { randomUUID } from 'node:crypto';
import type { Actor } from '@threadlog/auth';
import { decodeEvent, type ChatEvent, type PrivacyRequestResource } from '@threadlog/events';
import { createRemoteCommands, createRuntime, runRoles, type Runtime } from '@threadlog/runtime';
import {
  createPostgresKeyStore,
  createReceiptSigner,
  createSealing,
  masterKeyFrom,
  type SealingService,
} from '@threadlog/sealing';
import { createLogger, createMetrics, type HttpServer } from '@threadlog/service';
import { eventually, testActor, testStack, type TestStack } from '@threadlog/testing';
import { createWorker, type ErasureParts } from '@threadlog/worker';
import { composeRoles } from '../compose';
import { loadStandaloneConfig, type StandaloneConfig } from '../config';
import { createClients, type Client } from './clients';
import { INTERNAL_SECRET, SECRET, tokenOf } from './standalone';

/** How long keys are used after they were read, in this file's processes; milliseconds. */
const KEY_CACHE_MS = 1_000;

const RECEIPT_SEED = Buffer.alloc(32, 9);
/** Of whoever signs the receipts here. */
export const RECEIPT_PUBLIC_KEY = createReceiptSigner(RECEIPT_SEED.toString('base64')).publicKey;

/** Every role with a worker beside them that has keys of its own, as in another process. */
export interface ErasureBed {
  readonly stack: TestStack;
  readonly runtime: Runtime;
  /** Of the roles that serve; the worker has another one over the same store. */
  readonly sealing: SealingService;
  readonly realtime: string;
  as(actor: Actor, headers?: Record<string, string>): Client;
  internally(tenant: string): Client;
  /** The worker, running until it is stopped; with parts of it replaced. */
  startWorker(given?: Partial<ErasureParts>): Promise<{ stop(): Promise<void> }>;
  /** Environment of a worker that runs as a process of its own, on the same servers. */
  workerEnv(): Record<string, string>;
  /** Files of exports that a test put there, by `tenant/subject`. */
  readonly files: Set<string>;
  /** Every event that counts. */
  events(): Promise<ChatEvent[]>;
  /** Asks for an erasure and resolves with what became of it. */
  erased(actor: Actor, body: object): Promise<PrivacyRequestResource>;
  requested(actor: Actor, body: object): Promise<PrivacyRequestResource>;
  request(actor: Actor, requestId: string): Promise<PrivacyRequestResource>;
  settled(actor: Actor, requestId: string): Promise<PrivacyRequestResource>;
}

export const officer = (tenant: string): Actor => testActor('olga', { tenant, role: 'admin' });

/** Call it where a file or a describe is set up. */
export function givenErasureBed(kind: 'postgres' | 'mongo'): ErasureBed {
  const stack = testStack();
  const databaseUrl = stack.freshDatabase();
  const mongoUrl: Record<string, string> = kind === 'mongo' ? { MONGO_URL: stack.freshMongo() } : {};
  const stop = new AbortController();
  const bed = { stack, files: new Set<string>() } as { -readonly [K in keyof ErasureBed]: ErasureBed[K] };
  const running = new Set<() => Promise<void>>();
  let ended: Promise<void> = Promise.resolve();
  let clients: ReturnType<typeof createClients>;

  beforeAll(async () => {
    const env = {
      ...{ ROLES: 'projector,command-api,query-api,realtime', CHAT_PARTITIONS: '3', ENABLE_RATE_LIMITING: 'false' },
      ...{ KAFKA_BROKERS: stack.kafkaBrokers.join(','), KAFKA_TOPIC_PREFIX: stack.topicPrefix() },
      ...{ DATABASE_URL: await databaseUrl, ...mongoUrl },
      ...{ AUTH_JWT_SECRET: SECRET, INTERNAL_API_SECRET: INTERNAL_SECRET, CLUSTER_SECRET: SECRET },
      SEALING_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
      ...{ API_HOST: '127.0.0.1', API_PORT: '0', OPS_PORT: '0', REALTIME_HOST: '127.0.0.1', REALTIME_PORT: '0' },
      ...{ ERASURE_GRACE_HOURS: '0', PROJECTOR_POLL_MS: '50', SEALING_KEY_CACHE_MS: String(KEY_CACHE_MS) },
      PRIVACY_RECEIPT_KEY: RECEIPT_SEED.toString('base64'),
    };
    const config = loadStandaloneConfig(env);
    bed.workerEnv = () => ({ ...env, LOG_LEVEL: 'silent', ENVIRONMENT: 'test' });
    const logger = createLogger({ service: 'test', level: 'silent' });
    const made = await createRuntime(config, { service: 'test', signal: stop.signal, logger });
    const keys = () =>
      createSealing({
        keyStore: createPostgresKeyStore(made.database),
        masterKey: masterKeyFrom(config),
        ttlMs: KEY_CACHE_MS,
      });
    bed.sealing = keys();
    bed.runtime = { ...made, sealing: bed.sealing };
    const [api, sockets] = [Promise.withResolvers<HttpServer>(), Promise.withResolvers<HttpServer>()];
    const roles = composeRoles(bed.runtime, config, { onListening: sockets.resolve });
    ended = runRoles(bed.runtime, roles, { signal: stop.signal, onListening: api.resolve });
    const { url } = await Promise.race([api.promise, ended.then(() => Promise.reject(new Error('it ended')))]);
    clients = createClients(made, url);
    bed.realtime = (await sockets.promise).url;
    await eventually(async () => (await fetch(`${url}/readyz`)).status === 200, { timeoutMs: 30_000 });
    bed.startWorker = workerStarter(bed, { config, keys, running });
  }, 60_000);
  afterEach(async () => void (await Promise.all([...running].map((end) => end()))));
  afterAll(async () => {
    stop.abort();
    await ended;
  }, 30_000);

  bed.as = (actor, headers = {}) => clients({ authorization: `Bearer ${tokenOf(actor)}`, ...headers });
  bed.internally = (tenant) => clients({ 'x-internal-secret': INTERNAL_SECRET, 'x-tenant-id': tenant });
  bed.events = () => readEvents(bed.runtime);
  return Object.assign(bed, requestsOf(bed));
}

function requestsOf(bed: ErasureBed): Pick<ErasureBed, 'erased' | 'requested' | 'request' | 'settled'> {
  const requests = {
    async requested(actor: Actor, body: object) {
      const asking = bed.as(actor, { 'Idempotency-Key': randomUUID() });
      // A record that a test wrote past the owner ends the owner's turn: one command may not know what became of it.
      return eventually(async () => {
        const asked = await asking.call<PrivacyRequestResource>('POST', '/api/v1/privacy/delete', body);
        if (asked.status !== 202) throw new Error(`not accepted: ${JSON.stringify(asked.body)}`);
        return asked.body;
      });
    },
    async request(actor: Actor, requestId: string) {
      const path = `/api/v1/privacy/requests/${requestId}`;
      const found = await bed.as(actor).call<PrivacyRequestResource>('GET', path);
      if (found.status !== 200) throw new Error(`not found: ${JSON.stringify(found.body)}`);
      return found.body;
    },
    settled: (actor: Actor, requestId: string) =>
      eventually(
        async () => {
          const found = await requests.request(actor, requestId);
          if (found.completedAt === null) throw new Error(`still ${JSON.stringify(found.progress)}`);
          return found;
        },
        { timeoutMs: 30_000, intervalMs: 100 },
      ),
    erased: async (actor: Actor, body: object) => requests.settled(actor, (await requests.requested(actor, body)).id),
  };
  return requests;
}

interface WorkerParts {
  config: StandaloneConfig;
  keys(): SealingService;
  running: Set<() => Promise<void>>;
}

function workerStarter(bed: ErasureBed, { config, keys, running }: WorkerParts): ErasureBed['startWorker'] {
  return async (given = {}) => {
    const stopping = new AbortController();
    const sealing = keys();
    const { router, close } = createRemoteCommands(bed.runtime, config);
    const erasure = { ...erasureParts(bed), ...given };
    const metrics = createMetrics({ defaults: false });
    const worker = createWorker({ ...bed.runtime, config, sealing, metrics, router, erasure });
    const ended = worker.run(stopping.signal).finally(close);
    const stop = async () => {
      running.delete(stop);
      stopping.abort();
      await ended;
    };
    running.add(stop);
    return { stop };
  };
}

/** Everything as it is, but for files of exports: those are names. */
function erasureParts({ files }: ErasureBed): Partial<ErasureParts> {
  const drop = (tenantId: string, subjectId: string | null) =>
    [...files].filter(
      (name) => name === `${tenantId}/${subjectId}` || (subjectId === null && name.startsWith(tenantId)),
    );
  return {
    holdRetryMs: 100,
    files: {
      dropFor: (...of) => Promise.resolve(drop(...of).forEach((name) => files.delete(name))),
      countFor: (...of) => Promise.resolve(drop(...of).length),
    },
  };
}

/** Every event that counts, of all partitions. */
export async function readEvents({ log }: Pick<Runtime, 'log'>): Promise<ChatEvent[]> {
  const events: ChatEvent[] = [];
  for (let partition = 0; partition < log.partitions; partition += 1) {
    for await (const { records } of log.read(partition, { offset: 0, maxEpoch: 0 }, await log.head(partition))) {
      for (const { value } of records) {
        const decoded = decodeEvent(value);
        if (decoded.kind === 'event') events.push(decoded.event);
      }
    }
  }
  return events;
}
