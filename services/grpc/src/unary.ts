import { fromBinary, type DescMessage, type DescMethodUnary, type DescService, type Message } from '@bufbuild/protobuf';
import { Code, ConnectError, createContextValues } from '@connectrpc/connect';
import { contentTypeProto, parseContentType, parseTimeout, setTrailerStatus } from '@connectrpc/connect/protocol-grpc';
import { constants, type Http2ServerRequest, type IncomingHttpHeaders } from 'node:http2';
import { CALL, callOf, type Call, type CallContext } from './call';
import { createEnvelop, messageIn, readBody } from './envelope';
import type { GrpcLimits } from './limits';
import type { Http2Response, NodeServerRequest, NodeServerResponse } from './node';
import type { Refuse } from './refuse';
import { messageWriter, type PutMessage } from './wire/writer';

export interface UnaryDeps {
  methods: readonly UnaryMethod[];
  refuse: Refuse;
  limits: Pick<GrpcLimits, 'messageBytes'>;
  /** How deep messages may be nested. */
  recursionLimit: number;
}

/** A method with one request and one answer, and who may call it. */
export interface UnaryMethod {
  method: DescMethodUnary;
  /** Before anything of the body is read; throws what the call is answered with. */
  gate(context: CallContext): Promise<void>;
  /** The answer as `/v1` has it, with fields in the names of the proto file. */
  run(request: Message, context: CallContext): Promise<object>;
}

/** The methods of a service that are of that kind, by their names in it. */
export function unaryMethods(service: DescService, methods: object, gate: UnaryMethod['gate']): UnaryMethod[] {
  const runs = methods as Record<string, UnaryMethod['run']>;
  return service.methods
    .filter((method): method is DescMethodUnary => method.methodKind === 'unary')
    .map((method) => ({ method, gate, run: runs[method.localName]! }));
}

/** Answers a call, or returns false for what is not its business. */
export type Unary = (request: NodeServerRequest, response: NodeServerResponse, call: Call) => boolean;

/**
 * Calls that are one message and one answer in gRPC's own protocol, which nearly all are: straight from Node's HTTP/2,
 * at a third of what the same call costs through the library's streams (ADR 0030). Whatever else is asked for, such as
 * compression, JSON, gRPC-Web or a stream, is left to the library. Both say the same on the wire.
 */
export function createUnary({ methods, refuse, limits, recursionLimit }: UnaryDeps): Unary {
  const byPath = new Map(
    methods.map((each) => [pathOf(each.method), { ...each, put: messageWriter(each.method.output) }]),
  );
  const envelop = createEnvelop();

  async function bodyOf({ method, gate, run, put }: Served, request: Http2ServerRequest, context: UnaryContext) {
    await gate(context);
    // Until there is an answer it ends so: by its caller's going.
    callOf(context).outcome = 'canceled';
    const bytes = messageIn(await readBody(request, limits.messageBytes), limits.messageBytes);
    if (context.timeout.error) throw context.timeout.error;
    const answer = await run(decode(method.input, bytes, recursionLimit), context);
    return envelop((bytes) => put(bytes, answer));
  }

  async function serve(each: Served, request: Http2ServerRequest, response: Http2Response, call: Call) {
    const context = contextOf(each, request.headers, call);
    // Whoever breaks off in the middle is no fault; `close` tells it.
    request.on('error', () => undefined);
    try {
      const body = await bodyOf(each, request, context);
      end(response, context.answerHeaders, OK, body);
    } catch (thrown) {
      const error = refuse(call, thrown, context);
      request.resume();
      end(response, context.answerHeaders, Object.fromEntries(setTrailerStatus(new Headers(), error)));
    }
  }

  return (request, response, call) => {
    if (!('stream' in request && 'stream' in response) || !isPlain(request)) return false;
    const each = byPath.get(request.url);
    if (!each) return false;
    void serve(each, request, response, call);
    return true;
  };
}

type Served = UnaryMethod & { put: PutMessage };

const pathOf = ({ parent, name }: DescMethodUnary): string => `/${parent.typeName}/${name}`;

function isPlain({ method, headers }: Http2ServerRequest): boolean {
  const encoding = headers['grpc-encoding'];
  if (method !== 'POST' || (encoding !== undefined && encoding !== 'identity')) return false;
  return parseContentType(headers['content-type'] ?? null)?.binary ?? false;
}

interface UnaryContext extends CallContext {
  timeout: ReturnType<typeof parseTimeout>;
  answerHeaders: Record<string, string>;
}

function contextOf({ method }: UnaryMethod, headers: IncomingHttpHeaders, call: Call): UnaryContext {
  const answerHeaders: Record<string, string> = { 'content-type': contentTypeProto };
  const get = (name: string): string | null => {
    const value = headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : (value ?? null);
  };
  const timeout = parseTimeout(get('grpc-timeout'), Number.MAX_SAFE_INTEGER);
  const { timeoutMs } = timeout;
  const deadline = timeoutMs === undefined ? undefined : performance.now() + timeoutMs;
  return {
    method,
    service: method.parent,
    values: createContextValues().set(CALL, call),
    timeoutMs: () => (deadline === undefined ? undefined : deadline - performance.now()),
    requestHeader: { get },
    responseHeader: { set: (name, value) => void (answerHeaders[name] = value) },
    timeout,
    answerHeaders,
  };
}

/** What is no message of that type is INTERNAL, as gRPC has it. */
function decode(schema: DescMessage, bytes: Uint8Array, recursionLimit: number): Message {
  try {
    return fromBinary(schema, bytes, { recursionLimit });
  } catch (error) {
    throw ConnectError.from(error, Code.Internal);
  }
}

const OK = { 'grpc-status': '0' };

/** Does nothing where the caller has gone. */
function end(
  response: Http2Response,
  headers: Record<string, string>,
  trailers: Record<string, string>,
  body?: Buffer,
): void {
  const { stream } = response;
  if (stream.destroyed || stream.closed) return;
  // A client that still sends what nobody reads is told to stop, once the trailers are out: Node sends them in a turn of
  // its own after this event.
  stream.once('wantTrailers', () => {
    setImmediate(() => {
      if (!stream.destroyed && stream.state.remoteClose === 0) stream.close(constants.NGHTTP2_NO_ERROR);
    });
  });
  response.addTrailers(trailers);
  stream.respond({ ':status': 200, ...headers }, { waitForTrailers: true });
  stream.end(body);
}
