import type { Actor } from '@threadlog/auth';
import type { MessageResource } from '@threadlog/events';
import { eventually, testActor } from '@threadlog/testing';
import { agentScenesOf, PATIENT } from './testing/agentScenes';
import { givenStandalone } from './testing/standalone';

jest.setTimeout(60_000);

const api = givenStandalone({ ROLES: 'projector,command-api,query-api,realtime' });
const { given, scenes, stream, view } = agentScenesOf(api);

interface Answer {
  code?: string;
  runId?: string;
  n?: number;
  message?: MessageResource | null;
}

/** What an agent does about one message over a socket of its own. */
async function speaker(as: Actor, threadId: string, triggerMessageId: string) {
  const { socket, frames } = await view(as, threadId);
  const emit = (name: string, payload: object): Promise<Answer> => socket.emitWithAck(name, payload) as Promise<Answer>;
  const run = (state: string, more: object = {}): Promise<Answer> =>
    emit('agent:run', { conversationId: threadId, triggerMessageId, state, ...more });
  const text = (runId: string | undefined, n: number, words: string): Promise<Answer> =>
    emit('agent:text', { runId, n, text: words });
  return { socket, frames, emit, run, text };
}

test('an answer is shown while it comes and entered once, and the same key gives the first again', async () => {
  const { bot, threadId, question, runIdFor, ofAgent, viewer } = await given('sockets-1');
  const { run, text } = await speaker(bot, threadId, question);
  const runId = runIdFor(question);
  expect(await run('thinking', { tempId: 'k1' })).toEqual({ runId });
  // They are taken in the order in which they come, whoever waits for their acks.
  const said = await Promise.all([text(runId, 1, 'Try '), text(runId, 2, 'x 👍'), text(runId, 2, 'x 👍')]);
  expect(said).toEqual([1, 2, 2].map((n) => ({ runId, n })));
  await viewer.shows('Try x 👍');
  expect(await text(runId, 4, 'lost')).toMatchObject({ code: 'conflict' });
  expect(await run('tool')).toEqual({ runId });
  expect(await text(runId, 3, ' = 3.')).toEqual({ runId, n: 3 });
  const usage = { inputTokens: 12, outputTokens: 4, model: 'maker/model-1' };
  const { message } = await run('ended', usage);
  const told = { runId, triggerMessageId: question, finish: 'complete', ...usage, toolCalls: 1 };
  expect(message).toMatchObject({ senderType: 'agent', content: 'Try x 👍 = 3.', run: told });
  await viewer.shows('Try x 👍 = 3.');
  await eventually(() => expect(viewer.frames.some((each) => each.run?.runId === runId)).toBe(true), PATIENT);
  expect(await ofAgent()).toMatchObject([{ event_type: 'CHAT_MESSAGE_CREATED', data: { message_id: message!.id } }]);

  expect(await text(runId, 4, 'more')).toMatchObject({ code: 'not_found' });
  expect(await run('thinking')).toMatchObject({ code: 'run_over' });
  expect(await run('thinking', { tempId: 'k1' })).toEqual({ runId });
  await text(runId, 1, 'Something else');
  expect((await run('ended')).message?.id).toBe(message!.id);
  expect(await ofAgent()).toHaveLength(1);
});

test('an agent that says nothing, or fails before it has, is told so', async () => {
  const { bot, threadId, question, ofAgent } = await given('sockets-2');
  const { run, text } = await speaker(bot, threadId, question);
  const { runId } = await run('thinking');
  expect(await run('ended', { reason: 'failed' })).toMatchObject({ code: 'invalid_request' });
  expect(await ofAgent()).toEqual([]);
  await run('thinking');
  await text(runId, 1, ' ');
  expect(await run('ended')).toEqual({ runId, message: null });
  expect(await ofAgent()).toMatchObject([{ event_type: 'CHAT_AGENT_RUN_ENDED', data: { reason: 'silent' } }]);
});

