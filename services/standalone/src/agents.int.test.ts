import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Actor } from '@threadlog/auth';
import type { ChatEvent } from '@threadlog/events';
import { createLogger, createMetrics, type Metrics } from '@threadlog/service';
import { envOfChild, eventually, testActor } from '@threadlog/testing';
import { createAgents } from '@threadlog/worker';
import { Webhook } from 'standardwebhooks';
import { startAgentService, streams, textsOf, type AgentService, type Question } from './testing/agentService';
import { officerOf, scenesOf } from './testing/scenes';
import { givenStandalone } from './testing/standalone';

const MAIN = join(__dirname, '..', 'dist', 'main.js');
const PATIENT = { timeoutMs: 90_000, intervalMs: 50 };
const SECRET = `whsec_${Buffer.alloc(32, 6).toString('base64')}`;
jest.setTimeout(240_000);

const api = givenStandalone();
const scenes = scenesOf(api);
const ends: (() => unknown)[] = [];
let service: AgentService;
let names = 0;
const echo = streams((question) => `You said: ${textsOf(question).at(-1)}`);
beforeEach(async () => void (service = await startAgentService(echo)));
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await service.close();
});

/** An agent of its own for each test, asked by this process. */
async function start(agentId = `tutor-${(names += 1)}`, rest: { contextMessages?: number } = {}) {
  const runtime = api.runtime();
  const stopping = new AbortController();
  const metrics = createMetrics({ defaults: false });
  const agent = { id: agentId, url: service.url, secrets: [SECRET], contextMessages: 20, ...rest };
  const ended = createAgents({
    ...runtime,
    ...{ router: api.router(), agent, reader: agentId, retriesMs: [50, 50, 50, 50] },
    logger: createLogger({ service: 'test', level: 'silent' }),
    metrics,
  }).run(stopping.signal);
  const stop = async () => {
    stopping.abort();
    await ended;
  };
  ends.push(stop);
  await begun(agentId);
  return { agentId, stop, metrics };
}

/** What is counted of runs: how they ended, how many of them said anything, and the tokens of that. */
async function countedBy({ registry }: Metrics) {
  const valuesOf = async (name: string) => (await registry.getSingleMetric(name)!.get()).values as MetricValue[];
  const byLabel = async (name: string, label: string): Promise<Record<string, number>> =>
    Object.fromEntries((await valuesOf(name)).map(({ labels, value }) => [labels[label]!, value]));
  const first = await valuesOf('threadlog_agent_first_token_seconds');
  const firstOf = (part: string) => first.find(({ metricName }) => metricName?.endsWith(part))!.value;
  return {
    runs: await byLabel('threadlog_agent_runs_total', 'outcome'),
    tokens: await byLabel('threadlog_agent_tokens_total', 'kind'),
    first: { count: firstOf('_count'), seconds: firstOf('_sum') },
  };
}
interface MetricValue {
  labels: Record<string, string>;
  value: number;
  metricName?: string;
}

/** What the audit log says of a thread's agents, oldest first. */
async function auditOf(as: Actor, threadId: string, agentId: string): Promise<object[]> {
  await scenes.projected();
  const path = `/api/v1/audit?threadId=${threadId}&actorId=${agentId}`;
  const { status, body } = await api.as(officerOf(as.tenantId)).call<{ items: object[] }>('GET', path);
  expect(status).toBe(200);
  return body.items.toReversed();
}

async function begun(reader: string): Promise<void> {
  const { database, log } = api.runtime();
  await eventually(async () => {
    const { rows } = await database.query('select 1 from threadlog.agent_positions where agent_id = $1', [reader]);
    expect(rows).toHaveLength(log.partitions);
  }, PATIENT);
}

const openRuns = async (agentId: string): Promise<number> =>
  (await api.runtime().database.query('select 1 from threadlog.agent_runs where agent_id = $1', [agentId])).rows.length;

async function threadWith(ada: Actor, agentId: string, participantIds: string[] = []): Promise<string> {
  const threadId = await scenes.thread(ada, { participantIds });
  await scenes.done(ada, 'participant.add', { threadId, userId: agentId, role: 'agent' });
  return threadId;
}

type Told = { type: ChatEvent['event_type']; data: Record<string, unknown> };

/** What agents did in a thread. */
async function deeds(ada: Actor, threadId: string, agentId: string): Promise<Told[]> {
  const events = await scenes.events(ada.tenantId);
  return events
    .filter(({ stream_id, actor }) => stream_id === threadId && actor.id === agentId)
    .map(({ event_type: type, data }) => ({ type, data: data as Record<string, unknown> }));
}
const answered = { type: 'CHAT_MESSAGE_CREATED' };
const ended = (reason: string) => ({ type: 'CHAT_AGENT_RUN_ENDED', data: { reason } });
const untilDeeds = (ada: Actor, threadId: string, agentId: string, expected: object[]) =>
  eventually(async () => expect(await deeds(ada, threadId, agentId)).toMatchObject(expected), PATIENT);
