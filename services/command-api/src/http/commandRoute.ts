import type { AgentStreams } from '@threadlog/agents';
import type { Command, CommandAccepted, CommandInput, CommandType } from '@threadlog/commands';
import type { TenantId } from '@threadlog/events';
import {
  CONSISTENCY_HEADER,
  defineRoute,
  encodeConsistencyToken,
  idempotencyKeySchema,
  type RequestSchemas,
  type Route,
  type RouteDefinition,
  type RouteAuth,
  type RouteReply,
  type RouteRequest,
} from '@threadlog/service';
import { z } from 'zod';
import { definitionOf } from '../commands/registry';
import { carryOut, requireAccepted, type Sending } from './carryOut';
import type { LookUps } from './lookUps';

/** What command routes work with. */
export interface CommandRouteDeps extends Sending {
  /** Identity of the log, part of every consistency token. */
  logId: string;
  /** What stands before every path, for `Location`; `BASE_PATH`. */
  basePath: string;
  /** Look-ups in the read model, for commands that name a message or thread of another stream. */
  lookUps: LookUps;
  /** Gives an erased person a new key; safe to repeat. */
  readmit(tenantId: TenantId, subjectId: string): Promise<void>;
  /** The URL of an endpoint in its one spelling; throws `invalid_request` for one that nothing would be sent to. */
  webhookUrl(text: string): string;
  /** Takes what an agent says as it says it; null where there is no message. Throws what the run was refused with. */
  takeStream: AgentStreams['take'];
}

export const commandHeaders = z.object({
  'idempotency-key': idempotencyKeySchema
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

const writeHeaders = z.object({
  [CONSISTENCY_HEADER]: z.string().optional().meta({ description: 'Send it with reads that must show this write.' }),
  'Idempotency-Replayed': z.literal('true').optional(),
});

/** An answer in a surface's own words; what it leaves out is the command's. */
export type ResponseOverride = Partial<Pick<RouteReply, 'status' | 'body'>> & {
  /** Path of a created resource, below `basePath`. */
  location?: string;
};

/** What a write says of itself; parts of the request that are left out are none, but for the headers of every write. */
interface WriteRules<Params, Headers, Body, Query = undefined> extends Omit<
  RouteDefinition<RequestSchemas, CommandRouteDeps>,
  'auth' | 'params' | 'query' | 'headers' | 'body' | 'handler'
> {
  /** `user` by default. */
  auth?: RouteAuth;
  params?: Params;
  query?: Query;
  /** `commandHeaders` by default. */
  headers?: Headers;
  body?: Body;
}

type WriteRequest<Params, Headers, Body, Query = undefined> = RouteRequest<{
  params: Extract<Params, z.ZodObject>;
  query: Extract<Query, z.ZodObject>;
  headers: Extract<Headers, z.ZodObject>;
  body: Extract<Body, z.ZodType>;
}>;

interface CommandRules<Type extends CommandType, Params, Headers, Body> extends WriteRules<Params, Headers, Body> {
  /** The command that a request stands for. */
  sends: Type;
  /** The command's input, from a parsed request. */
  input(
    request: WriteRequest<Params, Headers, Body>,
    deps: CommandRouteDeps,
  ): CommandInput<Type> | Promise<CommandInput<Type>>;
  /** Tells a success in other words than the command's. */
  tell?(result: CommandAccepted): ResponseOverride;
}

/** A write: one request, one command, whose result is the answer. */
export function commandRoute<
  Type extends CommandType,
  Params extends z.ZodObject | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
  Headers extends z.ZodObject = typeof commandHeaders,
>(rules: CommandRules<Type, Params, Headers, Body>): Route<CommandRouteDeps> {
  const { sends: type, input, tell, ...route } = rules;
  return writeRoute<Params, Body, Headers>({
    ...route,
    sends: [type],
    async handler(request, deps) {
      const command = { type, input: await input(request, deps) } as Command;
      const result = requireAccepted(await carryOut(request, deps, command));
      return replyTo(result, deps, tell?.(result));
    },
  });
}

interface HandledRules<Params, Headers, Body, Query> extends WriteRules<Params, Headers, Body, Query> {
  /** The commands whose refusals are the route's. */
  sends: readonly CommandType[];
  handler(request: WriteRequest<Params, Headers, Body, Query>, deps: CommandRouteDeps): Promise<RouteReply>;
}

/** A write of any number of commands. */
export function writeRoute<
  Params extends z.ZodObject | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
  Headers extends z.ZodObject = typeof commandHeaders,
  Query extends z.ZodObject | undefined = undefined,
>({ sends, ...route }: HandledRules<Params, Headers, Body, Query>): Route<CommandRouteDeps> {
  const responses = Object.entries(route.responses).map(([status, one]) => [status, { ...one, headers: writeHeaders }]);
  return defineRoute<RequestSchemas, CommandRouteDeps>({
    auth: 'user',
    headers: commandHeaders,
    ...(route as Omit<RouteDefinition<RequestSchemas, CommandRouteDeps>, 'auth'>),
    responses: Object.fromEntries(responses) as RouteDefinition['responses'],
    problems: [
      ...new Set(sends.flatMap((type) => definitionOf({ type }).refusals)),
      ...(route.problems ?? []),
      'forbidden',
      'idempotency_key_reused',
      'overloaded',
      'outcome_unknown',
    ],
  });
}

export function replyTo(result: CommandAccepted, deps: CommandRouteDeps, told: ResponseOverride = {}): RouteReply {
  const status = told.status ?? result.status;
  const headers = writtenHeaders(result, deps);
  if (status === 204) return { status, headers };
  const ETag = result.etag === undefined ? undefined : `"${result.etag}"`;
  const Location = status === 201 || status === 202 ? locationOf(result, deps, told) : undefined;
  return { status, body: told.body ?? result.resource, headers: { ...headers, ETag, Location } };
}

function writtenHeaders({ position, replayed }: CommandAccepted, { logId }: CommandRouteDeps): RouteReply['headers'] {
  return {
    [CONSISTENCY_HEADER]: position ? encodeConsistencyToken({ logId, ...position }) : undefined,
    'Idempotency-Replayed': replayed ? 'true' : undefined,
  };
}

function locationOf(
  result: CommandAccepted,
  { basePath }: CommandRouteDeps,
  told: ResponseOverride,
): string | undefined {
  if (told.location !== undefined) return `${basePath}${told.location}`;
  return result.location && `${basePath}/api/v1${result.location}`;
}

/** The version in an `If-Match` header; `*` and none ask for nothing. */
export function versionIn(headers: unknown): number | undefined {
  const tag = (headers as { 'if-match'?: string })['if-match'];
  if (tag === undefined || tag === '*') return undefined;
  return Number(/\d+/.exec(tag)![0]);
}
