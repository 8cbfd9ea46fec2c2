import type * as Answers from './answers.ts';

/** What was asked for was refused, in words for who asked. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export interface Discard {
  key: string;
  offset: number;
  reason: string;
  by: string;
  force: boolean;
}

/** Which records of the log are asked for; null where it does not matter. */
export type LogChoice = Record<'partition' | 'tenant' | 'type' | 'text' | 'from', string | null>;

export type ThreadName = Record<'tenant' | 'thread', string>;

/** Threads of a tenant; null where it does not matter. */
export interface ThreadListChoice {
  tenant: string;
  participant: string | null;
  learner: string | null;
  cursor: string | null;
}

export interface Reveal {
  partition: number;
  offset: number;
  reason: string;
  by: string;
}

/** An endpoint of a tenant. */
export type EndpointName = Record<'tenant' | 'id', string>;
/** The same, and a page of one of its lists. */
export type EndpointPage = EndpointName & { cursor: string | null };
/** The same, and who acts. */
export type Acting = EndpointName & { by: string };

export interface ReplayChoice {
  /** The same names the same replay. */
  key: string;
  body: Record<string, string>;
}

export interface Api {
  session(signal?: AbortSignal): Promise<Answers.SessionAnswer>;
  log(asked: LogChoice & { before?: string; after?: string }, signal?: AbortSignal): Promise<Answers.LogAnswer>;
  record(partition: number, offset: number, signal?: AbortSignal): Promise<Answers.RecordAnswer>;
  reveal(reveal: Reveal): Promise<Answers.RevealAnswer>;
  health(signal?: AbortSignal): Promise<Answers.HealthAnswer>;
  thread(asked: ThreadName & Record<'seq', string | null>, signal?: AbortSignal): Promise<Answers.ThreadAnswer>;
  threads(asked: ThreadListChoice, signal?: AbortSignal): Promise<Answers.ThreadsAnswer>;
  generations(signal?: AbortSignal): Promise<Answers.GenerationsAnswer>;
  createGeneration(generation: number): Promise<Answers.GenerationAnswer>;
  compareGenerations(one: number, other: number): Promise<Answers.CompareAnswer>;
  flipGeneration(generation: number): Promise<Answers.GenerationAnswer>;
  dropGeneration(generation: number): Promise<Answers.GenerationAnswer>;
  streams(after: string | null, signal?: AbortSignal): Promise<Answers.StreamsAnswer>;
  records(key: string, signal?: AbortSignal): Promise<Answers.RecordsAnswer>;
  replay(key: string): Promise<Answers.ReplayAnswer>;
  discard(discard: Discard): Promise<Answers.DiscardAnswer>;
  webhooks(tenant: string, cursor: string | null, signal?: AbortSignal): Promise<Answers.WebhooksAnswer>;
  webhook(tenant: string, id: string, signal?: AbortSignal): Promise<Answers.WebhookResource>;
  webhookAttempts(asked: EndpointPage, signal?: AbortSignal): Promise<Answers.AttemptsAnswer>;
  revealAttempt(
    asked: EndpointName & Record<'attempt' | 'by' | 'reason', string>,
  ): Promise<Answers.AttemptRevealAnswer>;
  deadLetters(asked: EndpointPage, signal?: AbortSignal): Promise<Answers.DeadLettersAnswer>;
  /** Of all of them where none is named. */
  retryDeadLetters(asked: Acting & { n: string | null }): Promise<Answers.WebhookRetriedResource>;
  testWebhook(asked: Acting): Promise<Answers.WebhookTestResource>;
  replays(asked: EndpointPage, signal?: AbortSignal): Promise<Answers.ReplaysAnswer>;
  replayWebhook(asked: Acting & ReplayChoice): Promise<Answers.WebhookReplayResource>;
  cancelReplay(asked: Acting & { replay: string }): Promise<Answers.WebhookReplayResource>;
  privacyRequests(tenant: string, cursor: string | null, signal?: AbortSignal): Promise<Answers.PrivacyRequestsAnswer>;
  receipt(tenant: string, id: string, signal?: AbortSignal): Promise<Answers.ReceiptAnswer>;
  holds(tenant: string, signal?: AbortSignal): Promise<Answers.HoldsAnswer>;
  retention(tenant: string, signal?: AbortSignal): Promise<Answers.RetentionResource>;
  agents(tenant: string, signal?: AbortSignal): Promise<Answers.AgentsAnswer>;
  openRuns(tenant: string, signal?: AbortSignal): Promise<Answers.OpenRunsAnswer>;
  lastRuns(tenant: string, agent: string, signal?: AbortSignal): Promise<Answers.LastRunsAnswer>;
  stopRun(asked: Record<'tenant' | 'run' | 'threadId' | 'by', string>): Promise<null>;
}

