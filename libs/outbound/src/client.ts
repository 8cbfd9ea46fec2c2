import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { createAddressGuard } from './addresses';
import { readBody } from './body';
import { describeUrlProblem, failure, failureOf, OutboundError, type Failure } from './failure';
import { createResolve, guardedLookup, type Resolve } from './lookup';
import { createTimers, type Patience } from './patience';
import { checkUrl, parseTrusted, type CheckedUrl } from './url';

export interface OutboundRequest {
  url: string;
  method: 'GET' | 'POST';
  headers: Readonly<Record<string, string>>;
  body?: string | Buffer;
  /** The operator's own address: neither it nor the address behind it is checked. Never for what a tenant gave. */
  trusted?: boolean;
  /** Requests of one pool share connections, and their bound, with no other's; of none with all that name none. */
  pool?: string;
  signal?: AbortSignal;
}

/** An answer whose body has yet to be read: to its end, or `discard`ed. */
export interface Answer {
  kind: 'answered';
  /** Redirects are answers like others: nothing follows them. */
  status: number;
  /** In lower case; what came more than once is joined by commas. */
  headers: Readonly<Record<string, string>>;
  /** At most `maxAnswerBytes`. Rejects with an `OutboundError` where it does not come to its end. */
  body: AsyncIterable<Buffer>;
  discard(): void;
}

export interface WholeAnswer extends Pick<Answer, 'kind' | 'status' | 'headers'> {
  body: Buffer;
  /** The body went on, or broke off. The status was said all the same. */
  truncated: boolean;
}

/** Sends requests to addresses that others gave. Failures are values; only a header that is none throws. */
export interface OutboundClient {
  /** Whether a URL could be sent to, as far as can be told without asking for its name. */
  check(url: string): CheckedUrl;
  /** Resolves at the head of the answer. */
  open(request: OutboundRequest, patience: Patience): Promise<Answer | Failure>;
  /** Resolves when the answer was read. */
  send(request: OutboundRequest, patience: Patience): Promise<WholeAnswer | Failure>;
  close(): void;
}

export interface OutboundOptions {
  allowHttp?: boolean;
  /** Addresses and ranges that are opened beside the public internet. */
  allowedRanges?: readonly string[];
  /** Connections of one pool to one host and port at once; requests beyond it wait, within their total time. */
  maxConnectionsPerHost?: number;
  /** Certificates, PEM, to trust in place of the usual ones. */
  ca?: string | undefined;
  resolve?: Resolve;
}

const MAX_CONNECTIONS_PER_HOST = 16;
const MAX_CONNECTIONS = 512;
/** Connections are kept for the next request, shorter than servers usually do: those they are about to close fail. */
const IDLE_MS = 4_000;
const MAX_HEADER_BYTES = 16 * 1024;
const GIVEN_UP = 'The request was given up.';

export function createOutboundClient(options: OutboundOptions = {}): OutboundClient {
  const { allowHttp = false, allowedRanges, maxConnectionsPerHost = MAX_CONNECTIONS_PER_HOST } = options;
  const guard = createAddressGuard(allowedRanges);
  const lookup = guardedLookup(options.resolve ?? createResolve(), guard);
  // Kept connections are told apart by host, not by who may use them: those of checked addresses are a pool of their own.
  const checked = createAgents({ lookup }, maxConnectionsPerHost, options.ca);
  const trusted = createAgents({}, maxConnectionsPerHost, options.ca);
  const check = (url: string): CheckedUrl => checkUrl(url, { guard, allowHttp });

  async function open(request: OutboundRequest, patience: Patience): Promise<Answer | Failure> {
    const target = request.trusted ? parseTrusted(request.url) : check(request.url);
    if ('problem' in target) return failure('refused', describeUrlProblem(target.problem));
    if (request.signal?.aborted) return failure('aborted', GIVEN_UP);
    return exchange(target.url, request, patience, request.trusted ? trusted : checked);
  }

  return {
    check,
    open,
    async send(request, patience) {
      const answer = await open(request, patience);
      if (answer.kind === 'failed') return answer;
      const { kind, status, headers } = answer;
      return { kind, status, headers, ...(await readBody(answer.body)) };
    },
    close() {
      for (const agent of [...Object.values(checked), ...Object.values(trusted)]) agent.destroy();
    },
  };
}

