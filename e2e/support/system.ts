import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { envOfChild, eventually, freePort, type Cleanups } from '@threadlog/testing';

const ROOT = join(__dirname, '..', '..');
const NODE = join(ROOT, 'node_modules', '.bin', 'node');

/** Secrets of the systems under test; long enough for every check. */
export const SECRETS = {
  AUTH_JWT_SECRET: 'an e2e secret that is long enough for HS256',
  AUTH_JWT_ISSUER: 'e2e',
  INTERNAL_API_SECRET: 'an e2e secret for internal routes and long',
  CLUSTER_SECRET: 'an e2e secret between the instances, long',
  SEALING_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
};

export interface SystemOptions {
  kafkaBrokers: readonly string[];
  databaseUrl: string;
  topicPrefix: string;
  mongoUrl?: string;
  /** `all` by default. */
  roles?: string;
  env?: Record<string, string>;
}

/** A process of ours as an operator runs it, from the built sources. It keeps its ports over restarts. */
export interface System {
  readonly api: string;
  readonly realtime: string;
  readonly grpc: string;
  readonly ops: string;
  readonly logFile: string;
  start(): Promise<void>;
  /** Variables that the next starts have besides, in the place of those of the last call. */
  change(env: Record<string, string>): void;
  /** Starts without waiting until it is ready. */
  launch(): void;
  ready(timeoutMs?: number): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Whether it ended by itself. */
  ended(): boolean;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** Prepares a process; `start` runs it. It is killed at the end of the test file. */
export async function createSystem(options: SystemOptions, cleanups: Cleanups): Promise<System> {
  const [api, realtime, grpc, ops] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const logFile = join(await mkdtemp(join(tmpdir(), 'threadlog-e2e-')), 'process.log');
  const env = {
    ...envOfChild(),
    ENVIRONMENT: 'test',
    ENABLE_RATE_LIMITING: 'false',
    ACCESS_LOG: 'off',
    ...SECRETS,
    KAFKA_BROKERS: options.kafkaBrokers.join(','),
    KAFKA_TOPIC_PREFIX: options.topicPrefix,
    DATABASE_URL: options.databaseUrl,
    ...(options.mongoUrl ? { MONGO_URL: options.mongoUrl } : {}),
    ROLES: options.roles ?? 'all',
    API_PORT: String(api),
    REALTIME_PORT: String(realtime),
    GRPC_PORT: String(grpc),
    OPS_PORT: String(ops),
    ...options.env,
  };
  let child: ChildProcess | null = null;
  let changed: Record<string, string> = {};
  const alive = (): boolean => child !== null && child.exitCode === null && child.signalCode === null;
  // Where a process says that it is ready, by what it serves.
  const serving: Record<string, number> = { realtime, grpc: ops, projector: ops };
  const health = serving[options.roles ?? 'all'] ?? api;

  const system: System = {
    api: `http://127.0.0.1:${api}`,
    realtime: `http://127.0.0.1:${realtime}`,
    grpc: `http://127.0.0.1:${grpc}`,
    ops: `http://127.0.0.1:${ops}`,
    logFile,
    change: (given) => void (changed = given),
    launch() {
      const given = { ...env, ...changed };
      const main = join(ROOT, 'services/standalone/dist/main.js');
      child = spawn(NODE, [main], { env: given, stdio: ['ignore', 'pipe', 'pipe'] });
      const log = createWriteStream(logFile, { flags: 'a' });
      child.stdout!.pipe(log, { end: false });
      child.stderr!.pipe(log, { end: false });
    },
    ready: (timeoutMs = 30_000) =>
      eventually(
        async () => {
          if (!alive()) throw new Error(`the process ended, see ${logFile}`);
          const response = await fetch(`http://127.0.0.1:${health}/readyz`);
          if (!response.ok) throw new Error(`not ready: ${await response.text()}`);
        },
        { timeoutMs, intervalMs: 50 },
      ),
    async start() {
      system.launch();
      await system.ready();
    },
    signal: (signal) => void child?.kill(signal),
    ended: () => child !== null && child.exitCode !== null,
    async kill() {
      if (!alive()) return;
      const gone = once(child!, 'exit');
      child!.kill('SIGKILL');
      await gone;
    },
    async stop() {
      if (!alive()) return child?.exitCode ?? null;
      const gone = once(child!, 'exit');
      child!.kill('SIGTERM');
      const [code] = (await gone) as [number | null];
      return code;
    },
  };
  cleanups.add(() => system.kill());
  return system;
}
