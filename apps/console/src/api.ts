import type {
  CompareAnswer,
  DiscardAnswer,
  GenerationAnswer,
  GenerationsAnswer,
  HealthAnswer,
  LogAnswer,
  RecordAnswer,
  RecordsAnswer,
  ReplayAnswer,
  RevealAnswer,
  SessionAnswer,
  StreamsAnswer,
  ThreadAnswer,
} from './answers.ts';

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

export interface Reveal {
  partition: number;
  offset: number;
  reason: string;
  by: string;
}

export interface Api {
  session(signal?: AbortSignal): Promise<SessionAnswer>;
  log(asked: LogChoice & { before?: string; after?: string }, signal?: AbortSignal): Promise<LogAnswer>;
  record(partition: number, offset: number, signal?: AbortSignal): Promise<RecordAnswer>;
  reveal(reveal: Reveal): Promise<RevealAnswer>;
  health(signal?: AbortSignal): Promise<HealthAnswer>;
  thread(asked: ThreadName & Record<'seq', string | null>, signal?: AbortSignal): Promise<ThreadAnswer>;
  generations(signal?: AbortSignal): Promise<GenerationsAnswer>;
  createGeneration(generation: number): Promise<GenerationAnswer>;
  compareGenerations(one: number, other: number): Promise<CompareAnswer>;
  flipGeneration(generation: number): Promise<GenerationAnswer>;
  dropGeneration(generation: number): Promise<GenerationAnswer>;
  streams(after: string | null, signal?: AbortSignal): Promise<StreamsAnswer>;
  records(key: string, signal?: AbortSignal): Promise<RecordsAnswer>;
  replay(key: string): Promise<ReplayAnswer>;
  discard(discard: Discard): Promise<DiscardAnswer>;
}

/** Longest wait for an answer; milliseconds. */
const PATIENCE_MS = 30_000;

/** The operator's routes of the port that the page came from. The token is in this closure and nowhere else. */
export function createApi(token: string): Api {
  async function ask<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
    const late = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(path, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...(init.body ? { 'content-type': 'application/json' } : {}) },
      signal: init.signal ? AbortSignal.any([init.signal, late]) : late,
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    });
    const body: unknown = await response.json().catch(() => null);
    if (response.ok) return body as Answer;
    const { detail } = (body ?? {}) as { detail?: string };
    throw new Refused(response.status, detail ?? `The process answered ${response.status}.`);
  }
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
    generations: (signal) => get('/ops/generations', {}, signal),
    createGeneration: (generation) => post('/ops/generations/create', { generation }),
    compareGenerations: (one, other) => post('/ops/generations/compare', { one, other }),
    flipGeneration: (generation) => post('/ops/generations/flip', { generation }),
    dropGeneration: (generation) => post('/ops/generations/drop', { generation }),
    streams: (after, signal) => get('/ops/quarantine', { after }, signal),
    records: (key, signal) => get('/ops/quarantine/records', { key }, signal),
    replay: (key) => post('/ops/quarantine/replay', { key }),
    discard: (discard) => post('/ops/quarantine/discard', discard),
  };
}

function query(parameters: Record<string, string | null>): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== null);
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}
