import { CLIENT_EVENTS, clientMessageIdSchema, problem, type ClientEventName, type Problem } from '@threadlog/events';
import {
  beginSpan,
  countActor,
  isTracing,
  onBehalfOf,
  INTERNAL,
  outageAsProblem,
  problemBody,
  problemOf,
  requireJsonValue,
  requireLeft,
  type RateLimits,
} from '@threadlog/service';
import { frame } from '../frames';
import type { RealtimeLimits } from '../limits';
import type { Connection } from '../rooms/connection';
import { commandOf, isSignal, type CommandContext, type CommandDeps } from './index';
import { createBucket } from './bucket';

export interface CommandLimits extends Pick<RealtimeLimits, 'threadsPerConnection'> {
  commandsPerSecond: number;
  commandBurst: number;
  commandsInFlight: number;
}

export interface DispatchDeps extends CommandDeps {
  limits: CommandLimits;
  /** The same that requests over HTTP count against. */
  rateLimits: Pick<RateLimits, 'consume'>;
  /** Told of faults of ours and of stores that are away; refusals are not faults. */
  onFault(cause: unknown, event: string): void;
}

/** Takes one packet of a socket: event name, payload, and an ack where the client wants an answer. Never rejects. */
export type Dispatch = (event: string, args: unknown[]) => Promise<void>;
type Ack = (answer: unknown) => void;

/** One of these for each socket: it counts the socket's commands. */
export function createDispatch(
  context: Omit<CommandContext, 'correlationId'>,
  deps: DispatchDeps,
  now: () => number = () => performance.now(),
): Dispatch {
  const { connection } = context;
  const { limits } = deps;
  const bucket = createBucket({ perSecond: limits.commandsPerSecond, burst: limits.commandBurst, now });
  let inFlight = 0;
  let count = 0;

  function admit(): void {
    if (!bucket.take()) throw problem('rate_limited', 'Too many commands on this socket.', { retryAfter: 1 });
    if (inFlight >= limits.commandsInFlight) {
      throw problem('overloaded', 'Too many commands of this socket wait for their answers.', { retryAfter: 1 });
    }
  }

  async function run(event: string, payload: unknown, of: Origin): Promise<unknown> {
    // A command costs what the same request costs over HTTP, out of the same budget.
    if (!isSignal(event)) requireLeft(await countActor(deps.rateLimits, connection.actor));
    const command = commandOf(event);
    if (!command) throw problem('invalid_request', 'No such event.');
    requireJsonValue(payload);
    const parsed = CLIENT_EVENTS[event as ClientEventName].parse(payload);
    const { tenantId } = connection.actor;
    return onBehalfOf({ tenantId, surface: 'sockets' }, () => command(parsed as never, { ...context, ...of }, deps));
  }

  return async (event, args) => {
    const last = args.at(-1);
    const ack = typeof last === 'function' ? (last as Ack) : undefined;
    const payload = ack && args.length === 1 ? undefined : args[0];
    const correlationId = `${connection.wire.id}.${++count}`;
    try {
      admit();
      inFlight += 1;
      try {
        const answer = await traced(event, correlationId, (of) => run(event, payload, of));
        ack?.(answer);
      } finally {
        inFlight -= 1;
      }
    } catch (cause) {
      const told = outageAsProblem(cause);
      const found = problemOf(told);
      if (!found || told !== cause) deps.onFault(cause, event);
      refuse(connection, { payload, ack, correlationId }, found ?? INTERNAL);
    }
  };
}

/** Where a command comes from. */
type Origin = Pick<CommandContext, 'correlationId' | 'traceparent'>;

/** Signals are no work that anybody would look for, and there are many. */
function traced(event: string, correlationId: string, run: (of: Origin) => Promise<unknown>): Promise<unknown> {
  const span = isTracing() && !isSignal(event) && commandOf(event) ? beginSpan({ name: 'command' }) : null;
  if (!span) return run({ correlationId });
  const done = { name: `socket ${event}`, facts: { 'threadlog.request_id': correlationId } };
  return run({ correlationId, traceparent: span.traceparent }).then(
    (answer) => {
      span.end(done);
      return answer;
    },
    (cause: unknown) => {
      span.end({ ...done, code: problemOf(outageAsProblem(cause))?.code ?? INTERNAL.code });
      throw cause;
    },
  );
}

interface Refused {
  payload: unknown;
  ack: Ack | undefined;
  correlationId: string;
}

function refuse(connection: Connection, { payload, ack, correlationId }: Refused, found: Problem): void {
  if (ack) return ack(problemBody(found, { requestId: correlationId }));
  const code = found.code.toUpperCase() as Uppercase<typeof found.code>;
  connection.wire.emit(frame('error', { code, message: found.detail }));
  const { tempId } = (payload ?? {}) as { tempId?: unknown };
  const { data: messageId } = clientMessageIdSchema.safeParse(tempId);
  if (messageId !== undefined) {
    connection.wire.emit(frame('message:error', { messageId, error: found.detail, code }));
  }
}
