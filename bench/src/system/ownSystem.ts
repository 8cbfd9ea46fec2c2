import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topicBytes } from '@threadlog/log';
import {
  freePort,
  layout,
  startService,
  startStack,
  type GivenUrls,
  type ServiceOptions,
  type Stack,
} from '@threadlog/stack';
import type { Internals, MeasuredProcess, System } from './system';
import { usageOf, usageOfTree } from './usage';

export interface OwnSystemOptions {
  /** Servers to use in place of embedded ones. The log must be new: ours has keys of its own. */
  given?: GivenUrls;
  /** Of the Kafka that is started; 1 by default. */
  brokers?: number | undefined;
  /** In front of all topics, where the broker is not ours alone. */
  topicPrefix?: string;
  /** The service's environment: its settings can be tried from outside, such as `ACCESS_LOG=off`. */
  env?: NodeJS.ProcessEnv;
  /** Whether the service is to be profiled. */
  inspect?: boolean;
  /** The service's script, where it is that of another checkout. */
  script?: string;
  report?: (line: string) => void;
}

const ISSUER = 'threadlog-bench';
const START_ATTEMPTS = 3;
const METRICS_TIMEOUT_MS = 2_000;

/**
 * Starts the infrastructure on a fresh temporary directory and the service, all roles in one process, and waits until
 * both ports are ready. Rate limits are off: one driver stands for many clients. Where it does not start, the directory
 * stays: the error names a log in it.
 */
export async function startOwnSystem(options: OwnSystemOptions = {}): Promise<System> {
  const dataDir = mkdtempSync(join(tmpdir(), 'threadlog-bench-'));
  const stops: (() => Promise<unknown> | void)[] = [];
  const stop = once(async () => {
    for (const each of stops) await each();
  });
  try {
    const stack = await startStack({ dataDir, brokers: options.brokers, given: options.given, log: options.report });
    stops.push(() => stack.stop());
    const ports = { api: await freePort(), realtime: await freePort(), grpc: await freePort(), ops: await freePort() };
    const inspectPort = options.inspect ? await freePort() : null;
    const env = environment(options, stack, ports);
    const inspected = { ...env, ...(inspectPort && { NODE_OPTIONS: `--inspect=127.0.0.1:${inspectPort}` }) };
    const service = await startPatiently({
      files: layout(dataDir),
      env: inspected,
      ports: [ports.api, ports.realtime],
      script: options.script,
    });
    stops.unshift(() => service.stop());
    stops.push(() => rmSync(dataDir, { recursive: true, force: true }));
    const processes = (): MeasuredProcess[] => [
      { name: 'service', usage: () => usageOf(service.pid()) },
      ...serverProcesses(stack),
      { name: 'driver', usage: () => usageOf(process.pid) },
    ];
    return {
      apiUrl: `http://127.0.0.1:${ports.api}`,
      realtimeUrl: `http://127.0.0.1:${ports.realtime}`,
      grpcUrl: `http://127.0.0.1:${ports.grpc}`,
      tokens: { secret: env.AUTH_JWT_SECRET, issuer: ISSUER },
      internals: {
        ...internals({ dataDir, env, script: options.script }),
        processes,
        serviceMetrics: () => textOf(`http://127.0.0.1:${ports.ops}/metrics`),
        inspectPort,
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Empty where it does not answer: what it says is a figure beside others. */
async function textOf(url: string): Promise<string> {
  try {
    return await (await fetch(url, { signal: AbortSignal.timeout(METRICS_TIMEOUT_MS) })).text();
  } catch {
    return '';
  }
}

/** Earlier commits end where a topic that they have just made has no leader yet, as happens on a busy machine. */
async function startPatiently(options: ServiceOptions): ReturnType<typeof startService> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startService(options);
    } catch (error) {
      if (attempt === START_ATTEMPTS) throw error;
    }
  }
}

interface Ports {
  api: number;
  realtime: number;
  grpc: number;
  ops: number;
}

function environment({ env = process.env, topicPrefix }: OwnSystemOptions, { urls }: Stack, ports: Ports) {
  const key = (): string => randomBytes(32).toString('base64');
  return {
    ...env,
    ENVIRONMENT: 'development',
    ENABLE_RATE_LIMITING: 'false',
    AUTH_JWT_ISSUER: ISSUER,
    AUTH_JWT_SECRET: randomBytes(48).toString('base64url'),
    INTERNAL_API_SECRET: key(),
    CLUSTER_SECRET: key(),
    SEALING_MASTER_KEY: key(),
    KAFKA_BROKERS: urls.kafkaBrokers,
    KAFKA_TOPIC_PREFIX: topicPrefix ?? '',
    DATABASE_URL: urls.databaseUrl,
    // Embedded Mongo is for trying things out; what it takes says nothing about MongoDB.
    MONGO_URL: undefined,
    API_PORT: String(ports.api),
    REALTIME_PORT: String(ports.realtime),
    GRPC_PORT: String(ports.grpc),
    OPS_PORT: String(ports.ops),
    // The driver is a receiver of webhooks, too.
    OUTBOUND_ALLOW_HTTP: 'true',
    OUTBOUND_ALLOWED_RANGES: '127.0.0.0/8',
  };
}

function serverProcesses({ servers }: Stack): MeasuredProcess[] {
  const { kafka = [], postgres, mongo } = servers;
  const brokers = kafka.map((server, at) => ({ name: kafka.length === 1 ? 'kafka' : `kafka-${at + 1}`, server }));
  const named = [...brokers, { name: 'postgres', server: postgres }];
  return [...named, { name: 'mongo', server: mongo }].flatMap(({ name, server }) =>
    server ? [{ name, usage: () => usageOfTree(server.pid()) }] : [],
  );
}

type Server = Pick<Internals, 'databaseUrl' | 'masterKey' | 'logBytes' | 'startProcess'>;
const EVENTS_TOPIC = 'chat.events.v1';

function internals({ dataDir, env, script }: { dataDir: string; env: NodeJS.ProcessEnv; script?: string }): Server {
  const access = { brokers: (env.KAFKA_BROKERS ?? '').split(','), clientId: 'threadlog-bench' };
  return {
    databaseUrl: env.DATABASE_URL ?? '',
    masterKey: env.SEALING_MASTER_KEY ?? '',
    logBytes: () => topicBytes(access, `${env.KAFKA_TOPIC_PREFIX ?? ''}${EVENTS_TOPIC}`),
    async startProcess(name, extra) {
      const ops = await freePort();
      const own = { ...env, ...extra, OPS_PORT: String(ops) };
      return startService({ files: layout(join(dataDir, name)), env: own, ports: [ops], script });
    },
  };
}

function once(work: () => Promise<void>): () => Promise<void> {
  let started: Promise<void> | undefined;
  return () => (started ??= work());
}
