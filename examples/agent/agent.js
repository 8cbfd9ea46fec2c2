import { createServer } from 'node:http';
import { isSigned } from './signed.js';

const { PORT = '4002' } = process.env;

/** Put your model here: takes what was said, oldest first, and gives its answer bit by bit. */
async function* answer(messages) {
  const said = messages
    .at(-1)
    .parts.map(({ text }) => text)
    .join('');
  for (const word of `You said: ${said}`.match(/\S+\s*/g)) yield word;
}

const server = createServer(async (request, response) => {
  let body = '';
  for await (const piece of request.setEncoding('utf8')) body += piece;
  if (!isSigned(request.headers, body)) return response.writeHead(401).end();
  const { messages } = JSON.parse(body);
  response.writeHead(200, { 'content-type': 'text/event-stream', 'x-vercel-ai-ui-message-stream': 'v1' });
  const write = (part) => response.write(`data: ${JSON.stringify(part)}\n\n`);
  write({ type: 'text-start', id: '1' });
  for await (const delta of answer(messages)) {
    if (response.destroyed) return;
    write({ type: 'text-delta', id: '1', delta });
  }
  write({ type: 'text-end', id: '1' });
  write({ type: 'finish' });
  response.end('data: [DONE]\n\n');
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`));
