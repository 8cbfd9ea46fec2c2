/** What bounds one instance. Every queue and buffer of the service has its line here; `docs/limits.md` lists them. */
export interface GrpcLimits {
  /** Open connections of this instance; more are closed at once. */
  connections: number;
  /** Connections of one address that no valid token has come over yet; more are closed at once. */
  unauthenticatedPerAddress: number;
  /** Milliseconds that a connection stays without a valid token having come over it. */
  unauthenticatedMs: number;
  /** Milliseconds that a connection may take to say what it speaks. */
  firstBytesMs: number;
  /** Calls of one connection at a time; the client waits with more. */
  callsPerConnection: number;
  /** Streams of `Subscribe` of one connection; more are refused. Those of one user are counted with its sockets. */
  streamsPerConnection: number;
  /** Milliseconds that a client gets to take the end of such a stream, before it is cut off. */
  streamEndMs: number;
  /** Milliseconds over which these streams are ended when the process stops. */
  streamsDrainMs: number;
  /** Streams of `Watch` of one connection; more are refused. */
  watchesPerConnection: number;
  /** Bytes of a request, after it is unpacked. */
  messageBytes: number;
  /** Bytes of a call's metadata. */
  metadataBytes: number;
  /** Calls that a connection may take back at once, and a second from then on; more end it. */
  resetBurst: number;
  resetsPerSecond: number;
  /** Pings of a connection within ten seconds; more end it. */
  pingsPerTenSeconds: number;
  /** Frames of a connection that are none, before it is closed. */
  invalidFrames: number;
  /** Mebibytes that one connection may hold of this process. */
  connectionMebibytes: number;
  /** Questions of one reflection stream, and the milliseconds that it may stay open. */
  reflectionQuestions: number;
  reflectionMs: number;
  /** Most milliseconds until a call is answered, whatever its deadline. */
  commandTimeoutMs: number;
  /** Milliseconds that calls in flight get to end when the process stops. */
  drainMs: number;
}

export const DEFAULT_LIMITS: GrpcLimits = {
  connections: 10_000,
  unauthenticatedPerAddress: 500,
  unauthenticatedMs: 60_000,
  firstBytesMs: 10_000,
  callsPerConnection: 256,
  streamsPerConnection: 100,
  streamEndMs: 5_000,
  streamsDrainMs: 2_000,
  watchesPerConnection: 10,
  messageBytes: 256 * 1024,
  metadataBytes: 32 * 1024,
  resetBurst: 500,
  resetsPerSecond: 50,
  pingsPerTenSeconds: 1_000,
  invalidFrames: 100,
  connectionMebibytes: 10,
  reflectionQuestions: 1_000,
  reflectionMs: 60_000,
  commandTimeoutMs: 5_000,
  drainMs: 10_000,
};
