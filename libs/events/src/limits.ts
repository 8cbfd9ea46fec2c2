/** Bounds of a request's free parts, on every surface; `docs/limits.md` lists them. */
export const LIMITS = {
  titleCharacters: 500,
  contentCharacters: 32_000,
  metadataBytes: 16_384,
  metadataDepth: 32,
  /** Levels that the JSON of a request or frame may be nested, and values it may hold. */
  jsonDepth: 64,
  jsonValues: 10_000,
  /** Faults of one request that are named; how many more there are is said. */
  faultsNamed: 20,
  /** Of the place and of the message of a fault; both may hold what the caller sent. */
  faultCharacters: 300,
  attachments: 20,
  mentions: 50,
  /** Changes of one message by its author; so many former texts are kept. */
  editsPerMessage: 100,
  participants: 1_000,
  tokenCharacters: 16_384,
  displayNameCharacters: 200,
  urlCharacters: 2_000,
  emailCharacters: 320,
  /** A hundred years. */
  retentionDays: 36_500,
  /** Messages that one command of the worker deletes; fewer than the write side keeps at hand of a thread. */
  scrubbedMessages: 50,
  /** An erasure may be put off so far. */
  erasureDays: 365,
  /** Keys named in the event of an erasure. */
  keysInEvent: 200,
  /** Keys that the worker may name in its report; the event holds the first of them. */
  keysReported: 1_000,
  receiptCharacters: 200_000,
  /** Kinds of things that an export counts. */
  exportCounts: 100,
  /** Agents that ever answered in a thread. */
  agentsPerThread: 100,
  /** Agents that ask each other one after the other, the one that a person asked included. */
  agentHops: 3,
  /** Agents that a tenant registers. */
  agentsPerTenant: 20,
  /** Messages that an agent is told, the one that asks it included. */
  agentContextMessages: 100,
  /** The same where nothing is said. */
  agentContextDefault: 20,
  /** What an agent may be given for the whole of an answer; milliseconds. */
  agentTimeoutLeastMs: 1_000,
  agentTimeoutMostMs: 600_000,
  /** Legal holds of a tenant at a time. */
  holds: 1_000,
  /** Endpoints of a tenant that its events are posted to. */
  webhooksPerTenant: 20,
  /** As much as the outgoing client takes. */
  webhookUrlCharacters: 2_048,
  webhookDescriptionCharacters: 500,
  /** Secrets of an endpoint that sign at a time. */
  webhookSecrets: 5,
  /** So long the one before signs beside a new one. */
  webhookSecretOverlapHours: 24,
} as const;
