import type { Database } from '@threadlog/read-models';
import {
  createFairRunner,
  presentBehalf,
  REFUSALS,
  type Behalf,
  type FairRunner,
  type GateBounds,
  type Surface,
} from '@threadlog/service';
import type { PoolClient } from 'pg';
import { inTime, LONGEST_ANSWER_MS } from './inTime';

/** Statements and transactions for tenants that wait for a connection, a process; and those of one tenant. */
const STATEMENTS_WAITING = 8_000;
const STATEMENTS_WAITING_OF_TENANT = 1_000;
/** As long as others wait for a connection, so that callers can still answer within five seconds. */
const LONGEST_STATEMENT_WAIT_MS = 4_000;

export interface FairDatabaseOptions {
  /** Most connections of the pool. */
  connections: number;
  /** After so many milliseconds what was asked for a tenant is `unavailable`; 4,500 by default. */
  longestAnswerMs?: number;
  /** Hears of each statement and transaction that was refused, since too many waited. */
  onShed(surface: Surface): void;
}

/**
 * Has the pool's connections shared by the tenants for whom statements and transactions are run (`onBehalfOf`): of what they
 * may have together no tenant has more than two thirds, and what it wants further waits in a line of its own. A tenth of the
 * connections is left to what the process does for itself (leases, checkpoints), which waits in no line. Within a transaction
 * only its own client may be asked: whoever holds a connection must not stand in line for another.
 *
 * Whoever asks for a tenant has somebody waiting: what is not answered in time is given up, also where nothing tells that the
 * database is away. A statement goes on by itself until its own timeout and holds its tenant's share; a transaction loses its
 * connection.
 */
export function shareFairly(database: Database, options: FairDatabaseOptions): void {
  const { connections, onShed, longestAnswerMs = LONGEST_ANSWER_MS } = options;
  const run = createFairRunner({
    bounds: boundsFor(connections),
    longestWaitMs: LONGEST_STATEMENT_WAIT_MS,
    refusal({ surface }) {
      onShed(surface);
      return REFUSALS.database;
    },
  });
  const query = database.query.bind(database) as (...args: unknown[]) => Promise<never>;
  database.query = ((...args: unknown[]) => {
    const behalf = presentBehalf();
    return behalf
      ? inTime(
          longestAnswerMs,
          run(behalf, () => query(...args)),
        )
      : query(...args);
  }) as Database['query'];
  const connect = database.connect.bind(database) as (...args: unknown[]) => Promise<Client>;
  database.connect = ((...args: unknown[]) => {
    const behalf = presentBehalf();
    // With a callback it is the pool's own statement that asks, which has stood in line.
    if (!behalf || args.length > 0) return connect(...args);
    const until = performance.now() + longestAnswerMs;
    return connectFairly(run, behalf, async () => endInTime(until, await connect()));
  }) as Database['connect'];
}

/** `pg` has `end` on what a pool lends, its types do not. */
type Client = PoolClient & { end(): Promise<void> };

/** Its statements fail once the time has come: the pool throws away a client that was ended while it was lent. */
function endInTime(until: number, client: Client): Client {
  const timer = setTimeout(() => void client.end(), until - performance.now());
  const release = client.release.bind(client);
  client.release = (error) => {
    clearTimeout(timer);
    release(error);
  };
  return client;
}

/** A connection that has a share of its tenant's until it is released. */
function connectFairly(run: FairRunner, behalf: Behalf, connect: () => Promise<Client>): Promise<PoolClient> {
  const { promise, resolve, reject } = Promise.withResolvers<PoolClient>();
  run(behalf, async () => {
    const client = await connect();
    const { promise: released, resolve: leave } = Promise.withResolvers<void>();
    const release = client.release.bind(client);
    client.release = (error) => {
      leave();
      release(error);
    };
    resolve(client);
    await released;
  }).catch(reject);
  return promise;
}

function boundsFor(connections: number): GateBounds {
  const shared = Math.max(1, connections - Math.ceil(connections / 10));
  return {
    underWay: { count: shared, cost: Infinity },
    underWayOfTenant: { count: Math.ceil((shared * 2) / 3), cost: Infinity },
    waiting: { count: STATEMENTS_WAITING, cost: Infinity },
    waitingOfTenant: { count: STATEMENTS_WAITING_OF_TENANT, cost: Infinity },
    turn: 1,
  };
}
