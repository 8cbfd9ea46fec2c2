import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createLogger, createMetrics } from '@threadlog/service';
import { envOfChild, eventually, testActor } from '@threadlog/testing';
import { createAgents } from '@threadlog/worker';
import { scenesOf } from './testing/scenes';
import { givenStandalone } from './testing/standalone';

jest.setTimeout(120_000);
const PATIENT = { timeoutMs: 60_000, intervalMs: 50 };
const AGENT = resolve(__dirname, '../../../examples/agent/agent.js');
const SECRET = `whsec_${Buffer.alloc(32, 6).toString('base64')}`;

const api = givenStandalone();
const scenes = scenesOf(api);
const stopping = new AbortController();
let child: ChildProcess;
let url: string;
let asking: Promise<void> = Promise.resolve();

beforeAll(async () => {
  const env = { ...envOfChild(), AGENT_SERVICE_SECRET: SECRET, PORT: '0' };
  child = spawn(process.execPath, [AGENT], { stdio: ['ignore', 'pipe', 'inherit'], env });
  const [line] = (await once(child.stdout!.setEncoding('utf8'), 'data')) as [string];
  url = line.trim();
  const { database, log } = api.runtime();
  asking = createAgents({
    ...api.runtime(),
    router: api.router(),
    agent: { id: 'agent', url, secrets: [SECRET], contextMessages: 20 },
    logger: createLogger({ service: 'test', level: 'silent' }),
    metrics: createMetrics({ defaults: false }),
  }).run(stopping.signal);
  await eventually(async () => {
    const { rows } = await database.query('select 1 from threadlog.agent_positions');
    expect(rows).toHaveLength(log.partitions);
  }, PATIENT);
});
afterAll(async () => {
  stopping.abort();
  await asking;
  child.kill('SIGKILL');
});

it('answers a question of a started system, and nobody who does not sign', async () => {
  const ada = testActor('ada', { tenant: 'example' });
  const threadId = await scenes.thread(ada, {});
  await scenes.done(ada, 'participant.add', { threadId, userId: 'agent', role: 'agent' });
  await scenes.post(ada, threadId, 'Is anybody there?');
  await eventually(async () => {
    const { body } = await api.request('GET', `/api/v1/threads/${threadId}/messages`, { as: ada });
    expect((body as { messages: object[] }).messages[0]).toMatchObject({
      senderId: 'agent',
      content: 'You said: Is anybody there?',
      run: { finish: 'complete' },
    });
  }, PATIENT);
  expect((await fetch(url, { method: 'POST', body: '{"messages":[]}' })).status).toBe(401);
});
