import { setTimeout as delay } from 'node:timers/promises';
import type { MessageResource } from '@threadlog/events';
import { eventually } from '@threadlog/testing';
import type { Answer, Client } from './people';
import type { Acked } from './persistentWriter';

export interface LoadOptions {
  threads: readonly string[];
  /** Clients that post one message after the other, and read each with its consistency token. */
  writers: number;
  /** Clients that list threads and read pages. */
  readers: number;
  /** Milliseconds that each of them waits between two requests. */
  pauseMs: number;
}

/** What clients met that they should not have; empty where everything went as promised. */
export interface Load {
  readonly acked: readonly Acked[];
  /** Requests that were answered as asked. */
  served(): { writes: number; reads: number };
  /** Answers that a client repeats its request after. */
  retried(): number;
  readonly faults: readonly string[];
  /** Every client ends with an answer to its last request. */
  end(): Promise<void>;
}

interface Problem {
  code?: string;
  retryable?: boolean;
}

type Page = { messages: MessageResource[] };

/**
 * Clients that take an answer, or a 503 that says that it may be repeated, and nothing else: a connection that breaks under
 * a request is a fault as well, since an edge stands in front.
 */
export function putUnderLoad(client: Client, { threads, writers, readers, pauseMs }: LoadOptions): Load {
  const acked: Acked[] = [];
  const faults: string[] = [];
  const served = { writes: 0, reads: 0 };
  let retried = 0;
  let running = true;

  /** Repeats a request until it is answered as asked; null where that cannot be. */
  async function insist<TBody>(what: string, ask: () => Promise<Answer<TBody>>): Promise<Answer<TBody> | null> {
    for (;;) {
      const answer = await ask().catch((error: unknown) => {
        faults.push(`${what}: ${String(error)}`);
        return null;
      });
      if (answer === null) return null;
      if (answer.status === 200 || answer.status === 201) return answer;
      const { code, retryable } = (answer.body ?? {}) as Problem;
      if (answer.status !== 503 || retryable !== true) {
        faults.push(`${what}: ${answer.status} ${code}`);
        return null;
      }
      retried += 1;
      await delay(50);
    }
  }

  async function write(writer: number, count: number): Promise<void> {
    const threadId = threads[(writer + count) % threads.length]!;
    const [key, path] = [`w${writer}-${count}`, `/api/v1/threads/${threadId}/messages`];
    const content = `text of ${key}`;
    const post = () => client.call<MessageResource>('POST', path, { content }, { 'idempotency-key': key });
    const posted = await insist(`POST ${key}`, post);
    if (!posted) return;
    const replayed = posted.headers.get('idempotency-replayed') === 'true';
    acked.push({ key, threadId, content, message: posted.body, replayed });
    served.writes += 1;
    const token = posted.headers.get('x-consistency-token') ?? '';
    const index = posted.body.messageIndex;
    const read = () => client.call<Page>('GET', `${path}?limit=1`, undefined, { 'x-consistency-token': token });
    const page = await insist(`GET after ${key}`, read);
    if (!page) return;
    served.reads += 1;
    const newest = page.body.messages[0]?.messageIndex ?? 0;
    if (newest < index) faults.push(`${key}: message ${newest} shown after ${index} was promised`);
  }

  async function read(reader: number, count: number): Promise<void> {
    const threadId = threads[(reader + count) % threads.length]!;
    const path = count % 2 ? '/api/v1/threads?limit=20' : `/api/v1/threads/${threadId}/messages?limit=20`;
    if (await insist(`GET ${path}`, () => client.call('GET', path))) served.reads += 1;
  }

  const keep = async (turn: (count: number) => Promise<void>): Promise<void> => {
    for (let count = 0; running; count += 1) {
      await turn(count);
      await delay(pauseMs);
    }
  };
  const all = [
    ...Array.from({ length: writers }, (_, writer) => keep((count) => write(writer, count))),
    ...Array.from({ length: readers }, (_, reader) => keep((count) => read(reader, count))),
  ];
  return {
    acked,
    faults,
    served: () => ({ ...served }),
    retried: () => retried,
    async end() {
      running = false;
      await Promise.all(all);
    },
  };
}

/** Some more of everything was served than when it was asked. */
export function goesOn(load: Load): Promise<unknown> {
  const before = load.served();
  return eventually(() => load.served().writes > before.writes + 20 && load.served().reads > before.reads + 20, {
    timeoutMs: 60_000,
  });
}
