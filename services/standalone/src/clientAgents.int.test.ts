import type { ServerResponse } from 'node:http';
import { createChatTransport, type AnswerMessage } from '@threadlog/client/ai';
import { createSignals } from '@threadlog/runtime';
import { createLogger, createMetrics } from '@threadlog/service';
import { eventually, nativeModule, testActor } from '@threadlog/testing';
import { createAgents } from '@threadlog/worker';
import type * as Sdk from 'ai';
import { startAgentService, type AgentService, type Question } from './testing/agentService';
import { chatClients, historyOf } from './testing/chatClients';
import { givenStandalone, tokenOf } from './testing/standalone';

const { readUIMessageStream } = nativeModule('ai', __filename) as typeof Sdk;
const PATIENT = { timeoutMs: 60_000, intervalMs: 20 };
const SECRET = `whsec_${Buffer.alloc(32, 6).toString('base64')}`;
jest.setTimeout(120_000);

const api = givenStandalone({ ROLES: 'projector,command-api,query-api,realtime' });
const clients = chatClients(api);
const stopping = new AbortController();
let service: AgentService;
let working: Promise<unknown> = Promise.resolve();

beforeAll(async () => {
  service = await startAgentService(() => undefined);
  const runtime = api.runtime();
  const logger = createLogger({ service: 'test', level: 'silent' });
  const signals = createSignals({ openTopic: runtime.openTopic, logger });
  const agents = createAgents({
    ...{ ...runtime, router: api.router(), signals, logger, retriesMs: [50] },
    agent: { id: 'tutor', url: service.url, secrets: [SECRET], contextMessages: 20 },
    metrics: createMetrics({ defaults: false }),
  });
  working = Promise.all([signals.run(stopping.signal), agents.run(stopping.signal)]);
  await eventually(async () => {
    const { rows } = await runtime.database.query('select 1 from threadlog.agent_positions');
    expect(rows).toHaveLength(runtime.log.partitions);
  }, PATIENT);
}, 60_000);
afterAll(async () => {
  stopping.abort();
  await working;
  await service.close();
});

/** A learner in a thread with the agent, whose answers the test writes. */
async function given() {
  const tenant = clients.tenant();
  const ada = clients.of('ada', tenant);
  const { id } = await ada.threads.create({ title: 'Homework' });
  await ada.participants.add(id, { userId: 'tutor', role: 'agent' });
  const answers: { question: Question; response: ServerResponse }[] = [];
  service.reply((question, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' }).flushHeaders();
    answers.push({ question, response });
  });
  const transport = createChatTransport({ client: ada });
  const question: AnswerMessage = { id: 'q', role: 'user', parts: [{ type: 'text', text: 'What is x?' }] };
  const ask = (abortSignal?: AbortSignal) =>
    transport.sendMessages({
      ...{ trigger: 'submit-message', chatId: id, messageId: undefined, messages: [question], abortSignal },
    });
  const asked = () => eventually(() => answers[0] ?? Promise.reject(new Error('it was not asked')), PATIENT);
  return { tenant, ada, id, transport, ask, asked };
}

/** What the AI SDK makes of a stream, as it comes. */
function reading(stream: ReadableStream<Sdk.UIMessageChunk>) {
  const states: string[] = [];
  let last: AnswerMessage | undefined;
  const ended = (async () => {
    for await (const message of readUIMessageStream<AnswerMessage>({ stream, terminateOnError: true })) {
      last = message;
      states.push(message.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join(''));
    }
    return last;
  })();
  return { states, ended };
}

it('is a transport that the AI SDK reads: an answer as it comes, which is the message of the thread in the end', async () => {
  const { ada, id, ask, asked } = await given();
  const { states, ended } = reading(await ask());
  const { response } = await asked();
  response.write('It is ');
  await eventually(() => expect(states.at(-1)).toBe('It is '), PATIENT);
  response.end('a letter.');
  const message = await ended;
  const history = await historyOf(ada, id);
  expect(history.map(({ senderId, content }) => `${senderId}: ${content}`)).toEqual([
    'ada: What is x?',
    'tutor: It is a letter.',
  ]);
  expect(message).toMatchObject({
    ...{
      id: history[1]!.run!.runId,
      role: 'assistant',
      parts: [{ type: 'text', text: 'It is a letter.', state: 'done' }],
    },
    metadata: { threadId: id, messageId: history[1]!.id, messageIndex: 2, finish: 'complete' },
  });
});

it('resumes an answer in another client, which an aborted stream has not stopped, and stops it when told to', async () => {
  const { tenant, ada, id, ask, asked } = await given();
  const away = new AbortController();
  const first = reading(await ask(away.signal));
  const { question, response } = await asked();
  response.write('All of');
  await eventually(() => expect(first.states.at(-1)).toBe('All of'), PATIENT);
  away.abort();
  await first.ended;

  const transport = createChatTransport({ client: clients.of('ada', tenant) });
  const stream = await eventually(async () => {
    const found = await transport.reconnectToStream({ chatId: id });
    if (!found) throw new Error('nothing is under way');
    return found;
  }, PATIENT);
  const second = reading(stream);
  await eventually(() => expect(second.states.at(-1)).toBe('All of'), PATIENT);
  expect(question.gone.aborted).toBe(false);
  await transport.stop(id);
  expect(await second.ended).toMatchObject({ metadata: { finish: 'stopped', runId: question.runId } });
  expect((await historyOf(ada, id)).at(-1)).toMatchObject({ content: 'All of', run: { finish: 'stopped' } });
  await expect(ada.agents.stop(id, question.runId)).rejects.toMatchObject({ code: 'not_found' });
});

it('registers agents of a tenant, and hides them from whoever is no administrator', async () => {
  const root = testActor('root', { tenant: clients.tenant(), role: 'admin' });
  const admin = clients.of('root', root.tenantId, { token: tokenOf(root) });
  const made = await admin.agents.put('helper', { displayName: 'Helper', trigger: 'mention' });
  expect(made).toMatchObject({ id: 'helper', trigger: 'mention', secret: expect.stringMatching(/^whsec_/) });
  expect(await admin.agents.put('helper', { displayName: 'Helper', trigger: 'mention' })).not.toHaveProperty('secret');
  expect(await admin.agents.get('helper')).toMatchObject({ displayName: 'Helper', url: null });
  const next = await admin.agents.rotateSecret('helper');
  expect(next.secrets).toHaveLength(2);
  const ids: string[] = [];
  for await (const { id } of admin.agents.list({ limit: 1 })) ids.push(id);
  expect(ids).toEqual(['helper']);
  await expect(clients.of('ada', root.tenantId).agents.get('helper')).rejects.toMatchObject({ code: 'not_found' });
  await admin.agents.delete('helper');
  await expect(admin.agents.get('helper')).rejects.toMatchObject({ code: 'not_found' });
});
