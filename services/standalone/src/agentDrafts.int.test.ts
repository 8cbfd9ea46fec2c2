import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Actor } from '@threadlog/auth';
import { createSignals } from '@threadlog/runtime';
import { createLogger, createMetrics } from '@threadlog/service';
import {
  envOfChild,
  eventually,
  scale,
  shortOnly,
  testActor,
  testSeed,
  testStack,
  type OwnKafka,
} from '@threadlog/testing';
import { createAgents } from '@threadlog/worker';
import { io, type Socket } from 'socket.io-client';
import { startAgentService, type AgentService, type Question } from './testing/agentService';
import { scenesOf } from './testing/scenes';
import { givenStandalone, tokenOf } from './testing/standalone';

const PATIENT = { timeoutMs: 60_000, intervalMs: 20 };
const SECRET = `whsec_${Buffer.alloc(32, 6).toString('base64')}`;
const KILLS = scale({ short: 1, long: 20 });
const MAIN = join(__dirname, '..', 'dist', 'main.js');
const TOKENS = scale({ short: 150, long: 1_000 });
jest.setTimeout(scale({ short: 120_000, long: 400_000 }));

/** A broker of its own, whose files are searched. */
let kafka: OwnKafka;
const stack = testStack();
beforeAll(async () => void (kafka = await stack.ownKafka()), 60_000);
const api = givenStandalone({
  ROLES: 'projector,command-api,query-api,realtime',
  get KAFKA_BROKERS() {
    return kafka.brokers.join(',');
  },
});
const scenes = scenesOf(api);
const ends: (() => unknown)[] = [];
let service: AgentService;
let logged = '';
beforeEach(async () => void (service = await startAgentService(() => undefined)));
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await service.close();
});

/** A worker beside the others, which has signals of its own as another process has. */
async function startWorker(agentId: string): Promise<() => Promise<void>> {
  const runtime = api.runtime();
  const stopping = new AbortController();
  const destination = { write: (line: string) => void (logged += line) };
  const logger = createLogger({ service: 'test', level: 'debug', destination });
  const signals = createSignals({ openTopic: runtime.openTopic, logger });
  const agents = createAgents({
    ...{ ...runtime, router: api.router(), signals, logger, reader: agentId, retriesMs: [50] },
    agent: { id: agentId, url: service.url, secrets: [SECRET], contextMessages: 20 },
    metrics: createMetrics({ defaults: false }),
  });
  const running = Promise.all([signals.run(stopping.signal), agents.run(stopping.signal)]);
  const stop = async (): Promise<void> => {
    stopping.abort();
    await running;
  };
  ends.push(stop);
  await eventually(async () => {
    const positions = 'select 1 from threadlog.agent_positions where agent_id = $1';
    expect((await runtime.database.query(positions, [agentId])).rows).toHaveLength(runtime.log.partitions);
  }, PATIENT);
  return stop;
}

interface Told {
  name: string;
  runId?: string;
  state?: string;
  reason?: string;
  n: number;
  op: string;
  text: string;
  content?: string;
  run?: { runId: string; finish: string };
}
interface Viewer {
  socket: Socket;
  frames: Told[];
}

async function view(actor: Actor, resume?: Record<string, number>): Promise<Viewer> {
  const socket = io(api.sockets(), {
    ...{ transports: ['websocket'], forceNew: true, reconnection: false },
    auth: { token: tokenOf(actor), resume },
  });
  ends.push(() => socket.disconnect());
  const frames: Told[] = [];
  socket.onAny((name: string, payload: object) => frames.push({ ...payload, name } as Told));
  await eventually(() => expect(frames.map(({ name }) => name)).toContain('hello'), PATIENT);
  return { socket, frames };
}

