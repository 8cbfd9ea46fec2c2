import { Pool, types, type PoolClient } from 'pg';

/** A pool of connections to the read model's database. */
export type Database = Pool;
/** Where a statement can run: a pool, or one connection of it inside a transaction. */
export type Queryable = Pick<Pool, 'query'> | Pick<PoolClient, 'query'>;

export interface DatabaseOptions {
  url: string;
  /** Most connections; default 10. */
  max?: number;
  /** Shown in `pg_stat_activity`; default `threadlog`. */
  applicationName?: string;
  /** Milliseconds after which the server cancels a statement; default 10,000. */
  statementTimeoutMs?: number;
  /** Milliseconds to wait for a connection; default 4,000, so that callers can still answer within five seconds. */
  connectTimeoutMs?: number;
  /**
   * Behind a pooler that lends a connection for one transaction, as PgBouncer does: nothing is asked for at the start of
   * a connection, no statement has a name, and nothing may rest on a session. The server's timeouts are the role's then.
   */
  pooler?: boolean;
  /** Told once of each connection that breaks, idle or lent out; the pool replaces it by itself. */
  onBroken?: (error: Error) => void;
}

const INT8 = 20;

/**
 * Opens a pool whose `bigint` columns come back as numbers: offsets and epochs stay below 2^53. The parser belongs to
 * this pool, so other users of `pg` in the process keep theirs. Connects lazily; end it with `pool.end()`.
 *
 * The only place where pools are made: none of its connections can end the process by breaking.
 */
export function createDatabase(options: DatabaseOptions): Database {
  const statementTimeout = options.statementTimeoutMs ?? 10_000;
  const pool = new Pool({
    connectionString: options.url,
    max: options.max ?? 10,
    application_name: options.applicationName ?? 'threadlog',
    connectionTimeoutMillis: options.connectTimeoutMs ?? 4_000,
    // The server's own timeout needs the server: a vanished host is noticed here.
    query_timeout: statementTimeout + 2_000,
    ...(!options.pooler && { statement_timeout: statementTimeout, idle_in_transaction_session_timeout: 30_000 }),
    keepAlive: true,
    types: { getTypeParser },
  });
  surviveBrokenConnections(pool, options.onBroken ?? (() => undefined));
  if (options.pooler) pool.on('connect', forgetNames);
  return pool;
}

/** A statement that was prepared is unknown to the next connection that a pooler lends. */
function forgetNames(client: PoolClient): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  client.query = ((first: unknown, ...rest: unknown[]) =>
    query(isNamed(first) ? { ...first, name: undefined } : first, ...rest)) as PoolClient['query'];
}

/** Not what sends itself, as cursors do. */
function isNamed(query: unknown): query is { name: string } {
  return typeof query === 'object' && query !== null && 'name' in query && !('submit' in query);
}

/**
 * A connection that breaks emits an error, which ends a process that does not listen: on the pool while it is idle, on
 * the connection itself while somebody has borrowed it, and now and then twice. So each is listened to for as long as
 * it lives; whoever has borrowed it learns of it from the next statement.
 */
function surviveBrokenConnections(pool: Pool, onBroken: (error: Error) => void): void {
  const broken = new WeakSet<PoolClient>();
  pool.on('connect', (client) => {
    client.on('error', (error) => {
      if (!broken.has(client)) onBroken(error);
      broken.add(client);
    });
  });
  // Idle ones have been told of by the connection.
  pool.on('error', () => undefined);
}

function getTypeParser(oid: number, format?: 'text' | 'binary') {
  return oid === INT8 && format !== 'binary' ? Number : types.getTypeParser(oid, format as 'text');
}

/** Runs `work` in one transaction on one connection: commits its result, rolls back when it throws. */
export async function inTransaction<T>(database: Database, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await database.connect();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    // A connection that cannot even roll back is thrown away instead of being handed to the next user.
    const broken = await client.query('rollback').then(
      () => undefined,
      (cause: Error) => cause,
    );
    client.release(broken);
    throw error;
  }
}
