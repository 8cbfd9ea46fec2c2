import { inspect } from 'node:util';
import type { ChatError } from '../../errors.ts';
import { createChatService } from '../service.ts';
import type { AttemptMetric, CallMetric } from '../telling.ts';
import { startChatServer, type ChatServer } from './chatServer.ts';

export const TOKEN = 'header.do-not-tell.signature';

interface Line {
  level: string;
  message: string;
  fields: Record<string, unknown>;
}

/** A server for each test, and services that are watched. Call it where a file is set up. */
export function givenChatServer() {
  let server: ChatServer;
  let seen: { lines: Line[]; attempts: AttemptMetric[]; calls: CallMetric[]; changes: string[] };
  beforeEach(async () => {
    server = await startChatServer();
    seen = { lines: [], attempts: [], calls: [], changes: [] };
  });
  afterEach(async () => {
    await server.close();
    // Whatever happened: each line is told to be ours, and none has a token.
    for (const { fields } of seen.lines) expect(fields.component).toBe('chat_client');
    expect(inspect(seen, { depth: 10 })).not.toContain('do-not-tell');
  });

  const line = (level: string) => (message: string, fields: Record<string, unknown>) =>
    void seen.lines.push({ level, message, fields });
  const watching = () => ({
    token: TOKEN,
    logger: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    metrics: {
      attempt: (metric: AttemptMetric) => void seen.attempts.push(metric),
      call: (metric: CallMetric) => void seen.calls.push(metric),
    },
    onCircuitBreakerChange: (from: string, to: string) => void seen.changes.push(`${from} > ${to}`),
  });
  return {
    server: () => server,
    seen: () => seen,
    watching,
    /** With the usual values but for waits, which would only be waited for. */
    serviceOf: (more: Partial<Parameters<typeof createChatService>[0]> = {}) =>
      createChatService({ ...watching(), url: server.url, retryDelayMs: 1, ...more }),
  };
}

/** What a promise rejects with; a test that expects that fails where it resolves. */
export const rejection = (promise: Promise<unknown>): Promise<ChatError> =>
  promise.then(
    (value) => Promise.reject(new Error(`resolved: ${inspect(value)}`)),
    (error: ChatError) => error,
  );
