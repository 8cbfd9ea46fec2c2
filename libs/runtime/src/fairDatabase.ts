import type { Database } from '@threadlog/read-models';
import { createFairRunner, presentBehalf, REFUSALS, type GateBounds, type Surface } from '@threadlog/service';

/** Statements for tenants that wait for a connection, a process; and those of one tenant. */
const STATEMENTS_WAITING = 8_000;
const STATEMENTS_WAITING_OF_TENANT = 1_000;
/** As long as others wait for a connection, so that callers can still answer within five seconds. */
const LONGEST_STATEMENT_WAIT_MS = 4_000;

export interface FairDatabaseOptions {
  /** Most connections of the pool. */
  connections: number;
  /** Hears of each statement that was refused, since too many waited. */
  onShed(surface: Surface): void;
}

/**
 * Has the pool's connections shared by the tenants for whom statements are run (`onBehalfOf`): of what they may have
 * together no tenant has more than two thirds, and its further statements wait in a line of its own. A tenth of the connections
 * is left to what the process does for itself (leases, checkpoints, transactions), which waits in no line.
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
