import { Code, createContextValues, type ConnectRouter } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { CALL, callOf, newCall, type Call, type CallContext } from './call';
import type { Door } from './admission';
import type { GrpcLimits } from './limits';
import type { NodeHandler, NodeServerRequest, NodeServerResponse } from './node';
import type { Refuse } from './refuse';
import { createUnary, type UnaryMethod } from './unary';

export interface ListenerDeps {
  routes(router: ConnectRouter, gates: Gates): void;
  /** Those of the methods that need no stream, once more. */
  unary(gates: Gates): UnaryMethod[];
  door: Door;
  refuse: Refuse;
  limits: Pick<GrpcLimits, 'messageBytes' | 'metadataBytes'>;
  trustedProxies: number;
  /** Aborted when the process stops: open streams end then. */
  stopping: AbortSignal;
  ended(call: Call): void;
}

/** Who may call the methods of a service, decided before a call's body is read. */
export interface Gates {
  user(context: CallContext): Promise<void>;
  anyone(context: CallContext): Promise<void>;
  /** Not even counted: probes come often. */
  open(context: CallContext): Promise<void>;
}

/** Metadata of 32 levels, each of which is three messages, and what is around it. */
const RECURSION_LIMIT = 200;

/** What speaks gRPC, gRPC-Web and Connect on either version of HTTP. */
export function createGrpcListener(deps: ListenerDeps): NodeHandler {
  const { door, refuse, limits, routes, stopping, trustedProxies } = deps;
  const calls = new WeakMap<NodeServerRequest, Call>();

  const gate = (admit: (context: CallContext) => Promise<void>) => async (context: CallContext) => {
    const call = callOf(context);
    call.method = `${context.service.typeName}/${context.method.name}`;
    context.responseHeader.set('x-request-id', call.requestId);
    try {
      await admit(context);
      // What cannot be read as a message of the method ends so, as gRPC has it; whatever is known better is said later.
      call.outcome = 'internal';
    } catch (error) {
      throw refuse(call, await door.refusal(call, error));
    }
  };
  const gates: Gates = { user: gate(door.user), anyone: gate(door.anyone), open: gate(() => Promise.resolve()) };

  const handle = connectNodeAdapter({
    routes: (router) => routes(router, gates),
    readMaxBytes: limits.messageBytes,
    binaryOptions: { recursionLimit: RECURSION_LIMIT },
    // What is small is sent as it is: packing it costs more than it saves.
    compressMinBytes: 4_096,
    shutdownSignal: stopping,
    contextValues: (request) => createContextValues().set(CALL, calls.get(request)),
    fallback: (request, response) => void refuseUnknown(calls.get(request)!, request, response),
  });

  const unary = createUnary({ methods: deps.unary(gates), refuse, limits, recursionLimit: RECURSION_LIMIT });

  /** A method that does not exist, for whoever asks; who is unknown is counted. */
  async function refuseUnknown(call: Call, request: NodeServerRequest, response: NodeServerResponse): Promise<void> {
    const refused = await door.refusal(call, undefined);
    if (refused !== undefined) refuse(call, refused);
    const code = refused === undefined ? Code.Unimplemented : Code.ResourceExhausted;
    const speaksGrpc = request.headers['content-type']?.startsWith('application/grpc') ?? false;
    const headers = { 'content-type': 'application/grpc', 'grpc-status': String(code) };
    if (speaksGrpc) response.writeHead(200, headers);
    else response.writeHead(refused === undefined ? 404 : 429);
    response.end();
  }

  return (request, response) => {
    const call = newCall(request, response, trustedProxies);
    response.once('close', () => deps.ended(call));
    if (bytesOf(request) > limits.metadataBytes) return refuseLarge(call, response);
    if (unary(request, response, call)) return;
    calls.set(request, call);
    quietly(response);
    handle(request, response);
  };
}

/**
 * Whoever has gone in the middle of an answer is no fault, but the library prints each write that fails. So it does not hear
 * of them: `close` and the call's signal tell whom it concerns.
 */
function quietly(response: NodeServerResponse): void {
  const write = response.write.bind(response) as (chunk: Uint8Array) => boolean;
  let hasGone = false;
  response.once('close', () => (hasGone = true));
  response.write = ((chunk: Uint8Array) => hasGone || write(chunk)) as typeof response.write;
}

/** HTTP/2 only tells clients how much metadata there may be. */
function bytesOf({ rawHeaders }: NodeServerRequest): number {
  return rawHeaders.reduce((sum, text) => sum + text.length, 0);
}

function refuseLarge(call: Call, response: NodeServerResponse): void {
  call.outcome = 'resource_exhausted';
  response.writeHead(431);
  response.end();
}
