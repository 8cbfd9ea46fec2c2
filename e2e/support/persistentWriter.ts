import { setTimeout as delay } from 'node:timers/promises';
import type { MessageResource } from '@threadlog/events';
import type { Client } from './people';

/** A message that was acknowledged, as the client asked for it and as it was answered. */
export interface Acked {
  key: string;
  threadId: string;
  content: string;
  message: MessageResource;
  replayed: boolean;
}

const RETRIED = new Set([502, 503, 504]);

/** Sends with one idempotency key until the answer is final; a lost connection is a reason to try again. */
export async function persist(
  client: Client,
  { threadId, key, content }: { threadId: string; key: string; content: string },
): Promise<Acked> {
  for (;;) {
    try {
      const path = `/api/v1/threads/${threadId}/messages`;
      const answer = await client.call<MessageResource>('POST', path, { content }, { 'idempotency-key': key });
      if (answer.status === 201) {
        const replayed = answer.headers.get('idempotency-replayed') === 'true';
        return { key, threadId, content, message: answer.body, replayed };
      }
      if (!RETRIED.has(answer.status)) throw new FinalAnswerError(`${answer.status} ${JSON.stringify(answer.body)}`);
    } catch (error) {
      if (error instanceof FinalAnswerError) throw error;
    }
    await delay(50);
  }
}

class FinalAnswerError extends Error {
  override readonly name = 'FinalAnswerError';
}

const PAUSE_MS = 20;

/** Several writers that post until they are told to end, which resolves with what was acknowledged. */
export function keepWriting(client: Client, threadId: string, writers: number): { end(): Promise<Acked[]> } {
  const acked: Acked[] = [];
  let writing = true;
  const all = Array.from({ length: writers }, async (_, writer) => {
    for (let count = 0; writing; count += 1) {
      const key = `${threadId}-${writer}-${count}`;
      acked.push(await persist(client, { threadId, key, content: `text of ${key}` }));
      await delay(PAUSE_MS);
    }
  });
  return {
    async end() {
      writing = false;
      await Promise.all(all);
      return acked;
    },
  };
}
