import type { TestReply } from '@threadlog/testing';

interface Sent {
  method: string;
  headers: Record<string, string>;
  body?: unknown;
}

/** Sends JSON, and reads the answer as JSON; an empty one is null. */
export async function send(url: URL, { method, headers, body }: Sent): Promise<TestReply> {
  const response = await fetch(url, {
    method,
    // Clients that proxy others' requests say so with every one of them, whether it has a body or not.
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}