const asked = (many: number) => eventually(() => expect(service.questions).toHaveLength(many), PATIENT);
const until = (aborts: Question) => eventually(() => expect(aborts.gone.aborted).toBe(true), PATIENT);

it('asks an agent, signed, and posts its answer with the run that it came out of', async () => {
  const ada = testActor('ada', { tenant: 'asking' });
  const { agentId, metrics } = await start();
  const threadId = await threadWith(ada, agentId);
  const messageId = await scenes.post(ada, threadId, 'What is x?');
  await untilDeeds(ada, threadId, agentId, [answered]);
  const [question] = service.questions;
  expect(question).toMatchObject({
    id: threadId,
    trigger: 'submit-message',
    messageId,
    messages: [
      {
        id: messageId,
        role: 'user',
        parts: [{ type: 'text', text: 'What is x?' }],
        metadata: { senderId: 'ada', messageId },
      },
    ],
  });
  const { body, headers } = question!;
  expect(headers['webhook-id']).toBe(question!.runId);
  expect(() => new Webhook(SECRET).verify(body, headers as Record<string, string>)).not.toThrow();

  await scenes.projected();
  const { body: page } = await api.request('GET', `/api/v1/threads/${threadId}/messages`, { as: ada });
  expect((page as { messages: object[] }).messages[0]).toMatchObject({
    content: 'You said: What is x?',
    senderId: agentId,
    senderType: 'agent',
    run: { runId: question!.runId, triggerMessageId: messageId, finish: 'complete', inputTokens: 7, outputTokens: 2 },
  });
  await eventually(async () => expect(await openRuns(agentId)).toBe(0), PATIENT);
  const { runs, tokens, first } = await countedBy(metrics);
  expect({ runs, tokens, begun: first.count }).toEqual({
    ...{ runs: { complete: 1 }, tokens: { input: 7, output: 2 }, begun: 1 },
  });
  expect(first.seconds).toBeGreaterThan(0);

  await scenes.post(ada, threadId, 'And y?');
  await asked(2);
  expect(service.questions[1]!.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
});

it('asks where several people talk only when it is named, and not about what it does not see', async () => {
  const ada = testActor('ada', { tenant: 'crowd' });
  const { agentId } = await start(undefined, { contextMessages: 3 });
  const threadId = await scenes.thread(ada, { participantIds: ['ben', 'cleo'] });
  await scenes.post(ada, threadId, 'before it came');
  await scenes.done(ada, 'participant.add', { threadId, userId: agentId, role: 'agent', history: 'from_join' });
  const gone = await scenes.post(ada, threadId, 'a slip');
  await scenes.done(ada, 'message.delete', { threadId, messageId: gone });
  await scenes.post(ada, threadId, 'among people');
  await scenes.done(ada, 'message.post', { threadId, content: 'and you?', mentions: [agentId] });
  await untilDeeds(ada, threadId, agentId, [answered]);
  expect(service.questions.map(textsOf)).toEqual([['among people', 'and you?']]);
});

it('says nothing after people have taken over, though its answer was under way', async () => {
  const ada = testActor('ada', { tenant: 'taken' });
  const { agentId } = await start();
  const threadId = await threadWith(ada, agentId);
  service.reply(() => undefined);
  await scenes.post(ada, threadId, 'Help!');
  await asked(1);
  await scenes.done(ada, 'agent.mode', { threadId, agentMode: 'off' });
  await until(service.questions[0]!);
  await untilDeeds(ada, threadId, agentId, [ended('stopped')]);
  service.reply(echo);
  await scenes.post(ada, threadId, 'Anybody?');
  await scenes.done(ada, 'agent.mode', { threadId, agentMode: 'auto' });
  await scenes.post(ada, threadId, 'Back to you');
  await untilDeeds(ada, threadId, agentId, [ended('stopped'), answered]);
  expect(service.questions.map((question) => textsOf(question).at(-1))).toEqual(['Help!', 'Back to you']);
});

it('leaves a message for a newer one, and answers that', async () => {
  const ada = testActor('ada', { tenant: 'newer' });
  const { agentId, metrics } = await start();
  const threadId = await threadWith(ada, agentId);
  service.reply(() => undefined);
  const former = await scenes.post(ada, threadId, 'What is');
  await asked(1);
  service.reply(echo);
  await scenes.post(ada, threadId, 'I mean, what is x?');
  await until(service.questions[0]!);
  await untilDeeds(ada, threadId, agentId, [ended('superseded'), answered]);
  expect(textsOf(service.questions[1]!)).toEqual(['What is', 'I mean, what is x?']);
  const [left, answer] = service.questions;
  const reason = { reason: 'superseded', agent_id: agentId, run_id: left!.runId, trigger_message_id: former };
  expect(await auditOf(ada, threadId, agentId)).toMatchObject([
    { type: 'CHAT_AGENT_RUN_ENDED', actor: { type: 'agent', id: agentId }, detail: reason },
    { type: 'CHAT_MESSAGE_CREATED', actor: { type: 'agent', id: agentId } },
  ]);
  expect(await auditOf(testActor('eve', { tenant: 'elsewhere' }), threadId, agentId)).toEqual([]);
  expect(answer!.runId).not.toBe(left!.runId);
  await eventually(async () => expect(await openRuns(agentId)).toBe(0), PATIENT);
  expect(await countedBy(metrics)).toMatchObject({ runs: { superseded: 1, complete: 1 }, first: { count: 1 } });
});

it('tries an agent that is down again, and gives it up in the end', async () => {
  const ada = testActor('ada', { tenant: 'down' });
  const { agentId, metrics } = await start();
  const threadId = await threadWith(ada, agentId);
  service.reply((question, response) => {
    if (service.questions.length < 3) response.writeHead(503).end();
    else echo(question, response);
  });
  await scenes.post(ada, threadId, 'first');
  await untilDeeds(ada, threadId, agentId, [answered]);
  service.reply((_question, response) => void response.writeHead(500).end());
  await scenes.post(ada, threadId, 'second');
  await untilDeeds(ada, threadId, agentId, [answered, ended('failed')]);
  expect(new Set(service.questions.map(({ runId }) => runId)).size).toBe(2);
  service.reply((_question, response) => void response.writeHead(204).end());
  await scenes.post(ada, threadId, 'third');
  await untilDeeds(ada, threadId, agentId, [answered, ended('failed'), ended('silent')]);
  await eventually(async () => expect(await openRuns(agentId)).toBe(0), PATIENT);
  // A run counts once, however often it was tried.
  expect((await countedBy(metrics)).runs).toEqual({ complete: 1, failed: 1, silent: 1 });
});

it('goes on with a run that it was stopped in, and posts once however often it is repeated', async () => {
  const ada = testActor('ada', { tenant: 'stopped' });
  const { agentId, stop } = await start();
  const threadId = await threadWith(ada, agentId);
  service.reply(() => undefined);
  const messageId = await scenes.post(ada, threadId, 'Hello');
  await asked(1);
  await stop();
  expect(await openRuns(agentId)).toBe(1);
  service.reply(echo);
  const again = await start(agentId);
  await untilDeeds(ada, threadId, agentId, [answered]);
  await eventually(async () => expect(await openRuns(agentId)).toBe(0), PATIENT);
  await again.stop();
  // As a worker finds it that was away since before the answer, whatever time has passed: no receipt is asked.
  await api.runtime().database.query(
    `insert into threadlog.agent_runs (agent_id, tenant_id, thread_id, trigger_message_id, trigger_index, asked_by, asked_at)
     values ($1, $2, $3, $4, 1, 'ada', '2026-01-01T00:00:00.000000Z')`,
    [agentId, ada.tenantId, threadId, messageId],
  );
  await api.runtime().database.query('delete from read_1.command_receipts');
  await start(agentId);
  await asked(3);
  await eventually(async () => expect(await openRuns(agentId)).toBe(0), PATIENT);
  expect(await deeds(ada, threadId, agentId)).toMatchObject([answered]);
  expect(new Set(service.questions.map(({ runId }) => runId)).size).toBe(1);
});

it('answers every message of a worker that is killed again and again once', async () => {
  const ada = testActor('ada', { tenant: 'killed' });
  const env = {
    ...{ ENVIRONMENT: 'test', ROLES: 'worker', LOG_LEVEL: 'silent' },
    ...{ AGENT_SERVICE_URL: service.url, AGENT_SERVICE_SECRET: SECRET, AGENT_ID: 'operators' },
  };
  const spawnWorker = (): ChildProcess => {
    const child = spawn(process.execPath, [MAIN], { stdio: 'ignore', env: { ...envOfChild(), ...api.env(), ...env } });
    ends.push(() => child.kill('SIGKILL'));
    return child;
  };
  let child = spawnWorker();
  await begun('*');
  const threads = await Promise.all([1, 2, 3].map(() => threadWith(ada, 'operators')));
  for (const [kills, delayMs] of [10, 40, 80].entries()) {
    // It takes its time, so that kills meet it asking, writing and posting.
    service.reply((question, response) => void setTimeout(() => echo(question, response), delayMs));
    await Promise.all(threads.map((threadId) => scenes.post(ada, threadId, `question ${kills}`)));
    await eventually(() => expect(service.questions.length).toBeGreaterThan(kills * threads.length), PATIENT);
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    child = spawnWorker();
    for (const threadId of threads)
      await untilDeeds(
        ada,
        threadId,
        'operators',
        Array.from({ length: kills + 1 }, () => answered),
      );
  }
});
