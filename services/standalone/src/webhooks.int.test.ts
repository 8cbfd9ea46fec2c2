import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { tenantId } from '@threadlog/events';
import { createSignals } from '@threadlog/runtime';
import { createLogger } from '@threadlog/service';
import { envOfChild, eventually, testActor } from '@threadlog/testing';
import { Webhook } from 'standardwebhooks';
import { accept } from './testing/receiver';
import { scenesOf } from './testing/scenes';
import { givenStandalone } from './testing/standalone';
import { contents, deduplicated, givenWebhooks, longBefore, PATIENT, WEBHOOK_SECRET } from './testing/webhooks';

const MAIN = join(__dirname, '..', 'dist', 'main.js');
jest.setTimeout(240_000);

const api = givenStandalone();
const scenes = scenesOf(api);
const { receiver, atEnd, endpointOf, begun, follow, start, rows, until } = givenWebhooks(api);

it('tells of what happens, signed, in order, and keeps no rows of what was taken', async () => {
  const ada = testActor('ada', { tenant: 'open', learnerScope: '*' });
  await scenes.post(ada, await scenes.thread(ada, { title: 'before' }), 'before there was a webhook');
  await longBefore();
  const { key } = await start('open');
  const threadId = await scenes.thread(ada, { title: 'Fractions', learnerId: 'lena', participantIds: ['bo'] });
  const messageId = await scenes.post(ada, threadId, 'Hello, world!');
  await scenes.done(ada, 'reaction.add', { threadId, messageId, emoji: '👍' });
  await scenes.done(ada, 'message.edit', { threadId, messageId, content: 'Hello!' });
  await scenes.done(ada, 'participant.remove', { threadId, userId: 'bo' });
  await scenes.done(ada, 'thread.delete', { threadId });

  await eventually(() => expect(receiver().taken).toHaveLength(6), PATIENT);
  expect(receiver().taken.map(({ event }) => event)).toEqual([
    ...['conversation.created', 'message.created', 'reaction.added'],
    ...['message.updated', 'participant.removed', 'conversation.deleted'],
  ]);
  expect(receiver().taken[1]).toMatchObject({
    tenantId: 'open',
    data: { messageId, conversationId: threadId, senderId: 'ada', content: 'Hello, world!' },
  });
  for (const { body, headers } of receiver().taken)
    expect(new Webhook(WEBHOOK_SECRET).verify(body, headers as Record<string, string>)).toBeDefined();
  expect(await rows(key)).toEqual([]);
});

it('keeps the order of a thread through failures, and other threads do not wait for it', async () => {
  const { key } = await start('failing');
  const ada = testActor('ada', { tenant: 'failing' });
  const [bad, good] = [await scenes.thread(ada, {}), await scenes.thread(ada, {})];
  await eventually(() => expect(receiver().taken).toHaveLength(2), PATIENT);
  let isUp = false;
  receiver().answer(({ data, id }, response) => {
    if (data.threadId === bad && !isUp) response.statusCode = id.endsWith('0') ? 429 : 500;
    response.end();
  });
  for (let n = 1; n <= 5; n += 1) {
    await scenes.post(ada, bad, `bad ${n}`);
    await scenes.post(ada, good, `good ${n}`);
  }
  await until('good 5');
  await eventually(async () => expect(await rows(key)).toHaveLength(5), PATIENT);
  // Only the first of the thread is tried.
  expect(new Set(contents(receiver().seen).filter((each) => each.startsWith('bad')))).toEqual(new Set(['bad 1']));
  isUp = true;
  await until('bad 5');
  expect(contents(receiver().taken).filter((each) => each.startsWith('bad'))).toEqual(
    [1, 2, 3, 4, 5].map((n) => `bad ${n}`),
  );
  await eventually(async () => expect(await rows(key)).toEqual([]), PATIENT);
  // It is delivered at once again: nothing of the thread is late.
  await scenes.post(ada, bad, 'bad 6');
  await until('bad 6');
  expect(await rows(key)).toEqual([]);
});

it('does not wait for one that never answers', async () => {
  const { key } = await start('hanging');
  const ada = testActor('ada', { tenant: 'hanging' });
  const [slow, quick] = [await scenes.thread(ada, {}), await scenes.thread(ada, {})];
  await eventually(() => expect(receiver().taken).toHaveLength(2), PATIENT);
  receiver().answer((received, response) => void (received.data.threadId === slow || response.end()));
  await scenes.post(ada, slow, 'slow 1');
  await scenes.post(ada, slow, 'slow 2');
  for (let n = 1; n <= 20; n += 1) await scenes.post(ada, quick, `quick ${n}`);
  await until('quick 20');
  await eventually(async () => expect(await rows(key)).toHaveLength(2), PATIENT);
  receiver().answer(accept);
  await until('slow 2');
  const told = contents(deduplicated(receiver().taken));
  expect(told.filter((each) => each.startsWith('slow'))).toEqual(['slow 1', 'slow 2']);
});

