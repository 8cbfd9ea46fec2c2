import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import {
  eventually,
  scale,
  shortOnly,
  testActor,
  testStack,
  type OwnKafka,
  type OwnPostgres,
} from '@threadlog/testing';
import { createLogger } from '@threadlog/service';
import type { Question } from './testing/agentService';
import { draftScenesOf, draftsOf, messageOf, PATIENT, shows, statesOf, type Told } from './testing/draftScenes';
import { canaries, CANARY, filesWith } from './testing/filesWith';
import { officerOf, scenesOf } from './testing/scenes';
import { givenStandalone } from './testing/standalone';

const TOKENS = scale({ short: 150, long: 1_000 });
jest.setTimeout(scale({ short: 120_000, long: 400_000 }));

/** Servers of its own, whose files are searched. */
let kafka: OwnKafka;
let postgres: OwnPostgres;
const lines: string[] = [];
const stack = testStack();
beforeAll(async () => void ([kafka, postgres] = await Promise.all([stack.ownKafka(), stack.ownPostgres()])), 90_000);
const api = givenStandalone(
  {
    ROLES: 'projector,command-api,query-api,realtime',
    get KAFKA_BROKERS() {
      return kafka.brokers.join(',');
    },
    get DATABASE_URL() {
      return postgres.url;
    },
  },
  createLogger({ service: 'test', level: 'debug', destination: { write: (line: string) => void lines.push(line) } }),
);
const scenes = scenesOf(api);
const { service, startWorker, view, logged } = draftScenesOf(api, () => undefined);

async function given(tenant: string) {
  const [ada, ben] = [testActor('ada', { tenant }), testActor('ben', { tenant })];
  const agentId = `tutor-${tenant}`;
  const stopWorker = await startWorker(agentId);
  const threadId = await scenes.thread(ada, {});
  await scenes.done(ada, 'participant.add', { threadId, userId: agentId, role: 'agent' });
  await scenes.projected();
  const answers: { question: Question; response: ServerResponse }[] = [];
  service().reply((question, response) => {
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
  const tokens = canaries(TOKENS);
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

  expect(filesWith(kafka.logDir, question.runId).some((name) => name.includes('chat.signals'))).toBe(true);
  expect(filesWith(kafka.logDir, CANARY)).toEqual([]);
  const { database } = api.runtime();
  await database.query('checkpoint');
  expect(filesWith(postgres.dataDir, threadId).length).toBeGreaterThan(1);
  expect(filesWith(postgres.dataDir, CANARY)).toEqual([]);
  expect(lines).not.toEqual([]);
  expect(`${lines.join('')}${logged()}`).not.toMatch(CANARY);
  // What stands there in the clear is found, in a table and in what was written ahead of it.
  await database.query('create table public.control as select $1::text as whole', [whole]);
  await database.query('checkpoint');
  expect(filesWith(postgres.dataDir, CANARY).filter((name) => name.includes('pg_wal'))).not.toEqual([]);
  expect(filesWith(postgres.dataDir, CANARY).filter((name) => name.includes('base/'))).not.toEqual([]);
  await database.query('drop table public.control');
});

shortOnly(it)(
  'stops on demand: what was said becomes the message, for who may post, and of this very run',
  async () => {
    const { ada, ben, agentId, threadId, ask, agentsEvents, stop } = await given('stopping');
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
      { event_type: 'CHAT_MESSAGE_CREATED', data: { run: { finish: 'stopped', stopped_by: 'ada' } } },
      { event_type: 'CHAT_AGENT_RUN_ENDED', data: { reason: 'stopped', stopped_by: 'ada' } },
    ]);
    await scenes.projected();
    const path = `/api/v1/audit?threadId=${threadId}&actorId=${agentId}`;
    const { body } = await api.as(officerOf('stopping')).call<{ items: object[] }>('GET', path);
    const byAda = (id: string) => ({ detail: { run_id: id, stopped_by: 'ada' } });
    expect(body.items).toHaveLength(2);
    expect(body.items).toMatchObject([byAda(silent.question.runId), byAda(runId)]);
    expect(JSON.stringify(viewer.frames)).not.toMatch(/stopped_?by/i);
  },
);

shortOnly(it)('breaks the request off within half a second of the stop', async () => {
  const { ask, stop } = await given('at-once');
  const took: number[] = [];
  // The quickest of them: any one may meet a machine that stands still.
  for (let turn = 0; turn < 5; turn += 1) {
    const { question } = await ask(`Tell me ${turn}`);
    const from = performance.now();
    const gone = once(question.gone, 'abort').then(() => took.push(performance.now() - from));
    expect((await stop(question.runId)).status).toBe(204);
    await gone;
  }
  expect(Math.min(...took)).toBeLessThan(500);
});

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
