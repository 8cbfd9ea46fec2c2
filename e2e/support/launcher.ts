import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { envOfChild, eventually, freePort, type Cleanups, type TestStack } from '@threadlog/testing';

const LAUNCHER = join(__dirname, '..', '..', 'tools', 'stack', 'dist', 'dev', 'main.js');
const PORTS = ['API_PORT', 'REALTIME_PORT', 'GRPC_PORT', 'OPS_PORT', 'DEMO_PORT'] as const;

export interface Launched {
  /** Where its files, its database and its log are. */
  dataDir: string;
  databaseUrl: string;
  topicPrefix: string;
  /** By their variables. */
  ports: Record<(typeof PORTS)[number], string>;
  /** Resolves with what it prints, once everything is up. */
  ready(): Promise<string>;
}

/** What `npm start` runs, on the servers of the test stack and free ports, with data of its own. */
export async function launch(
  stack: Pick<TestStack, 'kafkaBrokers' | 'topicPrefix' | 'freshDatabase'>,
  cleanups: Cleanups,
  more: Record<string, string> = {},
): Promise<Launched> {
  const dataDir = await mkdtemp(join(tmpdir(), 'threadlog-start-'));
  cleanups.add(() => rm(dataDir, { recursive: true, force: true }));
  const free = await Promise.all(PORTS.map(async (name) => [name, String(await freePort())] as const));
  const ports = Object.fromEntries(free) as Launched['ports'];
  const [databaseUrl, topicPrefix] = [await stack.freshDatabase(), stack.topicPrefix()];
  const env = {
    ...envOfChild(),
    ...ports,
    DATA_DIR: dataDir,
    KAFKA_BROKERS: stack.kafkaBrokers.join(','),
    KAFKA_TOPIC_PREFIX: topicPrefix,
    DATABASE_URL: databaseUrl,
    CORS_ORIGINS: 'https://app.example',
    ...more,
  };
  const launcher = spawn(process.execPath, [LAUNCHER], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [launcher.stdout, launcher.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  cleanups.add(async () => {
    if (launcher.exitCode !== null) return;
    const gone = once(launcher, 'exit');
    launcher.kill('SIGTERM');
    await gone;
  });
  const isReady = () => {
    if (launcher.exitCode !== null) throw new Error(`npm start ended: ${output}`);
    expect(output).toContain('Ctrl-C stops everything');
    return output;
  };
  return { ports, dataDir, databaseUrl, topicPrefix, ready: () => eventually(isReady, { timeoutMs: 90_000 }) };
}
