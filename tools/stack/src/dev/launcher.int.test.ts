import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { layout } from '../paths';
import { freePort } from '../ports';
import { query as queryAt } from '../postgres';
import { isRunning } from '../processTable';
import { waitUntil } from '../wait';

const parent = mkdtempSync(join(tmpdir(), 'threadlog-launcher-'));
const dataDir = join(parent, 'data');
const files = layout(dataDir);
const main = join(__dirname, '..', '..', 'dist', 'dev', 'main.js');
const service = join(parent, 'service.js');
const names = ['threadlog', 'projector', 'kafka', 'postgres'];
const TWO = ['--processes', '2'];
const launchers: ChildProcess[] = [];
let ports: Record<string, string>;

/** Answers like ours, and no more: the launcher is what is tested here. */
const serviceSource = `
  const { createServer } = require('node:http');
  const { ROLES, API_PORT, REALTIME_PORT, OPS_PORT } = process.env;
  for (const port of ROLES === 'projector' ? [OPS_PORT] : [API_PORT, REALTIME_PORT]) {
    createServer((request, response) => response.writeHead(request.url === '/readyz' ? 200 : 404).end()).listen(Number(port));
  }
  process.on('SIGTERM', () => process.exit(0));
`;

beforeAll(async () => {
  writeFileSync(service, serviceSource);
  const variables = [
    'API_PORT',
    'REALTIME_PORT',
    'GRPC_PORT',
    'OPS_PORT',
    'PROJECTOR_OPS_PORT',
    'DEMO_PORT',
    'KAFKA_PORT',
    'KAFKA_CONTROLLER_PORT',
    'POSTGRES_PORT',
  ];
  ports = Object.fromEntries(
    await Promise.all(variables.map(async (name) => [name, String(await freePort())] as const)),
  );
});

afterAll(async () => {
  const running = launchers.filter((launcher) => launcher.exitCode === null && launcher.signalCode === null);
  await Promise.all(running.map((launcher) => (launcher.kill('SIGTERM'), once(launcher, 'exit'))));
  rmSync(parent, { recursive: true });
}, 30_000);

const launch = (env: NodeJS.ProcessEnv = {}, args: string[] = []) => {
  const given = { KAFKA_BROKERS: '', DATABASE_URL: '', MONGO_URL: '' };
  const ours = { DATA_DIR: dataDir, THREADLOG_SERVICE_SCRIPT: service };
  const launcher = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, ...given, ...ports, ...ours, ...env },
  });
  launchers.push(launcher);
  let output = '';
  for (const stream of [launcher.stdout, launcher.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(launcher, 'exit').then(([code]) => code as number | null);
  const failure = () => (launcher.exitCode === null ? null : `ended with ${launcher.exitCode}: ${output}`);
  const says = (text: string) => waitUntil(text, () => output.includes(text), { timeoutMs: 60_000, failure });
  return { launcher, exited, says, output: () => output };
};

const pidOf = (name: string) => (JSON.parse(readFileSync(files.pidFile(name), 'utf8')) as { pid: number }).pid;
const pids = () => names.map(pidOf);

const query = async (text: string) => {
  const password = readFileSync(join(files.postgres, 'password'), 'utf8').trim();
  return queryAt(`postgresql://threadlog:${password}@127.0.0.1:${ports.POSTGRES_PORT}/threadlog`, text);
};

describe('npm start', () => {
  it('starts again after the launcher was killed, keeps the data, restarts what is killed, and stops in order', async () => {
    const first = launch({}, TWO);
    await first.says('Threadlog is ready');
    expect(first.output()).toMatch(/curl .*\/api\/v1\/threads/);
    expect(first.output()).toContain(`http://localhost:${ports.DEMO_PORT}/demo`);
    await query('create table kept (id int)');
    const left = pids();
    first.launcher.kill('SIGKILL');
    await first.exited;

    const second = launch({}, TWO);
    await second.says('Threadlog is ready');
    expect(left.filter(isRunning)).toEqual([]);
    expect(await query('select * from kept')).toBe(0);

    for (const pid of pids()) process.kill(pid, 'SIGKILL');
    for (const name of ['Threadlog', 'The projector', 'Postgres', 'Kafka']) await second.says(`${name} is back`);

    const running = pids();
    second.launcher.kill('SIGINT');
    expect(await second.exited).toBe(0);
    expect(running.filter(isRunning)).toEqual([]);
    expect(names.filter((name) => existsSync(files.pidFile(name)))).toEqual([]);
  }, 120_000);

  it('says which port is taken and how to choose another one, and leaves nothing running', async () => {
    const taken = createServer().listen(Number(ports.API_PORT), '127.0.0.1');
    await once(taken, 'listening');
    const { exited, output } = launch();
    expect(await exited).toBe(1);
    expect(output()).toContain(`Port ${ports.API_PORT} for the API is taken`);
    expect(output()).toContain('API_PORT=');
    taken.close();
  }, 30_000);

  it('names what to install when there is no Java, and leaves nothing running', async () => {
    const { exited, output } = launch({ PATH: dirname(process.execPath), JAVA_HOME: '' });
    expect(await exited).toBe(1);
    expect(output()).toMatch(/"java" was not found/);
    expect(output()).toMatch(/apt-get install .*jdk.* maven/);
    expect(existsSync(files.pidFile('postgres'))).toBe(false);
  }, 30_000);
});
