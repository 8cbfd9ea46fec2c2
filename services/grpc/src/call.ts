import { createContextKey, type HandlerContext } from '@connectrpc/connect';
import type { Actor } from '@threadlog/auth';
import { constants, type Http2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { NodeServerRequest, NodeServerResponse } from './node';
import { beginSpan, clientKey, requestIdFrom, traceparentFrom, type WorkSpan } from '@threadlog/service';

/** What the process knows about a call besides its bytes. */
export interface Call {
  requestId: string;
  traceparent: string | undefined;
  /** How it is traced; null where nothing is. */
  span: WorkSpan | null;
  /** What it is counted under without a valid token. */
  address: string;
  /** `performance.now()` at arrival. */
  startedAt: number;
  /** Name of the method, as `Service/Method`; null for what is none. */
  method: string | null;
  actor: Actor | undefined;
  /** Who calls has proven who it is, or was counted by address already. */
  counted: boolean;
  /** How it ended, as gRPC names it; what a message that cannot be read ends with until something else is known. */
  outcome: string;
  /** The problem it was refused with. */
  problem: string | undefined;
  /** What it came over, for counting. */
  connection: Http2Session | Socket;
  /** Breaks it off where its client does not take the answer. */
  cut(): void;
}

/** What is known of a call while it is carried out: the part of the library's context that our methods need. */
export interface CallContext extends Pick<HandlerContext, 'values' | 'service' | 'method' | 'timeoutMs'> {
  requestHeader: Pick<Headers, 'get'>;
  responseHeader: Pick<Headers, 'set'>;
}

export const CALL = createContextKey<Call | undefined>(undefined);

/** Throws where a call did not come through our listener: a wiring fault. */
export function callOf({ values }: Pick<HandlerContext, 'values'>): Call {
  const call = values.get(CALL);
  if (!call) throw new Error('the call has no context: serve it through createGrpcListener');
  return call;
}

export function newCall(request: NodeServerRequest, response: NodeServerResponse, trustedProxies: number): Call {
  const { headers, socket } = request;
  const from = { remoteAddress: socket.remoteAddress, forwardedFor: headers['x-forwarded-for'] };
  let address: string | undefined;
  const parent = traceparentFrom(headers.traceparent);
  const span = beginSpan({ name: 'call', parent });
  return {
    requestId: requestIdFrom(headers['x-request-id']),
    traceparent: span ? span.traceparent : parent,
    span,
    // Only strangers and streams are counted under it.
    get address() {
      return (address ??= clientKey(from, trustedProxies));
    },
    startedAt: performance.now(),
    method: null,
    actor: undefined,
    counted: false,
    outcome: 'unimplemented',
    problem: undefined,
    connection: 'stream' in request ? request.stream.session! : socket,
    cut: () => cut(response),
  };
}

/** gRPC knows it as RESOURCE_EXHAUSTED. */
function cut(response: NodeServerResponse): void {
  if ('stream' in response) response.stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  else response.destroy();
}
