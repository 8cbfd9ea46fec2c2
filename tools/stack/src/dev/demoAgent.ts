import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** Who it is in the demo's conversations. */
export const DEMO_AGENT = 'tutor';

/** More than a request to an agent has with the usual number of messages. */
const MAX_BODY_BYTES = 1024 * 1024;
/** About as fast as a model. */
const WORD_MS = 60;

const ANSWERS = [
  'A fraction of a number is that many of its equal parts. For 3/4 of 12, split 12 into 4 parts: each is 3. Take three of them, and you have 9. Now try 2/3 of 15.',
  'Look at the number below first: it says how many parts there are. The number above says how many of them you take. What does that give you here?',
  'You can check it backwards: add the parts up again, and you are where you began. Does it come out?',
];

async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

/** How often it has answered in what it is shown; null for what no request to an agent is. */
function answersIn(body: string): number | null {
  try {
    const { messages } = JSON.parse(body) as { messages: { role: string }[] };
    return messages.filter(({ role }) => role === 'assistant').length;
  } catch {
    return null;
  }
}

/**
 * The agent of the demo: word by word, as a model would, and without one. What it says is the same for everybody and no secret,
 * so whoever can ask it may; an agent of an application verifies the signature (`examples/agent`).
 */
export async function answerAsTutor(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  const answered = body === null ? null : answersIn(body);
  if (answered === null) return void response.writeHead(400).end();
  response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' });
  for (const word of ANSWERS[answered % ANSWERS.length]!.match(/\S+\s*/g)!) {
    if (response.destroyed) return;
    response.write(word);
    await wait(WORD_MS);
  }
  response.end();
}
