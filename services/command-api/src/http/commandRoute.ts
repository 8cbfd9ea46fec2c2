import type { Command, CommandRouter } from '@threadlog/commands';
import { problem, ProblemError } from '@threadlog/events';
import {
  CONSISTENCY_HEADER,
  defineRoute,
  encodeConsistencyToken,
  type RequestSchemas,
  type Route,
  type RouteDefinition,
  type RouteReply,
  type RouteRequest,
} from '@threadlog/service';
import { z } from 'zod';

/** What command routes work with. */
export interface CommandRouteDeps {
  router: CommandRouter;
  /** Identity of the log, part of every consistency token. */
  logId: string;
  /** Where the canonical routes are mounted, for `Location`. */
  baseUrl: string;
  /** Longest wait for an answer; milliseconds. */
  timeoutMs: number;
}

const MAX_KEY = 255;
export const commandHeaders = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, `must be 1 to ${MAX_KEY} visible ASCII characters`)
    .optional()
    .meta({ description: 'The same key with the same request gives the first answer again, for 24 hours.' }),
});
export const matchHeaders = commandHeaders.extend({
  'if-match': z
    .string()
    .regex(/^(?:\*|(?:W\/)?"\d{1,9}")$/, 'must be an entity tag of this resource')
    .optional()
    .meta({ description: 'Entity tag of the state the change was made for; another one is answered 412.' }),
});

export const writeHeaders = z.object({
  [CONSISTENCY_HEADER]: z.string().optional().meta({ description: 'Send it with reads that must show this write.' }),
  'Idempotency-Replayed': z.literal('true').optional(),
});

type CommandRouteDefinition<Schemas extends RequestSchemas> = Omit<
  RouteDefinition<Schemas, CommandRouteDeps>,
  'auth' | 'handler'
> & {
  /** The command that a parsed request stands for. */
  command(request: RouteRequest<Schemas>): Command;
};

/** A write with a bearer token: one request, one command, whose result is the answer. */
export function commandRoute<Schemas extends RequestSchemas>(
  definition: CommandRouteDefinition<Schemas>,
): Route<CommandRouteDeps> {
  const { command: commandOf, ...route } = definition;
  return defineRoute<Schemas, CommandRouteDeps>({
    ...(route as RouteDefinition<Schemas, CommandRouteDeps>),
    auth: 'user',
    problems: [...(route.problems ?? []), 'forbidden', 'idempotency_key_reused', 'overloaded', 'outcome_unknown'],
    handler: async (request, deps) => execute(request, deps, commandOf(request)),
  });
}

async function execute<Schemas extends RequestSchemas>(
  request: RouteRequest<Schemas>,
  deps: CommandRouteDeps,
  command: Command,
): Promise<RouteReply> {
  const headers = request.headers as { 'idempotency-key'?: string };
  const result = await deps.router.execute({
    actor: request.actor,
    command,
    idempotencyKey: headers['idempotency-key'] ?? keyInBody(command),
    correlationId: request.requestId,
    traceparent: request.traceparent,
    timeoutMs: deps.timeoutMs,
  });
  if (!result.ok) throw new ProblemError(result.problem);
  const { position } = result;
  return {
    status: result.status,
    body: result.resource ?? undefined,
    headers: {
      [CONSISTENCY_HEADER]: position ? encodeConsistencyToken({ logId: deps.logId, ...position }) : undefined,
      'Idempotency-Replayed': result.replayed ? 'true' : undefined,
      Location: result.status === 201 && result.location ? `${deps.baseUrl}${result.location}` : undefined,
      ETag: result.etag === undefined ? undefined : `"${result.etag}"`,
    },
  };
}

/** A client's own message id serves as its key where no header says otherwise. */
function keyInBody(command: Command): string | null {
  return command.type === 'message.post' ? command.input.clientMessageId : null;
}

/** The version in an `If-Match` header; `*` and none ask for nothing. */
export function versionIn(headers: unknown): number | undefined {
  const tag = (headers as { 'if-match'?: string })['if-match'];
  if (tag === undefined || tag === '*') return undefined;
  return Number(/\d+/.exec(tag)![0]);
}

/** An empty change is a mistake of the caller, not a success. */
export function requireChange(body: object): void {
  if (Object.keys(body).length === 0) throw problem('invalid_request', 'The body changes nothing.');
}
