import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createAgentStreams, said, type StreamRequest } from '@threadlog/agents';
import type { CommandRouter } from '@threadlog/commands';
import { envOfChild, eventually, freePort, testActor } from '@threadlog/testing';
import { agentScenesOf, delta, PATIENT, sse } from './testing/agentScenes';
import { givenStandalone } from './testing/standalone';
import { tablesWith } from './testing/tablesWith';

const MAIN = join(__dirname, '..', 'dist', 'main.js');
jest.setTimeout(60_000);

const api = givenStandalone({ ROLES: 'projector,command-api,query-api,realtime' });
const { ends, given, scenes, stream } = agentScenesOf(api);

test('is shown while it comes and entered once, and the same key gives the first answer again', async () => {
  const { ada, bot, threadId, question, runIdFor, ofAgent, viewer } = await given('streams-1');
  const answer = stream(bot, threadId, question, { type: 'text/event-stream; charset=utf-8', key: 'k1' });
  answer.write(sse({ type: 'start' }, delta('Try ')));
  await viewer.shows('Try ');
  // Nothing waits for a body: others go on in the very thread.
  await scenes.post(ada, threadId, 'Quick!');
  answer.write(sse(delta('x = 3.')));
  await viewer.shows('Try x = 3.');
  const usage = { inputTokens: 12, outputTokens: 4, model: 'maker/model-1' };
  answer.end(sse({ type: 'finish', messageMetadata: usage }, '[DONE]'));

  const runId = runIdFor(question);
  const run = { runId, triggerMessageId: question, finish: 'complete', ...usage, toolCalls: 0 };
  const { status, body, headers } = await answer.reply;
  expect([status, body]).toMatchObject([201, { senderId: 'bot', senderType: 'agent', content: 'Try x = 3.', run }]);
  expect(headers.location).toContain(body.id);
  await eventually(() => expect(viewer.frames.find((told) => told.run?.runId === runId)).toBeDefined(), PATIENT);
  expect(await ofAgent()).toMatchObject([{ event_type: 'CHAT_MESSAGE_CREATED', data: { message_id: body.id } }]);

  const again = stream(bot, threadId, question, { key: 'k1' });
  again.end('Something else');
  const { status: secondStatus, body: second, headers: secondHeaders } = await again.reply;
  expect([secondStatus, second.id, second.content]).toEqual([201, body.id, 'Try x = 3.']);
  expect(secondHeaders['idempotency-replayed']).toBe('true');
  expect((await stream(bot, threadId, question).reply).body.code).toBe('run_over');
  expect(await ofAgent()).toHaveLength(1);
});

test('what was said before the body broke off is the message; where nothing was, it may be tried again', async () => {
  const { bot, threadId, question, ofAgent, viewer } = await given('streams-2');
  const nothing = stream(bot, threadId, question, { type: 'text/event-stream' });
  nothing.end(sse({ type: 'start' }, { type: 'error', errorText: 'no' }));
  expect(await nothing.reply).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  expect(await ofAgent()).toEqual([]);

  const cut = stream(bot, threadId, question);
  cut.write('Try x');
  await viewer.shows('Try x');
  cut.cut();
  await eventually(async () => {
    const run = { trigger_message_id: question, finish: 'failed' };
    expect(await ofAgent()).toMatchObject([{ event_type: 'CHAT_MESSAGE_CREATED', data: { run } }]);
  }, PATIENT);
});

test('an agent that says nothing lets the message be', async () => {
  const { bot, threadId, question, ofAgent } = await given('streams-3');
  const silent = stream(bot, threadId, question);
  silent.end(' ');
  expect((await silent.reply).status).toBe(204);
  expect(await ofAgent()).toMatchObject([{ event_type: 'CHAT_AGENT_RUN_ENDED', data: { reason: 'silent' } }]);
  expect((await stream(bot, threadId, question).reply).body.code).toBe('run_over');
});

test('ends when somebody stops it, with what it has said', async () => {
  const { ada, bot, threadId, question, runIdFor, ofAgent, viewer } = await given('streams-4');
  const answer = stream(bot, threadId, question);
  answer.write('Try x');
  await viewer.shows('Try x');
  const path = `/api/v1/threads/${threadId}/runs/${runIdFor(question)}/stop`;
  expect((await api.request('POST', path, { as: testActor('eve', { tenant: 'streams-4' }) })).status).toBe(404);
  expect((await api.request('POST', path, { as: ada })).status).toBe(204);
  // The body is still open.
  const { status, body } = await answer.reply;
  expect([status, body]).toMatchObject([201, { content: 'Try x', run: { finish: 'stopped' } }]);
  expect(body.run).not.toHaveProperty('stoppedBy');
  expect(await ofAgent()).toMatchObject([{ data: { run: { finish: 'stopped', stopped_by: 'ada' } } }]);
  await eventually(async () => expect((await api.request('POST', path, { as: ada })).status).toBe(404), PATIENT);
});

