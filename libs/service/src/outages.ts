import { ProblemError } from '@threadlog/events';

const NETWORK = /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)/;
/**
 * SQLSTATE: connection exceptions, too many connections, cancelled by timeout, shutting down and starting up; and what was
 * given up for another transaction, as beside a statement that changes tables: asked again, it is answered.
 */
const SQLSTATE = /^(08\w{3}|40001|40P01|53300|57014|57P0[1-4])$/;
/** What `pg` and its pool say without a code. */
const MESSAGE = /timeout exceeded when trying to connect|Connection terminated|Query read timeout|not queryable/;
const MONGO = /^Mongo(Network|NetworkTimeout|ServerSelection|TopologyClosed|PoolCleared|WaitQueueTimeout|NotConnected)/;

/** Whether a store could not answer at the moment, rather than refused what it was asked. */
function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isOutage);
  const code = String((error as { code?: unknown }).code ?? '');
  return NETWORK.test(code) || SQLSTATE.test(code) || MESSAGE.test(error.message) || MONGO.test(error.name);
}

/** The error as callers should see it: a store that is away or gave up for somebody else is `unavailable`, everything else stays what it is. */
export function outageAsProblem(error: unknown): unknown {
  if (!isOutage(error)) return error;
  const detail = 'the read model cannot be reached at the moment';
  return new ProblemError({ code: 'unavailable', detail, retryAfter: 1 }, { cause: error });
}