type Ask = <Answer>(path: string, init?: RequestInit) => Promise<Answer>;

/** Longest wait for an answer; milliseconds. */
const PATIENCE_MS = 30_000;

/** The operator's routes of the port that the page came from. The token is in this closure and nowhere else. */
export function createApi(token: string): Api {
  const ask: Ask = async <Answer>(path: string, init: RequestInit = {}): Promise<Answer> => {
    const late = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(path, {
      ...init,
      headers: {
        authorization: `Bearer ${token}`,
        ...(init.body ? { 'content-type': 'application/json' } : {}),
        ...init.headers,
      },
      signal: init.signal ? AbortSignal.any([init.signal, late]) : late,
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    });
    const body: unknown = await response.json().catch(() => null);
    if (response.ok) return body as Answer;
    const { detail } = (body ?? {}) as { detail?: string };
    throw new Refused(response.status, detail ?? `The process answered ${response.status}.`);
  };
  const get = <Answer>(path: string, parameters: Record<string, string | null>, signal?: AbortSignal) =>
    ask<Answer>(`${path}${query(parameters)}`, { signal: signal ?? null });
  const post = <Answer>(path: string, body: unknown) =>
    ask<Answer>(path, { method: 'POST', body: JSON.stringify(body) });
  return {
    session: (signal) => get('/ops/session', {}, signal),
    health: (signal) => get('/ops/health', {}, signal),
    log: (asked, signal) => get('/ops/log', asked, signal),
    record: (partition, offset, signal) =>
      get('/ops/log/record', { partition: String(partition), offset: String(offset) }, signal),
    reveal: (reveal) => post('/ops/log/reveal', reveal),
    thread: (asked, signal) => get('/ops/threads', asked, signal),
    threads: ({ tenant, participant: participantId, learner: learnerId, cursor }, signal) =>
      get(ofTenant(tenant, 'threads'), { participantId, learnerId, cursor, limit: '50' }, signal),
    generations: (signal) => get('/ops/generations', {}, signal),
    createGeneration: (generation) => post('/ops/generations/create', { generation }),
    compareGenerations: (one, other) => post('/ops/generations/compare', { one, other }),
    flipGeneration: (generation) => post('/ops/generations/flip', { generation }),
    dropGeneration: (generation) => post('/ops/generations/drop', { generation }),
    streams: (after, signal) => get('/ops/quarantine', { after }, signal),
    records: (key, signal) => get('/ops/quarantine/records', { key }, signal),
    replay: (key) => post('/ops/quarantine/replay', { key }),
    discard: (discard) => post('/ops/quarantine/discard', discard),
    ...webhookCalls(ask),
    ...privacyCalls(ask),
    ...agentCalls(ask),
  };
}

function query(parameters: Record<string, string | null>): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== null);
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

/** Ids of others are parts of paths: none of them leads elsewhere. */
const ofTenant = (tenant: string, ...path: string[]): string =>
  ['/ops/tenants', ...[tenant, ...path].map(encodeURIComponent)].join('/');