test('ends when people take over, and leaves no message', async () => {
  const { ada, bot, threadId, question, ofAgent, viewer } = await given('streams-5');
  const answer = stream(bot, threadId, question);
  answer.write('Try x');
  await viewer.shows('Try x');
  await scenes.done(ada, 'agent.mode', { threadId, agentMode: 'off' });
  expect(await answer.reply).toMatchObject({ status: 409, body: { code: 'agent_off' } });
  expect(await ofAgent()).toMatchObject([{ event_type: 'CHAT_AGENT_RUN_ENDED', data: { reason: 'stopped' } }]);
  expect((await stream(bot, threadId, question).reply).body.code).toBe('run_over');
});

test('has one stream of an agent in a thread: that of the newest message, and of a message the last', async () => {
  const { ada, bot, threadId, question, ofAgent, viewer } = await given('streams-6');
  const first = stream(bot, threadId, question);
  first.write('Try x');
  await viewer.shows('Try x');
  const repeated = stream(bot, threadId, question);
  expect(await first.reply).toMatchObject({ status: 409, body: { code: 'conflict' } });
  expect(await ofAgent()).toEqual([]);
  repeated.write('Try y');
  await viewer.shows('Try y');

  const next = await scenes.post(ada, threadId, 'And z?');
  await scenes.projected();
  const newer = stream(bot, threadId, next);
  expect(await repeated.reply).toMatchObject({ status: 409, body: { code: 'conflict' } });
  expect((await stream(bot, threadId, question).reply).status).toBe(409);
  newer.end('z = 4');
  expect(await newer.reply).toMatchObject({ status: 201 });
  expect(await ofAgent()).toMatchObject([
    { event_type: 'CHAT_AGENT_RUN_ENDED', data: { reason: 'superseded', trigger_message_id: question } },
    { event_type: 'CHAT_MESSAGE_CREATED', data: { run: { trigger_message_id: next, finish: 'complete' } } },
  ]);
});

test('is for agents that take part alone, in a form that is known, within what they may have at once', async () => {
  const { ada, bot, threadId, question } = await given('streams-7');
  const codeOf = async (...asked: Parameters<typeof stream>): Promise<unknown> => {
    const { status, body } = await stream(...asked).reply;
    return [status, body.code];
  };
  const ben = testActor('ben', { tenant: 'streams-7' });
  await scenes.done(ada, 'participant.add', { threadId, userId: ben.id });
  const [elsewhere, stranger] = ['streams-1', 'streams-7'].map((tenant) =>
    testActor(tenant === 'streams-1' ? 'bot' : 'other-bot', { tenant, role: 'agent' }),
  );
  expect(await codeOf(ben, threadId, question)).toEqual([403, 'forbidden']);
  expect(await codeOf(elsewhere!, threadId, question)).toEqual([404, 'not_found']);
  expect(await codeOf(stranger!, threadId, question)).toEqual([404, 'not_found']);
  expect(await codeOf(bot, threadId, 'nothing')).toEqual([400, 'invalid_request']);
  expect(await codeOf(bot, `${threadId}~x`, question)).toEqual([404, 'not_found']);
  expect(await codeOf(bot, threadId, question, { type: 'application/json' })).toEqual([415, 'unsupported_media_type']);
  expect(await codeOf(bot, threadId, question, { 'content-encoding': 'gzip' })).toEqual([
    415,
    'unsupported_media_type',
  ]);

  const { database } = api.runtime();
  const others = `insert into threadlog.agent_streams
    (tenant_id, thread_id, agent_id, run_id, trigger_index, token, alive_until)
    select 'streams-7', 'other-' || n, $1, 'r', 1, gen_random_uuid(), now() + interval '1 minute'
    from generate_series(1, $2::integer) n`;
  await database.query(others, ['bot', 8]);
  expect(await codeOf(bot, threadId, question)).toEqual([429, 'rate_limited']);
  await database.query(`update threadlog.agent_streams set agent_id = 'others' where tenant_id = 'streams-7'`);
  await database.query(others, ['third', 8]);
  expect(await codeOf(bot, threadId, question)).toEqual([429, 'rate_limited']);
  // Those of processes that ended count for nothing.
  await database.query(`update threadlog.agent_streams set alive_until = now() where tenant_id = 'streams-7'`);
  const answer = stream(bot, threadId, question);
  answer.end('x'.repeat(32_001));
  const { status, body } = await answer.reply;
  expect([status, body.content?.length, body.run?.finish]).toEqual([201, 32_000, 'failed']);
  expect((await database.query('select 1 from threadlog.agent_streams')).rows).toEqual([]);
});