/** What a client shows of a run, by the rules of the protocol, as each frame leaves it; ends with its message. */
function draftsOf({ frames }: Viewer, runId: string): string[] {
  let last = 0;
  let text: string | null = null;
  const seen: string[] = [];
  const end = frames.findIndex(({ name, run }) => name === 'message:new' && run?.runId === runId);
  const before = end < 0 ? frames : frames.slice(0, end);
  for (const { op, n, text: piece } of before.filter((told) => told.name === 'agent:text' && told.runId === runId)) {
    if (op === 'replace') text = piece;
    else if (text !== null && n === last + 1) text += piece;
    else throw new Error(`text ${n} follows nothing`);
    last = n;
    seen.push(text);
  }
  return seen;
}
const shows = (viewer: Viewer, runId: string, text: string) =>
  eventually(() => expect(draftsOf(viewer, runId).at(-1)).toBe(text), PATIENT);
const messageOf = ({ frames }: Viewer, runId: string) =>
  eventually(() => {
    const found = frames.find(({ name, run }) => name === 'message:new' && run?.runId === runId);
    if (!found) throw new Error('it has not come');
    return found;
  }, PATIENT);
const statesOf = ({ frames }: Viewer, runId?: string) =>
  frames.flatMap((told) =>
    told.name === 'agent:run' && (runId ?? told.runId) === told.runId ? [told.reason ?? told.state] : [],
  );

async function given(tenant: string) {
  const [ada, ben] = [testActor('ada', { tenant }), testActor('ben', { tenant })];
  const agentId = `tutor-${tenant}`;
  const stopWorker = await startWorker(agentId);
  const threadId = await scenes.thread(ada, {});
  await scenes.done(ada, 'participant.add', { threadId, userId: agentId, role: 'agent' });
  await scenes.projected();
  const answers: { question: Question; response: ServerResponse }[] = [];
  service.reply((question, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' }).flushHeaders();
    answers.push({ question, response });
  });
  const ask = async (content: string) => {
    const before = answers.length;
    await scenes.post(ada, threadId, content);
    return eventually(() => {
      if (answers.length === before) throw new Error('it was not asked');
      return answers.at(-1)!;
    }, PATIENT);
  };
  const agentsEvents = async () =>
    (await scenes.events(tenant))
      .filter(({ actor }) => actor.id === agentId)
      .map(({ event_type, data }) => ({ event_type, data }));
  const stop = (runId: string, { as = ada, of = threadId } = {}) =>
    api.request('POST', `/api/v1/threads/${of}/runs/${runId}/stop`, { as });
  return { ada, ben, agentId, threadId, answers, ask, agentsEvents, stop, stopWorker };
}

