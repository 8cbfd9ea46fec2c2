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
const EXAMPLES = resolve(__dirname, '../../../examples/agent');
const SECRET = `whsec_${Buffer.alloc(32, 6).toString('base64')}`;
/** By the user that each takes part as: its program, and what it says that an answer took. */
const AGENTS = [
  ['plain', 'agent.js', {}],
  ['sdk', 'ai.js', { model: 'echo', inputTokens: 1, outputTokens: 5 }],
] as const;

const api = givenStandalone();
const scenes = scenesOf(api);
const stopping = new AbortController();
const children: ChildProcess[] = [];
const urls = new Map<string, string>();
const asking: Promise<void>[] = [];

beforeAll(async () => {
  for (const [id, program] of AGENTS) urls.set(id, await startExample(program));
  const { database, log } = api.runtime();
  for (const [id, url] of urls) {
    const agents = createAgents({
      ...{ ...api.runtime(), router: api.router(), reader: id },
      agent: { id, url, secrets: [SECRET], contextMessages: 20 },
      logger: createLogger({ service: 'test', level: 'silent' }),
      metrics: createMetrics({ defaults: false }),
    });
    asking.push(agents.run(stopping.signal));
  }
  await eventually(async () => {
    const { rows } = await database.query('select 1 from threadlog.agent_positions');
    expect(rows).toHaveLength(AGENTS.length * log.partitions);
  }, PATIENT);
});
afterAll(async () => {
  stopping.abort();
  await Promise.all(asking);
  for (const child of children) child.kill('SIGKILL');
});

async function startExample(program: string): Promise<string> {
  const env = { ...envOfChild(), AGENT_SERVICE_SECRET: SECRET, PORT: '0' };
  const child = spawn(process.execPath, [resolve(EXAMPLES, program)], { stdio: ['ignore', 'pipe', 'inherit'], env });
  children.push(child);
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  return line.trim();
}

it.each(AGENTS)('the one that is %s answers a question of a started system', async (agentId, _program, usage) => {
  const ada = testActor('ada', { tenant: 'example' });
  const threadId = await scenes.thread(ada, {});
  await scenes.done(ada, 'participant.add', { threadId, userId: agentId, role: 'agent' });
  await scenes.post(ada, threadId, 'Is anybody there?');
  await eventually(async () => {
    const { body } = await api.request('GET', `/api/v1/threads/${threadId}/messages`, { as: ada });
    expect((body as { messages: object[] }).messages[0]).toMatchObject({
      senderId: agentId,
      content: 'You said: Is anybody there?',
      run: { finish: 'complete', ...usage },
    });
  }, PATIENT);
  // And nobody who does not sign.
  expect((await fetch(urls.get(agentId)!, { method: 'POST', body: '{"messages":[]}' })).status).toBe(401);
});