test('is answered by what was entered, also where it is asked meanwhile whether the agent still may', async () => {
  const { bot, threadId, question, ofAgent } = await given('streams-8');
  const [asked, entered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let [questions, refusal] = [0, ''];
  /** The second question waits until the answer stands in the log, and the answer is told after the word on that question. */
  const router: CommandRouter = {
    async execute(request) {
      const { type } = request.command;
      if (type === 'agent.mayAnswer' && ++questions === 2) {
        asked.resolve();
        await entered.promise;
      }
      const result = await api.router().execute(request);
      if (type === 'agent.mayAnswer' && !result.ok) refusal = result.problem.code;
      if (type === 'agent.answer') {
        entered.resolve();
        await eventually(() => expect([refusal, told.aborted]).toEqual(['run_over', true]), PATIENT);
      }
      return result;
    },
  };
  let told = new AbortController().signal;
  const open: StreamRequest['open'] = () => async (listening) => {
    told = listening.signal;
    await asked.promise;
    return said('Try x', { finish: 'complete' });
  };
  const trigger = { triggerIndex: 0, askedBy: 'ada', askedAt: new Date().toISOString() };
  const runtime = { ...api.runtime(), signals: undefined, router, timeoutMs: 20_000, asked: async () => trigger };
  const streams = createAgentStreams(runtime);
  const stop = new AbortController();
  void streams.run(stop.signal);
  ends.push(() => stop.abort());
  const request = { actor: bot, correlationId: 'c', idempotencyKey: null, threadId, triggerMessageId: question, open };
  const result = await streams.take(request);
  expect(result).toMatchObject({ ok: true, resource: { content: 'Try x', run: { finish: 'complete' } } });
  expect(await ofAgent()).toMatchObject([{ event_type: 'CHAT_MESSAGE_CREATED' }]);
});

test('takes no row of another tenant away to have its place: what crashes left there goes later', async () => {
  const { bot, threadId, question } = await given('streams-9');
  const { database } = api.runtime();
  const left = async (tenant: string, ago: string): Promise<void> =>
    void (await database.query(
      `insert into threadlog.agent_streams (tenant_id, thread_id, agent_id, run_id, trigger_index, token, alive_until)
       values ($1, 't', 'bot', 'r', 1, gen_random_uuid(), now() - $2::interval)`,
      [tenant, ago],
    ));
  const tenants = async (): Promise<unknown[]> =>
    (await database.query('select tenant_id from threadlog.agent_streams order by 1')).rows.map(
      ({ tenant_id }) => tenant_id as unknown,
    );
  await left('a-neighbour', '1 second');
  await left('another-neighbour', '5 minutes');
  const answer = stream(bot, threadId, question);
  answer.write('Try x');
  await eventually(async () => expect(await tenants()).toEqual(['a-neighbour', 'streams-9']), PATIENT);
  answer.end();
  expect((await answer.reply).status).toBe(201);
  await database.query(`delete from threadlog.agent_streams where tenant_id = 'a-neighbour'`);
});

test('says nothing to somebody who is erased in the middle, and leaves nothing of it behind', async () => {
  const { ada, bot, threadId, ofAgent, viewer } = await given('streams-10');
  const ben = testActor('ben', { tenant: 'streams-10' });
  await scenes.done(ada, 'participant.add', { threadId, userId: ben.id });
  const question = await scenes.post(ben, threadId, 'What am I?');
  await scenes.projected();
  const answer = stream(bot, threadId, question);
  answer.write('canary-of-ben ');
  await viewer.shows('canary-of-ben ');
  await api.runtime().sealing.close(ben.tenantId, { kind: 'subject', id: ben.id });
  answer.end('canary-of-ben');
  expect(await answer.reply).toMatchObject({ status: 410, body: { code: 'gone' } });
  expect(await ofAgent()).toMatchObject([{ event_type: 'CHAT_AGENT_RUN_ENDED', data: { reason: 'stopped' } }]);
  expect(await tablesWith(api.runtime().database, 'canary-of-ben')).toEqual([]);
  expect(await tablesWith(api.runtime().database, threadId)).not.toEqual([]);
});

/** A command API in a process of its own. */
async function startCommandApi(): Promise<{ url: string; child: ChildProcess }> {
  const port = await freePort();
  const env = { ENVIRONMENT: 'test', ROLES: 'command-api', LOG_LEVEL: 'silent', API_PORT: String(port) };
  const child = spawn(process.execPath, [MAIN], { stdio: 'ignore', env: { ...envOfChild(), ...api.env(), ...env } });
  ends.push(() => child.kill('SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  await eventually(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200), PATIENT);
  return { url, child };
}

test('is shown from another process, too; one that ends in the middle has entered nothing, and leaves the rest to others', async () => {
  const { bot, threadId, question, ofAgent, viewer } = await given('streams-11');
  const { url, child } = await startCommandApi();
  const exited = once(child, 'exit');
  const broken = stream(bot, threadId, question, { base: url });
  broken.write('Try x');
  await viewer.shows('Try x');
  child.kill('SIGTERM');
  const status = await broken.reply.then((reply) => reply.status).catch(() => 'cut');
  expect([503, 'cut']).toContain(status);
  broken.cut();
  await exited;
  expect(await ofAgent()).toEqual([]);
  // The partition comes back, and whoever ended has said so of its place.
  await eventually(async () => {
    const again = stream(bot, threadId, question);
    again.end('Try x = 3');
    expect(await again.reply).toMatchObject({ status: 201, body: { content: 'Try x = 3' } });
  }, PATIENT);
  expect(await ofAgent()).toMatchObject([{ event_type: 'CHAT_MESSAGE_CREATED' }]);
});