it('gives up what the receiver wants no more, and goes on behind it', async () => {
  const { key } = await start('picky');
  const ada = testActor('ada', { tenant: 'picky' });
  const threadId = await scenes.thread(ada, {});
  receiver().answer(({ data }, response) => {
    if (data.content === 'unwanted') response.writeHead(500, { 'webhook-delivery': 'abort-message' });
    response.end();
  });
  await scenes.post(ada, threadId, 'unwanted');
  await scenes.post(ada, threadId, 'wanted');
  await until('wanted');
  await eventually(
    async () => expect(await rows(key)).toEqual([{ attempts: 1, last_status: 500, dead: true }]),
    PATIENT,
  );
});

it('tells nothing of the erased and deleted that has to wait', async () => {
  await start('forgetful');
  const [ada, ben] = [testActor('ada', { tenant: 'forgetful' }), testActor('ben', { tenant: 'forgetful' })];
  const threadId = await scenes.thread(ada, { participantIds: ['ben'] });
  await eventually(() => expect(receiver().taken).toHaveLength(1), PATIENT);
  receiver().answer((_received, response) => void response.writeHead(503).end());
  await scenes.post(ada, threadId, 'first');
  await scenes.post(ben, threadId, 'of ben');
  const messageId = await scenes.post(ada, threadId, 'taken back');
  await eventually(() => expect(contents(receiver().seen)).toContain('first'), PATIENT);
  await scenes.done(ada, 'message.delete', { threadId, messageId });
  await api.runtime().sealing.close(tenantId('forgetful'), { kind: 'subject', id: 'ben' });
  await scenes.projected();
  receiver().answer(accept);
  await scenes.post(ada, threadId, 'last');
  await until('last');
  expect(contents(receiver().seen)).not.toContain('of ben');
  expect(contents(receiver().seen)).not.toContain('taken back');
  expect(receiver().taken.map(({ event }) => event)).toContain('message.deleted');
});

it('tells of who comes and goes, as the instances say it to each other', async () => {
  const stopping = new AbortController();
  const logger = createLogger({ service: 'test', level: 'silent' });
  const signals = createSignals({ ...api.runtime(), logger });
  const ended = signals.run(stopping.signal);
  atEnd(async () => {
    stopping.abort();
    await ended;
  });
  await start('present', { signals });
  const say = (state: 'online' | 'offline') =>
    signals.publish(tenantId('present'), 'PRESENCE', {
      ...{ user_id: 'ada', state, instance: 'one', last_seen_at: '2026-01-15T10:30:00.000000Z' },
    });
  const told = () => receiver().taken.map(({ event }) => event);
  // What is said before the topic is open is lost, so it is said again.
  await eventually(() => {
    say('online');
    expect(told()).toEqual(['user.online']);
  }, PATIENT);
  say('offline');
  await eventually(() => expect(told()).toEqual(['user.online', 'user.offline']), PATIENT);
  expect(receiver().taken[0]).toMatchObject({ tenantId: 'present', data: { userId: 'ada' } });
});

it('goes on where it stopped, and tells what happened meanwhile', async () => {
  const ada = testActor('ada', { tenant: 'pausing' });
  const endpoint = endpointOf('pausing');
  const { stop } = await follow([endpoint]);
  const threadId = await scenes.thread(ada, {});
  await scenes.post(ada, threadId, 'before');
  await until('before');
  await stop();
  await scenes.post(ada, threadId, 'meanwhile');
  await follow([endpoint]);
  await scenes.post(ada, threadId, 'after');
  await until('after');
  expect(contents(deduplicated(receiver().taken))).toEqual(['before', 'meanwhile', 'after']);
});

it('leaves nothing out and keeps every thread in order through SIGKILLs of the worker', async () => {
  const ada = testActor('ada', { tenant: 'killed' });
  const env = {
    ENVIRONMENT: 'test',
    ROLES: 'worker',
    LOG_LEVEL: 'silent',
    WEBHOOK_URL: receiver().url,
    WEBHOOK_SECRET,
  };
  const spawnWorker = (): ChildProcess => {
    const child = spawn(process.execPath, [MAIN], { stdio: 'ignore', env: { ...envOfChild(), ...api.env(), ...env } });
    atEnd(() => child.kill('SIGKILL'));
    return child;
  };
  let child = spawnWorker();
  await begun('*');
  const threads = await Promise.all([1, 2, 3, 4].map(() => scenes.thread(ada, {})));
  // Some fail at first, so that kills meet late deliveries too.
  const failed = new Set<string>();
  receiver().answer(({ id, seq }, response) => {
    const isFirst = seq % 5 === 0 && !failed.has(id);
    failed.add(id);
    response.writeHead(isFirst ? 500 : 200).end();
  });
  const said: string[] = [];
  for (let kills = 0; kills <= 2; kills += 1) {
    for (let n = 0; n < 15; n += 1) {
      const text = `${kills}.${n}`;
      await Promise.all(threads.map((threadId) => scenes.post(ada, threadId, text)));
      said.push(text);
    }
    const before = receiver().taken.length;
    await eventually(() => expect(receiver().taken.length).toBeGreaterThan(before + 2), PATIENT);
    if (kills === 2) break;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    child = spawnWorker();
  }
  await eventually(
    () => expect(contents(deduplicated(receiver().taken))).toHaveLength(said.length * threads.length),
    PATIENT,
  );
  for (const threadId of threads) {
    const own = deduplicated(receiver().taken).filter(({ data }) => data.threadId === threadId);
    expect(contents(own)).toEqual(said);
  }
});
