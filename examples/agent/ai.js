import { createServer } from 'node:http';
import { convertToModelMessages, simulateReadableStream, streamText } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import { isSigned } from './signed.js';

const { PORT = '4002' } = process.env;

/** Put your model here, as `openai('…')`: this one of the SDK's own tests says what it was told last, and asks nobody. */
const model = new MockLanguageModelV4({
  modelId: 'echo',
  doStream: async ({ prompt }) => {
    const said = prompt.at(-1).content.map(({ text }) => text);
    const words = `You said: ${said.join('')}`.match(/\S+\s*/g);
    const counted = (total) => ({ total, noCache: total, cacheRead: 0, cacheWrite: 0, text: total, reasoning: 0 });
    const usage = { inputTokens: counted(prompt.length), outputTokens: counted(words.length) };
    return {
      stream: simulateReadableStream({
        chunks: [
          { type: 'text-start', id: '1' },
          ...words.map((delta) => ({ type: 'text-delta', id: '1', delta })),
          { type: 'text-end', id: '1' },
          { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage },
        ],
      }),
    };
  },
});

/** A chat route as the SDK's documentation has it; only what the answer took is added, for `run`. */
async function POST(request) {
  const { messages } = await request.json();
  const result = streamText({ model, messages: await convertToModelMessages(messages), abortSignal: request.signal });
  return result.toUIMessageStreamResponse({
    messageMetadata: ({ part }) =>
      part.type === 'finish'
        ? { model: model.modelId, inputTokens: part.totalUsage.inputTokens, outputTokens: part.totalUsage.outputTokens }
        : undefined,
  });
}

const server = createServer(async (incoming, response) => {
  let body = '';
  for await (const piece of incoming.setEncoding('utf8')) body += piece;
  if (!isSigned(incoming.headers, body)) return response.writeHead(401).end();
  const leaving = new AbortController();
  response.once('close', () => leaving.abort());
  const answer = await POST(new Request('http://agent/', { method: 'POST', body, signal: leaving.signal }));
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  for await (const piece of answer.body) response.write(piece);
  response.end();
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`));
