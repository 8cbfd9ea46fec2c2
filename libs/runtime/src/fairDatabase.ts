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

/** Statements and transactions for tenants that wait for a connection, a process; and those of one tenant. */
const STATEMENTS_WAITING = 8_000;
const STATEMENTS_WAITING_OF_TENANT = 1_000;
/** As long as others wait for a connection, so that callers can still answer within five seconds. */
const LONGEST_STATEMENT_WAIT_MS = 4_000;

export interface FairDatabaseOptions {
  /** Most connections of the pool. */
  connections: number;
  /** Hears of each statement and transaction that was refused, since too many waited. */
  onShed(surface: Surface): void;
}

/**
 * Has the pool's connections shared by the tenants for whom statements and transactions are run (`onBehalfOf`): of what they
 * may have together no tenant has more than two thirds, and what it wants further waits in a line of its own. A tenth of the
 * connections is left to what the process does for itself (leases, checkpoints), which waits in no line. Within a transaction
 * only its own client may be asked: whoever holds a connection must not stand in line for another.
 */
export function shareFairly(database: Database, { connections, onShed }: FairDatabaseOptions): void {
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
    return behalf ? run(behalf, () => query(...args)) : query(...args);
  }) as Database['query'];
  const connect = database.connect.bind(database) as (...args: unknown[]) => Promise<PoolClient>;
  database.connect = ((...args: unknown[]) => {
    const behalf = presentBehalf();
    // With a callback it is the pool's own statement that asks, which has stood in line.
    return behalf && args.length === 0 ? connectFairly(run, behalf, connect) : connect(...args);
  }) as Database['connect'];
}

/** A connection that has a share of its tenant's until it is released. */
function connectFairly(run: FairRunner, behalf: Behalf, connect: () => Promise<PoolClient>): Promise<PoolClient> {
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
