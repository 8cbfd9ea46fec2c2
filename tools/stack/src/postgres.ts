import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { logTail, reapStale, startChild, type Child } from './child';
import { StackError } from './errors';
import { layout, type Layout } from './paths';
import { assertPortFree, freePort } from './ports';
import { postgresBinaries, type PostgresBinaries } from './postgresBinaries';
import { clearStaleLock } from './postmasterLock';
import { runAs, unprivilegedAccount, type Account } from './runAs';
import { startServer, type Server } from './server';
import { waitUntil } from './wait';

const run = promisify(execFile);
const user = 'threadlog';
const database = 'threadlog';

export interface PostgresOptions {
  dataDir: string;
  /** A free port is taken where none is given. */
  port?: number;
  /** `process` survives the end of any process but not of the machine: for tests. */
  durability?: 'machine' | 'process';
  maxConnections?: number;
  /** Lets nobody in without TLS. */
  tls?: PostgresTls;
}

/** PEM texts. */
interface PostgresTls {
  key: string;
  cert: string;
}

interface Instance {
  binaries: PostgresBinaries;
  account: Account | null;
  files: Layout;
  cluster: string;
  port: number;
  settings: Record<string, string | number>;
  url: string;
}

const passwordFile = (files: Layout) => join(files.postgres, 'password');

/** Made once. Kept beside the cluster, not inside: initdb wants an empty folder. */
const readPassword = (files: Layout): string => {
  const file = passwordFile(files);
  if (!existsSync(file)) {
    mkdirSync(files.postgres, { recursive: true });
    writeFileSync(file, `${randomBytes(18).toString('base64url')}\n`, { mode: 0o600 });
  }
  return readFileSync(file, 'utf8').trim();
};

/** A cluster that was interrupted while it was made has no version file: it is made again. */
const initialise = async ({ binaries, account, files, cluster }: Instance): Promise<void> => {
  if (existsSync(join(cluster, 'global', 'pg_control')) && existsSync(join(files.postgres, 'initialised'))) return;
  rmSync(cluster, { recursive: true, force: true });
  mkdirSync(cluster, { recursive: true, mode: 0o700 });
  const secret = join(files.postgres, 'initdb.password');
  writeFileSync(secret, readFileSync(passwordFile(files)), { mode: 0o600 });
  if (account) [cluster, secret].forEach((path) => chownSync(path, account.uid, account.gid));
  const options = [
    '--auth=scram-sha-256',
    `--username=${user}`,
    `--pwfile=${secret}`,
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
  ];
  const { command, args, ...ids } = runAs(binaries.initdb, [`--pgdata=${cluster}`, ...options], {
    account,
    paths: [cluster, binaries.initdb],
  });
  await run(command, args, { ...ids, cwd: cluster, env: { ...process.env, LC_ALL: 'C' } }).catch((cause: unknown) => {
    throw new StackError('The Postgres data directory could not be made.', String(cause), { cause });
  });
  rmSync(secret);
  writeFileSync(join(files.postgres, 'initialised'), '');
};

/** Runs one statement on a connection of its own, and says how many rows there were. */
export const query = async (url: string, text: string): Promise<number> => {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(text)).rowCount ?? 0;
  } finally {
    await client.end().catch(() => undefined);
  }
};

const maintenanceUrl = (url: string) => {
  const other = new URL(url);
  other.pathname = '/postgres';
  return other.href;
};

const createDatabase = async (url: string): Promise<void> => {
  const found = await query(maintenanceUrl(url), `select 1 from pg_database where datname = '${database}'`);
  if (found === 0) await query(maintenanceUrl(url), `create database ${database}`);
};

/** Certificates and rules of entry, in the cluster's folder, where the server may read them. */
const secure = ({ cluster, account }: Instance, { key, cert }: PostgresTls): void => {
  const texts = {
    'server.key': key,
    'server.crt': cert,
    'pg_hba.conf': 'hostssl all all 127.0.0.1/32 scram-sha-256\n',
  };
  for (const [name, text] of Object.entries(texts)) {
    const path = join(cluster, name);
    writeFileSync(path, text, { mode: 0o600 });
    if (account) chownSync(path, account.uid, account.gid);
  }
};

const launch = async ({ binaries, account, files, cluster, port, settings }: Instance): Promise<Child> => {
  await clearStaleLock(cluster);
  const flags = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const wrapped = runAs(binaries.postgres, ['-D', cluster, '-p', String(port), ...flags], {
    account,
    deathSignal: 'INT',
    paths: [cluster, binaries.postgres],
  });
  return startChild({
    ...wrapped,
    name: 'Postgres',
    logFile: files.log('postgres'),
    pidFile: files.pidFile('postgres'),
    marker: files.root,
    cwd: cluster,
    env: { ...process.env, LC_ALL: 'C' },
  });
};

/** Backends of a killed postmaster hold its shared memory for a moment; until they are gone a new one ends at once. */
const startPostmaster = async (instance: Instance): Promise<Child> => {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const child = await launch(instance);
    try {
      const answers = async () => (await query(maintenanceUrl(instance.url), 'select 1')) === 1;
      await waitUntil('Postgres', answers, { timeoutMs: 60_000, failure: child.ended });
      return child;
    } catch (cause) {
      await child.kill();
      const tail = logTail(instance.files.log('postgres'));
      if (/shared memory block .* still in use/.test(tail) && performance.now() < deadline) continue;
      throw new StackError(
        `Postgres did not start. Its log ends with:\n  ${tail}`,
        `See ${instance.files.log('postgres')}`,
        { cause },
      );
    }
  }
};

const settingsFor = ({
  durability = 'machine',
  maxConnections = 200,
  tls,
}: PostgresOptions): Record<string, string | number> => ({
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: maxConnections,
  shared_buffers: '256MB',
  ...(tls && { ssl: 'on' }),
  ...(durability === 'process' ? { fsync: 'off', full_page_writes: 'off' } : {}),
});

/**
 * Starts an embedded PostgreSQL with one database and waits until it answers a query. Works as root, too.
 * @throws StackError with what to do: no binaries, port taken, a stale process that does not end.
 */
export const startPostgres = async (options: PostgresOptions): Promise<Server> => {
  const files = layout(options.dataDir);
  await reapStale('Postgres', files.pidFile('postgres'), files.root);
  const port = options.port ?? (await freePort());
  await assertPortFree(port, 'Postgres', 'POSTGRES_PORT');
  const cluster = join(files.postgres, 'data');
  const url = `postgresql://${user}:${readPassword(files)}@127.0.0.1:${port}/${database}${options.tls ? '?sslmode=no-verify' : ''}`;
  const account = unprivilegedAccount(cluster);
  const instance: Instance = {
    binaries: postgresBinaries(),
    account,
    files,
    cluster,
    port,
    settings: settingsFor(options),
    url,
  };
  await initialise(instance);
  if (options.tls) secure(instance, options.tls);
  const server = await startServer({
    name: 'Postgres',
    port,
    url,
    stopSignal: 'SIGINT',
    start: () => startPostmaster(instance),
  });
  await createDatabase(url);
  return server;
};