it('shows an answer as it comes to everybody, the same in the end, and leaves one message and no text behind', async () => {
  const { ada, threadId, ask, agentsEvents } = await given('seen');
  const tokens = Array.from({ length: TOKENS }, (_, index) => `zq${index}canary${index % 7 ? ' ' : '👍\n'}`);
  const whole = tokens.join('');
  const [half, most] = [tokens.slice(0, TOKENS / 2).join(''), tokens.slice(0, TOKENS * 0.8).join('')];
  const [first, cut] = [await view(ada), await view(ada)];
  const { question, response } = await ask('What is x?');
  /** By bytes, so that a character comes in two parts. */
  const write = async (text: string): Promise<void> => {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 13) {
      if (!response.write(bytes.subarray(at, at + 13))) await once(response, 'drain');
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  await write(half);
  for (const viewer of [first, cut]) await shows(viewer, question.runId, half);
  cut.socket.disconnect();
  await write(most.slice(half.length));
  await shows(first, question.runId, most);
  const [resumed, late] = [await view(ada, { [threadId]: 1 }), await view(ada)];
  for (const viewer of [resumed, late]) await shows(viewer, question.runId, most);
  await write(whole.slice(most.length));
  for (const viewer of [first, resumed, late]) await shows(viewer, question.runId, whole);
  response.end();
  for (const viewer of [first, resumed, late]) {
    const { content, run } = await messageOf(viewer, question.runId);
    expect(content).toBe(whole);
    expect(run).toMatchObject({ finish: 'complete' });
    const drafts = draftsOf(viewer, question.runId);
    expect(drafts.filter((draft) => !whole.startsWith(draft))).toEqual([]);
    await eventually(() => expect(statesOf(viewer).at(-1)).toBe('complete'), PATIENT);
  }
  // Told in pieces, but in few of them.
  expect(draftsOf(first, question.runId).length).toBeGreaterThan(2);
  expect(draftsOf(first, question.runId).length).toBeLessThan(TOKENS);
  expect((await agentsEvents()).map(({ event_type }) => event_type)).toEqual(['CHAT_MESSAGE_CREATED']);

  const files = readdirSync(kafka.logDir, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.log'),
  );
  const texts = files.map((name) => readFileSync(join(kafka.logDir, name), 'latin1'));
  const holds = (word: string) => files.filter((_name, index) => texts[index]!.includes(word));
  expect(holds(question.runId).some((name) => name.includes('chat.signals'))).toBe(true);
  expect(holds('canary')).toEqual([]);
  expect(logged).not.toContain('canary');
});

shortOnly(it)(
  'stops on demand: what was said becomes the message, for who may post, and of this very run',
  async () => {
    const { ada, ben, threadId, ask, agentsEvents, stop } = await given('stopping');
    const viewer = await view(ada);
    const { question, response } = await ask('Tell me all');
    const { runId, gone } = question;
    response.write('All of');
    await shows(viewer, runId, 'All of');

    const other = await scenes.thread(ada, {});
    const made = { up: '4b0f3c1e-6d0a-8e55-9c1d-5a1f0e7d2b33' };
    for (const [who, reply] of [
      ['no participant', await stop(runId, { as: ben })],
      ['another tenant', await stop(runId, { as: testActor('ada', { tenant: 'elsewhere' }) })],
      ['another thread', await stop(runId, { of: other })],
      ['a run that never was', await stop(made.up)],
    ] as const)
      expect([who, reply.status, (reply.body as { code: string }).code]).toEqual([who, 404, 'not_found']);
    expect((await stop('not-a-run')).status).toBe(400);
    expect(gone.aborted).toBe(false);

    expect((await stop(runId)).status).toBe(204);
    await eventually(() => expect(gone.aborted).toBe(true), PATIENT);
    expect(await messageOf(viewer, runId)).toMatchObject({ content: 'All of', run: { finish: 'stopped' } });
    await eventually(() => expect(statesOf(viewer, runId).slice(-2)).toContain('stopped'), PATIENT);
    await eventually(async () => expect((await stop(runId)).status).toBe(404), PATIENT);

    const silent = await ask('And now?');
    await eventually(() => expect(statesOf(viewer, silent.question.runId)).toEqual(['thinking']), PATIENT);
    const asking = { conversationId: threadId, runId: silent.question.runId };
    expect(await viewer.socket.emitWithAck('agent:stop', { ...asking, threadId: other })).toMatchObject({
      code: 'not_found',
    });
    expect(await viewer.socket.emitWithAck('agent:stop', asking)).toEqual({ runId: silent.question.runId });
    await eventually(() => expect(silent.question.gone.aborted).toBe(true), PATIENT);
    await eventually(() => expect(statesOf(viewer, silent.question.runId)).toEqual(['thinking', 'stopped']), PATIENT);
    expect(await agentsEvents()).toMatchObject([
      { event_type: 'CHAT_MESSAGE_CREATED', data: { run: { finish: 'stopped' } } },
      { event_type: 'CHAT_AGENT_RUN_ENDED', data: { reason: 'stopped' } },
    ]);
  },
);

shortOnly(it)(
  'goes on with a run of a worker that died, and stops one that was to stop meanwhile without asking again',
  async () => {
    const { ada, agentId, answers, ask, agentsEvents, stop, stopWorker } = await given('died');
    const viewer = await view(ada);
    const { question, response } = await ask('Once');
    response.write('On');
    await shows(viewer, question.runId, 'On');
    await stopWorker();
    const stopAgain = await startWorker(agentId);
    await eventually(() => expect(answers).toHaveLength(2), PATIENT);
    answers[1]!.response.end('Once only');
    expect(await messageOf(viewer, question.runId)).toMatchObject({ content: 'Once only' });

    const left = await ask('Twice');
    left.response.write('Tw');
    await shows(viewer, left.question.runId, 'Tw');
    await stopAgain();
    expect((await stop(left.question.runId)).status).toBe(204);
    await startWorker(agentId);
    await eventually(async () => {
      expect((await agentsEvents()).map(({ event_type }) => event_type)).toEqual([
        'CHAT_MESSAGE_CREATED',
        'CHAT_AGENT_RUN_ENDED',
      ]);
    }, PATIENT);
    expect(answers).toHaveLength(3);
  },
);

shortOnly(it)('ends the draft of a run that a newer message takes the place of, before that one begins', async () => {
  const { ada, ask } = await given('newer');
  const viewer = await view(ada);
  const former = await ask('What is');
  former.response.write('It is');
  await shows(viewer, former.question.runId, 'It is');
  const newer = await ask('I mean, what is x?');
  newer.response.end('A letter');
  await messageOf(viewer, newer.question.runId);
  // How far a run has come may be told in one step; that it is over is told before the next begins.
  const told = viewer.frames.filter(({ name }) => name.startsWith('agent:'));
  const ended = told.findIndex(({ runId, reason }) => runId === former.question.runId && reason === 'superseded');
  const isNewer = ({ runId }: Told) => runId === newer.question.runId;
  expect(ended).toBeGreaterThan(0);
  expect(told.findIndex(isNewer)).toBeGreaterThan(ended);
  expect(told.slice(ended).filter((each) => !isNewer(each))).toHaveLength(1);
});

it('is entered once by workers that are killed while it is said', async () => {
  const seed = testSeed({ what: 'kills of workers that ask agents' });
  const ada = testActor('ada', { tenant: 'killed' });
  service.reply((_question, response) => void sayWords(response));
  const env = {
    ...{ ...envOfChild(), ...api.env(), ENVIRONMENT: 'test', ROLES: 'worker', LOG_LEVEL: 'silent' },
    ...{ AGENT_SERVICE_URL: service.url, AGENT_SERVICE_SECRET: SECRET, AGENT_ID: 'operators' },
  };
  const spawnWorker = (): ChildProcess => {
    const child = spawn(process.execPath, [MAIN], { stdio: 'ignore', env });
    ends.push(() => child.kill('SIGKILL'));
    return child;
  };
  let child = spawnWorker();
  const { database, log } = api.runtime();
  await eventually(async () => {
    const begun = `select 1 from threadlog.agent_positions where agent_id = '*'`;
    expect((await database.query(begun)).rows).toHaveLength(log.partitions);
  }, PATIENT);
  const threads: string[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    const threadId = await scenes.thread(ada, {});
    threads.push(threadId);
    await scenes.done(ada, 'participant.add', { threadId, userId: 'operators', role: 'agent' });
    await scenes.post(ada, threadId, `question ${kill}`);
    await eventually(() => expect(service.questions.map(({ id }) => id)).toContain(threadId), PATIENT);
    // At any step from the first word to after the message.
    await new Promise((resolve) => setTimeout(resolve, (seed + kill * 53) % 400));
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    child = spawnWorker();
  }
  const deeds = async () =>
    (await scenes.events('killed'))
      .filter(({ actor }) => actor.id === 'operators')
      .map(({ event_type, stream_id }) => [event_type, stream_id]);
  const expected = threads.map((threadId) => ['CHAT_MESSAGE_CREATED', threadId]);
  await eventually(async () => expect((await deeds()).sort()).toEqual(expected.sort()), PATIENT);
  await eventually(async () => {
    expect((await database.query(`select 1 from threadlog.agent_runs where agent_id = 'operators'`)).rows).toEqual([]);
  }, PATIENT);
  expect(await deeds()).toHaveLength(KILLS);
});

/** An answer of some 300 milliseconds, word by word. */
async function sayWords(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/plain' });
  for (let word = 0; word < 60 && !response.destroyed; word += 1) {
    response.write(`word${word} `);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  response.end();
}
