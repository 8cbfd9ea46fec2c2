import { chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { logTail, reapStale, startChild, type Child } from './child';
import { StackError } from './errors';
import { layout, type Layout } from './paths';
import { accepts, assertPortFree, freePort } from './ports';
import { runAs, unprivilegedAccount } from './runAs';
import { startServer, type Server } from './server';
import { waitUntil } from './wait';

export interface PgBouncerOptions {
  dataDir: string;
  /** The database behind it, with user and password. */
  target: string;
  /** A free port is taken where none is given. */
  port?: number;
  /** Connections that it holds to the database. */
  poolSize?: number;
}

/** Where the system has it, in the folders of its administrator too; null where it has none. */
export const findPgBouncer = (): string | null =>
  [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
    .map((folder) => join(folder, 'pgbouncer'))
    .find((file) => existsSync(file)) ?? null;

const settings = (files: Layout, { target, poolSize = 6 }: PgBouncerOptions, port: number): string => {
  const { hostname, port: at, username, password, pathname } = new URL(target);
  const database = decodeURIComponent(pathname.slice(1));
  return [
    '[databases]',
    `${database} = host=${hostname} port=${at} user=${username} password=${decodeURIComponent(password)}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'pool_mode = transaction',
    'auth_type = plain',
    `auth_file = ${join(files.root, 'pgbouncer', 'users.txt')}`,
    'max_client_conn = 500',
    `default_pool_size = ${poolSize}`,
    '',
  ].join('\n');
};

/**
 * Starts PgBouncer, which lends each transaction another connection, in front of a database.
 * @throws StackError with what to do: not installed, port taken.
 */
export const startPgBouncer = async (options: PgBouncerOptions): Promise<Server> => {
  const binary = findPgBouncer();
  if (!binary) throw new StackError('There is no PgBouncer.', 'Install it: apt-get install pgbouncer');
  const files = layout(options.dataDir);
  await reapStale('PgBouncer', files.pidFile('pgbouncer'), files.root);
  const port = options.port ?? (await freePort());
  await assertPortFree(port, 'PgBouncer', 'PGBOUNCER_PORT');
  const url = new URL(options.target);
  const folder = join(files.root, 'pgbouncer');
  mkdirSync(folder, { recursive: true });
  const written = {
    'users.txt': `"${url.username}" "${decodeURIComponent(url.password)}"\n`,
    'pgbouncer.ini': settings(files, options, port),
  };
  const account = unprivilegedAccount(folder);
  for (const [name, text] of Object.entries(written)) {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    if (account) chownSync(join(folder, name), account.uid, account.gid);
  }
  url.port = String(port);
  url.hostname = '127.0.0.1';
  const start = async (): Promise<Child> => {
    const config = join(folder, 'pgbouncer.ini');
    const command = runAs(binary, [config], { account, deathSignal: 'TERM', paths: [config] });
    const child = startChild({
      ...command,
      name: 'PgBouncer',
      logFile: files.log('pgbouncer'),
      pidFile: files.pidFile('pgbouncer'),
      marker: files.root,
    });
    await waitUntil('PgBouncer', () => accepts(port), { timeoutMs: 10_000, failure: child.ended }).catch(
      async (cause: unknown) => {
        await child.kill();
        const tail = logTail(files.log('pgbouncer'));
        throw new StackError(`PgBouncer did not start:\n  ${tail}`, `See ${files.log('pgbouncer')}`, { cause });
      },
    );
    return child;
  };
  return startServer({ name: 'PgBouncer', port, url: url.href, stopSignal: 'SIGINT', start });
};