test('who is no agent, is not in the thread, or has begun nothing is refused', async () => {
  const { ada, bot, threadId, question } = await given('sockets-3');
  const ben = testActor('ben', { tenant: 'sockets-3' });
  await scenes.done(ada, 'participant.add', { threadId, userId: ben.id });
  const other = await scenes.thread(ada, {});
  await scenes.projected();
  const codeOf = async (as: Actor, more: object = {}): Promise<unknown> =>
    (await (await speaker(as, threadId, question)).run('thinking', more)).code;
  expect(await codeOf(ben)).toBe('forbidden');
  expect(await codeOf(testActor('bot', { tenant: 'sockets-1', role: 'agent' }))).toBe('not_found');
  expect(await codeOf(testActor('other-bot', { tenant: 'sockets-3', role: 'agent' }))).toBe('not_found');
  expect(await codeOf(bot, { threadId: other })).toBe('not_found');
  expect(await codeOf(bot, { triggerMessageId: 'nothing' })).toBe('invalid_request');
  expect(await codeOf(bot, { state: 'dancing' })).toBe('invalid_request');

  const mine = await speaker(bot, threadId, question);
  const { runId } = await mine.run('thinking');
  // What is said on one socket is that socket's, and the run's is its agent's.
  const [again, theirs] = [await speaker(bot, threadId, question), await speaker(ben, threadId, question)];
  for (const { text, run } of [again, theirs]) {
    expect(await text(runId, 1, 'Try y')).toMatchObject({ code: 'not_found' });
    for (const state of ['tool', 'ended']) expect(await run(state)).toMatchObject({ code: 'not_found' });
  }
  for (const words of ['', '\ud800', 'a\0b', 'x'.repeat(32_001)])
    expect(await mine.text(runId, 1, words)).toMatchObject({ code: 'invalid_request' });
  expect(await mine.text(runId, 1, 'Try x')).toEqual({ runId, n: 1 });
  expect((await mine.run('ended')).message?.content).toBe('Try x');
});

test('ends when somebody stops it, and when people take over', async () => {
  const { ada, bot, threadId, question, ofAgent, viewer } = await given('sockets-4');
  const { run, text } = await speaker(bot, threadId, question);
  const { runId } = await run('thinking');
  await text(runId, 1, 'Try x');
  await viewer.shows('Try x');
  expect(await viewer.socket.emitWithAck('agent:stop', { conversationId: threadId, runId })).toEqual({ runId });
  await eventually(async () => expect(await text(runId, 2, '!')).toMatchObject({ code: 'conflict' }), PATIENT);
  expect((await run('ended')).message).toMatchObject({ run: { finish: 'stopped' } });

  const next = await scenes.post(ada, threadId, 'And y?');
  await scenes.projected();
  const later = await speaker(bot, threadId, next);
  const begun = await later.run('thinking');
  await later.text(begun.runId, 1, 'Try y');
  await scenes.done(ada, 'agent.mode', { threadId, agentMode: 'off' });
  await eventually(async () => {
    expect(await later.text(begun.runId, 1, 'Try y')).toMatchObject({ code: 'agent_off' });
  }, PATIENT);
  expect(await later.run('ended')).toMatchObject({ code: 'agent_off' });
  expect(await ofAgent()).toMatchObject([
    { event_type: 'CHAT_MESSAGE_CREATED', data: { run: { finish: 'stopped', stopped_by: 'ada' } } },
    { event_type: 'CHAT_AGENT_RUN_ENDED', data: { reason: 'stopped' } },
  ]);
});

test('an answer to a newer message takes the place of an older one’s, over whatever it comes', async () => {
  const { ada, bot, threadId, question, ofAgent, viewer } = await given('sockets-5');
  const { run, text } = await speaker(bot, threadId, question);
  const { runId } = await run('thinking');
  await text(runId, 1, 'Try x');
  await viewer.shows('Try x');
  const next = await scenes.post(ada, threadId, 'I mean y');
  await scenes.projected();
  const newer = stream(bot, threadId, next);
  newer.write('Try y');
  await eventually(async () => expect(await text(runId, 1, 'Try x')).toMatchObject({ code: 'conflict' }), PATIENT);
  newer.end();
  expect((await newer.reply).status).toBe(201);
  expect(await run('ended')).toMatchObject({ code: 'conflict' });
  expect(await ofAgent()).toMatchObject([
    { event_type: 'CHAT_AGENT_RUN_ENDED', data: { reason: 'superseded', trigger_message_id: question } },
    { event_type: 'CHAT_MESSAGE_CREATED', data: { run: { trigger_message_id: next, finish: 'complete' } } },
  ]);
});

test('a socket that breaks is followed by another one: begun again, entered once', async () => {
  const { bot, threadId, question, runIdFor, ofAgent, viewer } = await given('sockets-6');
  const broken = await speaker(bot, threadId, question);
  const runId = runIdFor(question);
  await broken.run('thinking');
  await broken.text(runId, 1, 'Try x');
  await viewer.shows('Try x');
  broken.socket.disconnect();
  const resumed = await speaker(bot, threadId, question);
  expect(await resumed.text(runId, 2, ' = 3')).toMatchObject({ code: 'not_found' });
  expect(await resumed.run('thinking')).toEqual({ runId });
  await resumed.text(runId, 1, 'Try x = 3');
  await viewer.shows('Try x = 3');
  expect((await resumed.run('ended')).message).toMatchObject({ content: 'Try x = 3', run: { finish: 'complete' } });
  expect(await ofAgent()).toMatchObject([{ event_type: 'CHAT_MESSAGE_CREATED' }]);
});
