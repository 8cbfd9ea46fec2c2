import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createDatabase, pendingMigrations, type Database } from '@threadlog/read-models';
import { createSharedClock, postgresMistake, type OperatorConfig } from '@threadlog/runtime';
import { createLogger } from '@threadlog/service';
import { fault, ok, skipped, unless, warning, type Finding } from './finding';

/** Which variable leads to a database, and how. */
export interface Way {
  variable: 'DATABASE_URL' | 'DATABASE_DIRECT_URL' | 'KEYSTORE_DATABASE_URL';
  url: string;
  /** Whether a pooler is expected on the way. */
  pooler: boolean;
}

/** Every database that the configuration names. */
export function waysOf(config: OperatorConfig): Way[] {
  const pooler = !config.DATABASE_PREPARED;
  const { DATABASE_DIRECT_URL: direct, KEYSTORE_DATABASE_URL: keys } = config;
  return [
    { variable: 'DATABASE_URL', url: config.DATABASE_URL, pooler },
    ...(direct ? [{ variable: 'DATABASE_DIRECT_URL', url: direct, pooler: false } as const] : []),
    ...(keys ? [{ variable: 'KEYSTORE_DATABASE_URL', url: keys, pooler } as const] : []),
  ];
}

/** Whether it can be reached as it is configured, and by what. */
export async function examineWay({ variable, url, pooler }: Way): Promise<Finding> {
  const database = createDatabase({ url, pooler, max: 1, applicationName: 'threadlog-cli' });
  try {
    const client = await database.connect();
    try {
      const { rows } = await client.query<{ pid: number; version: string }>(
        `select pg_backend_pid() as pid, current_setting('server_version') as version`,
      );
      return judged(
        { variable, pooler },
        { ...rows[0]!, told: (client as unknown as { processID: number }).processID },
      );
    } finally {
      client.release();
    }
  } catch (error) {
    const mistake = await postgresMistake(error, variable);
    return mistake
      ? fault(variable, mistake, 'change that variable for every process')
      : fault(
          variable,
          `the server cannot be reached: ${(error as Error).message || (error as { code?: string }).code}`,
          `start the server, or correct ${variable}`,
        );
  } finally {
    await database.end();
  }
}

/** The oldest PostgreSQL that gets mends from its makers. */
const OLDEST = 14;

/** What a server that answered is good for. A pooler gives its clients a number of its own for the session that it lends. */
export function judged(
  { variable, pooler }: Omit<Way, 'url'>,
  { pid, told, version }: { pid: number; told: number; version: string },
): Finding {
  if (!pooler && told !== pid)
    return fault(
      variable,
      'it leads to a pooler, and what rests on a session (locks, prepared statements) is not safe there',
      variable === 'DATABASE_URL'
        ? 'set DATABASE_PREPARED=false, and DATABASE_DIRECT_URL to the database itself'
        : `set ${variable} to the database itself, past the pooler`,
    );
  if (Number.parseInt(version) < OLDEST)
    return warning(variable, `the server is PostgreSQL ${version}`, 'upgrade it: this version is tested with 18');
  return ok(variable, `PostgreSQL ${version}${told === pid ? '' : ', by a pooler'}`);
}

export interface ServerOptions {
  /** This machine's clock, in milliseconds since 1970. */
  wallClock?: () => number;
}

/** What of the server that is reached is as it has to be. */
export async function examineServer(
  database: Database,
  config: OperatorConfig,
  { wallClock }: ServerOptions,
): Promise<Finding[]> {
  return [
    await examineClock(database, wallClock),
    await examineConnections(database, config),
    await examineDisk(database, new URL(config.DATABASE_DIRECT_URL ?? config.DATABASE_URL).hostname),
    await examineMigrations(database),
  ];
}

async function examineClock(database: Database, wallClock?: () => number): Promise<Finding> {
  const logger = createLogger({ service: 'cli', level: 'silent' });
  const { measure, check } = createSharedClock({ database, logger, ...(wallClock && { wallClock }) });
  await measure();
  const said = check.note?.();
  return unless(
    said ? warning('clock', said, 'start NTP here (timedatectl set-ntp true), and look at the other machines') : null,
    ok('clock', 'that of the database'),
  );
}

async function examineConnections(database: Database, { DATABASE_POOL_SIZE: pool }: OperatorConfig): Promise<Finding> {
  const { rows } = await database.query<{ room: number; used: number }>(
    `select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as room,
       (select count(*) from pg_stat_activity where backend_type = 'client backend') as used`,
  );
  const { room, used } = rows[0]!;
  const says = `${used} of ${room} connections are in use; a process takes up to ${pool}`;
  const cure = 'raise max_connections of the server, lower DATABASE_POOL_SIZE, or put a pooler before it';
  if (pool > room) return fault('connections', says, cure);
  return unless(
    used > 0.8 * room && warning('connections', says, cure),
    ok('connections', `${says}: room for ${Math.floor(room / pool)} processes`),
  );
}

const SHORT_OF_DISK = 0.1;

/** A server tells how large a database is, not how much room is left: that is known where it is on this machine. */
async function examineDisk(database: Database, host: string): Promise<Finding> {
  const { rows } = await database.query<{ size: number; directory: string | null }>(
    `select pg_database_size(current_database()) as size,
       (select setting from pg_settings where name = 'data_directory') as directory`,
  );
  const { size, directory } = rows[0]!;
  const takes = `the database takes ${Math.ceil(size / 2 ** 20)} MiB`;
  const isHere = ['127.0.0.1', 'localhost', '[::1]', ''].includes(host) && directory !== null && existsSync(directory);
  if (!isHere) return skipped('disk', `${takes}; what is left on its disk is not to be seen from here`);
  const { bavail, bsize, blocks } = await statfs(directory);
  const left = `${takes}, ${Math.floor((bavail * bsize) / 2 ** 20)} MiB are left`;
  return unless(
    bavail / blocks < SHORT_OF_DISK &&
      warning('disk', left, 'make room, or give it a larger volume, before it is full'),
    ok('disk', left),
  );
}

async function examineMigrations(database: Database): Promise<Finding> {
  const { pending, unknown } = await pendingMigrations(database);
  if (unknown.length > 0)
    return fault(
      'migrations',
      `the database was migrated by a newer version: ${unknown.join(', ')}`,
      'run that version, or a newer one',
    );
  return unless(
    pending.length > 0 &&
      fault(
        'migrations',
        `not done yet: ${pending.join(', ')}`,
        'start a process of this version: the first one does them',
      ),
    ok('migrations', 'all are done'),
  );
}