type WebhookCalls = Pick<
  Api,
  | 'webhooks'
  | 'webhook'
  | 'webhookAttempts'
  | 'revealAttempt'
  | 'deadLetters'
  | 'retryDeadLetters'
  | 'testWebhook'
  | 'replays'
  | 'replayWebhook'
  | 'cancelReplay'
>;

function webhookCalls(ask: Ask): WebhookCalls {
  const of = ({ tenant, id }: EndpointName, ...path: string[]) => ofTenant(tenant, 'webhooks', id, ...path);
  const list = <Answer>(asked: EndpointPage, name: string, signal?: AbortSignal) =>
    ask<Answer>(`${of(asked, name)}${query({ cursor: asked.cursor })}`, { signal: signal ?? null });
  const act = <Answer>({ by, ...name }: Acting, path: string[], init: RequestInit = {}) =>
    ask<Answer>(`${of(name, ...path)}${query({ by })}`, { method: 'POST', ...init });
  return {
    webhooks: (tenant, cursor, signal) =>
      ask(`${ofTenant(tenant, 'webhooks')}${query({ cursor })}`, { signal: signal ?? null }),
    webhook: (tenant, id, signal) => ask(of({ tenant, id }), { signal: signal ?? null }),
    webhookAttempts: (asked, signal) => list(asked, 'attempts', signal),
    revealAttempt: ({ attempt, by, reason, ...name }) =>
      ask(of(name, 'attempts', attempt, 'reveal'), { method: 'POST', body: JSON.stringify({ by, reason }) }),
    deadLetters: (asked, signal) => list(asked, 'dead-letters', signal),
    retryDeadLetters: ({ n, ...asked }) =>
      act(asked, n === null ? ['dead-letters', 'retry-all'] : ['dead-letters', n, 'retry']),
    testWebhook: (asked) => act(asked, ['test']),
    replays: (asked, signal) => list(asked, 'replays', signal),
    replayWebhook: ({ key, body, ...asked }) =>
      act(asked, ['replay'], { headers: { 'idempotency-key': key }, body: JSON.stringify(body) }),
    cancelReplay: ({ replay, ...asked }) => act(asked, ['replays', replay], { method: 'DELETE' }),
  };
}

function privacyCalls(ask: Ask): Pick<Api, 'privacyRequests' | 'receipt' | 'holds' | 'retention'> {
  const get = <Answer>(path: string, signal?: AbortSignal) => ask<Answer>(path, { signal: signal ?? null });
  return {
    privacyRequests: (tenant, cursor, signal) =>
      get(`${ofTenant(tenant, 'privacy', 'requests')}${query({ cursor })}`, signal),
    receipt: (tenant, id, signal) => get(ofTenant(tenant, 'privacy', 'requests', id, 'receipt'), signal),
    holds: (tenant, signal) => get(ofTenant(tenant, 'privacy', 'holds'), signal),
    retention: (tenant, signal) => get(ofTenant(tenant, 'privacy', 'retention'), signal),
  };
}

function agentCalls(ask: Ask): Pick<Api, 'agents' | 'openRuns' | 'lastRuns' | 'stopRun'> {
  return {
    // A tenant has no more of them.
    agents: (tenant, signal) =>
      ask(`${ofTenant(tenant, 'agents')}${query({ limit: '200' })}`, { signal: signal ?? null }),
    openRuns: (tenant, signal) => ask(ofTenant(tenant, 'runs'), { signal: signal ?? null }),
    lastRuns: (tenant, agent, signal) => ask(ofTenant(tenant, 'agents', agent, 'runs'), { signal: signal ?? null }),
    stopRun: ({ tenant, run, threadId, by }) =>
      ask(`${ofTenant(tenant, 'runs', run, 'stop')}${query({ by })}`, {
        method: 'POST',
        body: JSON.stringify({ threadId }),
      }),
  };
}
