import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What an agent was asked. */
export interface Question {
  id: string;
  runId: string;
  messageId: string;
  messages: { id: string; role: string; parts: { type: string; text: string }[]; metadata: Record<string, unknown> }[];
  body: string;
  headers: IncomingHttpHeaders;
  /** Aborts when the one who asked has gone. */
  gone: AbortSignal;
}

export type Replying = (question: Question, response: ServerResponse) => void;

export const textsOf = ({ messages }: Question): string[] => messages.map(({ parts }) => parts[0]!.text);

/** Answers with a UI message stream. */
export const streams =
  (text: (question: Question) => string): Replying =>
  (question, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-vercel-ai-ui-message-stream': 'v1' });
    const write = (part: object): void => void response.write(`data: ${JSON.stringify(part)}\n\n`);
    write({ type: 'text-start', id: '1' });
    for (const word of text(question).match(/\S+\s*/g) ?? []) write({ type: 'text-delta', id: '1', delta: word });
    write({ type: 'text-end', id: '1' });
    write({ type: 'finish', messageMetadata: { inputTokens: 7, outputTokens: 2, model: 'mock/one' } });
    response.end('data: [DONE]\n\n');
  };

/** An agent on this machine, as its maker would run one. */
export async function startAgentService(first: Replying) {
  const questions: Question[] = [];
  let replying = first;
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const left = new AbortController();
      response.once('close', () => response.writableFinished || left.abort());
      const question = { ...(JSON.parse(body) as Question), body, headers: request.headers, gone: left.signal };
      questions.push(question);
      replying(question, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/chat`,
    questions,
    reply: (next: Replying) => (replying = next),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
export type AgentService = Awaited<ReturnType<typeof startAgentService>>;