type Agents = Record<'http:' | 'https:', HttpAgent>;

function createAgents(connect: { lookup?: OutboundLookup }, maxSockets: number, ca: string | undefined): Agents {
  // Given here, a proxy of the environment is not asked.
  const bounds = { keepAlive: true, maxSockets, maxTotalSockets: MAX_CONNECTIONS, timeout: IDLE_MS, ...connect };
  return { 'http:': withPools(new HttpAgent(bounds)), 'https:': withPools(new HttpsAgent({ ...bounds, ca })) };
}

/** Agents keep connections, and bound them, by name: with the pool in it one host does not make two senders wait for each other. */
function withPools<A extends HttpAgent>(agent: A): A {
  const nameOf = agent.getName.bind(agent);
  agent.getName = (options) => `${nameOf(options)}:${(options as { pool?: string } | undefined)?.pool ?? ''}`;
  return agent;
}

type OutboundLookup = ReturnType<typeof guardedLookup>;

function exchange(url: URL, request: OutboundRequest, patience: Patience, agents: Agents): Promise<Answer | Failure> {
  const { method, signal, pool, body = '' } = request;
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const call = start(url, {
    ...{ method, pool },
    agent: agents[url.protocol as keyof Agents],
    // Nothing that is packed is unpacked here: a small answer stays small.
    headers: { 'accept-encoding': 'identity', ...request.headers, 'content-length': String(Buffer.byteLength(body)) },
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  const timers = createTimers(patience, (error) => call.destroy(error));
  const abort = (): void => timers.end(new OutboundError('aborted', GIVEN_UP));
  signal?.addEventListener('abort', abort, { once: true });
  call.once('close', () => {
    timers.stop();
    signal?.removeEventListener('abort', abort);
  });
  timers.watchConnection(call);
  return new Promise((resolve) => {
    // Errors after the answer's head end its body, which tells of them.
    call.on('error', (error) => resolve(failureOf(error)));
    call.once('response', (response) => resolve(answerOf(call, response, { timers, most: patience.maxAnswerBytes })));
    // Without a listener an offer to speak another protocol would end the connection without a word.
    call.once('upgrade', (_response, socket) => {
      socket.destroy();
      resolve(failure('connection', 'The answer changes the protocol.'));
    });
    call.end(body);
  });
}

interface Reading {
  timers: ReturnType<typeof createTimers>;
  most: number;
}

function answerOf(call: ClientRequest, response: IncomingMessage, { timers, most }: Reading): Answer {
  timers.watchBody();
  const headers = Object.fromEntries(
    Object.entries(response.headersDistinct).map(([name, values]) => [name, (values ?? []).join(', ')]),
  );
  return {
    kind: 'answered',
    status: response.statusCode ?? 0,
    headers,
    body: bounded(response, { timers, most }),
    discard: () => void call.destroy(),
  };
}

async function* bounded(response: IncomingMessage, { timers, most }: Reading): AsyncGenerator<Buffer> {
  let left = most;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      timers.progressed();
      if (chunk.length > left) timers.end(new OutboundError('too_large', 'The answer is too large.'));
      yield chunk.subarray(0, left);
      left -= chunk.length;
      if (left < 0) break;
    }
    if (left < 0) throw timers.reason();
  } catch (error) {
    const { reason, detail } = failureOf(timers.reason() ?? error);
    throw new OutboundError(reason, detail);
  } finally {
    // A body that was not read to its end holds its connection for ever; one that was, has ended already.
    response.destroy();
  }
}
