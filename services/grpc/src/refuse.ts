import { Code, ConnectError, type HandlerContext } from '@connectrpc/connect';
import type { Problem, ProblemCode } from '@threadlog/events';
import { INTERNAL, problemOf, type Logger } from '@threadlog/service';
import type { Call } from './call';
import { errorOf, outcomeOf } from './errors';

/** The one place where anything thrown becomes an answer. Refusals show in the access log; faults are logged here. */
export type Refuse = (call: Call, thrown: unknown, context?: Pick<HandlerContext, 'timeoutMs'>) => ConnectError;

/** A command ends a moment before its caller's deadline, or a moment after. */
const NEAR_MS = 20;
const TIMED_OUT: ReadonlySet<ProblemCode> = new Set(['outcome_unknown', 'unavailable', 'projection_lagging']);

export function createRefuse(logger: Logger): Refuse {
  return (call, thrown, context) => {
    const error = thrown instanceof ConnectError ? thrown : told(call, thrown, context);
    call.outcome = outcomeOf(error);
    return error;
  };

  function told(call: Call, thrown: unknown, context: Parameters<Refuse>[2]): ConnectError {
    const known = problemOf(thrown);
    const answer = known ?? INTERNAL;
    call.problem = answer.code;
    if (!known || known.code === 'internal')
      logger.error({ request_id: call.requestId, method: call.method, err: thrown }, 'call failed');
    const code = isLate(answer, context) ? Code.DeadlineExceeded : undefined;
    return errorOf(answer, { requestId: call.requestId, code });
  }
}

/** Whether the caller's own deadline is why there is no better answer. */
function isLate({ code }: Problem, context: Parameters<Refuse>[2]): boolean {
  const left = context?.timeoutMs();
  return left !== undefined && left <= NEAR_MS && TIMED_OUT.has(code);
}
