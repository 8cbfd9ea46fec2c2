/** What bounds one instance. Every queue and buffer of the service has its line here; `docs/limits.md` lists them. */
export interface RealtimeLimits {
  /** Open engine connections of this instance; more are refused and try again. */
  connections: number;
  /** Engine connections of one address that have not proven yet who they are; more are refused and try again. */
  unauthenticatedPerAddress: number;
  /** Sockets of one user. */
  socketsPerUser: number;
  /** Threads a socket is put into when it connects, most recent activity first. */
  threadsOnConnect: number;
  /** Threads a socket may be in, those it joined itself included. */
  threadsPerConnection: number;
  /** Threads a resume map may name. */
  resumeThreads: number;
  /** Frames that one thread may catch up on; more is a `resync`. */
  replayPerThread: number;
  /** Frames that one connection may catch up on, all threads together. */
  replayPerConnection: number;
  /** Live frames held back for one thread of a socket that is catching up; more is a `resync`. */
  heldFrames: number;
  /** Threads of one socket that catch up at the same time. */
  resumesAtOnce: number;
  /** Bytes of recent events kept for resumes, a partition. */
  ringBytes: number;
  /** Recent events kept for resumes, a partition. */
  ringEvents: number;
  /** Commands of one socket a second, and how many may come at once. */
  commandsPerSecond: number;
  commandBurst: number;
  /** Commands of one socket that wait for their answer. */
  commandsInFlight: number;
  /** Signs of typing of one user a second, and how many may come at once. */
  typingPerSecond: number;
  typingBurst: number;
  /** Threads in which one socket may type at a time; in more, it stops in the one it began with. */
  typingThreads: number;
  /** Runs of agents whose drafts are kept for who comes later, and bytes of these, sealed; those beyond are not shown. */
  draftRuns: number;
  draftBytes: number;
  /** Milliseconds that what an agent streams over a socket that has gone waits to be begun again over another one. */
  agentResumeMs: number;
  /** Bytes waiting in a socket above which it leaves its rooms and is told `resync` once it has caught up. */
  softBufferBytes: number;
  /** Bytes waiting in a socket above which it is disconnected. */
  hardBufferBytes: number;
  /** Milliseconds a read may wait until the projection has come near enough to the log. */
  projectionWaitMs: number;
  /** Milliseconds that a resume waits for events that the client has and this instance has not dispatched yet. */
  aheadWaitMs: number;
  /** Milliseconds that a command may take. */
  commandTimeoutMs: number;
}

export const DEFAULT_LIMITS: RealtimeLimits = {
  connections: 10_000,
  unauthenticatedPerAddress: 500,
  socketsPerUser: 50,
  threadsOnConnect: 1_000,
  threadsPerConnection: 2_000,
  resumeThreads: 2_000,
  replayPerThread: 1_000,
  replayPerConnection: 5_000,
  heldFrames: 1_000,
  resumesAtOnce: 4,
  ringBytes: 8 * 1024 * 1024,
  ringEvents: 16_384,
  commandsPerSecond: 50,
  commandBurst: 100,
  commandsInFlight: 32,
  typingPerSecond: 5,
  typingBurst: 20,
  typingThreads: 10,
  draftRuns: 5_000,
  draftBytes: 32 * 1024 * 1024,
  agentResumeMs: 10_000,
  softBufferBytes: 1024 * 1024,
  hardBufferBytes: 8 * 1024 * 1024,
  projectionWaitMs: 5_000,
  aheadWaitMs: 1_000,
  commandTimeoutMs: 5_000,
};

/** Bytes of the largest frame a client may send. */
export const MAX_FRAME_BYTES = 256 * 1024;
/** Milliseconds from the engine's connection to a completed handshake. */
export const CONNECT_TIMEOUT_MS = 5_000;
export const HEARTBEAT_MS = 25_000;
