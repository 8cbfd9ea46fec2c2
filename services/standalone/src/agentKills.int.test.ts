import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pruneReceipts } from '@threadlog/read-models';
import { envOfChild, eventually, scale, testActor, testSeed } from '@threadlog/testing';
import type { Question } from './testing/agentService';
import { AGENT_SECRET, draftScenesOf, draftsOf, PATIENT, type Viewer } from './testing/draftScenes';
import { canaries, CANARY } from './testing/filesWith';
import { scenesOf } from './testing/scenes';
import { givenStandalone } from './testing/standalone';

const MAIN = join(__dirname, '..', 'dist', 'main.js');
jest.setTimeout(scale({ short: 120_000, long: 600_000 }));

const api = givenStandalone({ ROLES: 'projector,command-api,query-api,realtime' });
const scenes = scenesOf(api);
const { ends, service, startWorker, untilFollowed, view, hears, logged } = draftScenesOf(api, () => undefined);

/** When a worker is killed, in milliseconds from the first word on or from the last, and whether it comes back at once or after 25 hours. */
const POINTS = [
  ...Array.from({ length: 10 }, (_, step) => ({ from: 'first word', ms: step * 50 })),
  ...[0, 20, 50, 100].map((ms) => ({ from: 'last word', ms })),
].flatMap((point) => [false, true].map((late) => ({ ...point, late })));
const KILLS = scale({ short: 2, long: POINTS.length });
const HOURS_25 = 25 * 3_600_000;

it('is entered once, as it was shown, by workers that are killed at any step of it and come back, soon or late', async () => {
  const seed = testSeed({ what: 'kills of workers that ask agents' });
  // Any number of them in a row has both kinds of points, soon and late.
  const points = Array.from({ length: KILLS }, (_, kill) => POINTS[(seed + kill * 19) % POINTS.length]!);
  const ada = testActor('ada', { tenant: 'killed' });
  const threads = await Promise.all(points.map(() => scenes.thread(ada, {})));
  for (const threadId of threads)
    await scenes.done(ada, 'participant.add', { threadId, userId: 'operators', role: 'agent' });
  await scenes.projected();
  const viewer = await view(ada);
  const answers = answering(viewer);
  service().reply(answers.reply);
  let child = spawnWorker();
  await untilFollowed('*');
  for (const [kill, { from, ms, late }] of points.entries()) {
    const threadId = threads[kill]!;
    await scenes.post(ada, threadId, `question ${kill}`);
    await eventually(() => expect(answers[from === 'first word' ? 'begun' : 'said']).toContain(threadId), PATIENT);
    await new Promise((resolve) => setTimeout(resolve, ms));
    await killed(child);
    if (late) {
      const now = (): Date => new Date(Date.now() + HOURS_25);
      // By then nobody knows any more which keys were used.
      await pruneReceipts(api.runtime().database, 1, now().toISOString());
      const stop = await startWorker('operators', { reader: '*', now });
      await messageIn(viewer, threadId);
      await stop();
    }
    child = spawnWorker();
    await messageIn(viewer, threadId);
  }
  const { database } = api.runtime();
  await eventually(async () => {
    expect((await database.query(`select 1 from threadlog.agent_runs where agent_id = 'operators'`)).rows).toEqual([]);
  }, PATIENT);
  const deeds = (await scenes.events('killed'))
    .filter(({ actor }) => actor.id === 'operators')
    .map(({ event_type, stream_id }) => [event_type, stream_id]);
  expect(deeds.sort()).toEqual(threads.map((threadId) => ['CHAT_MESSAGE_CREATED', threadId]).sort());
  for (const threadId of threads) {
    const { content, run } = await messageIn(viewer, threadId);
    expect(run!.finish).toBe('complete');
    expect(draftsOf(viewer, run!.runId).at(-1)).toBe(content);
  }
  expect(logged()).not.toBe('');
  expect(logged()).not.toMatch(CANARY);
});

/** All of a worker in a process of its own, which is told of the operator's agent. */
function spawnWorker(): ChildProcess {
  const env = {
    ...{ ...envOfChild(), ...api.env(), ENVIRONMENT: 'test', ROLES: 'worker', LOG_LEVEL: 'debug' },
    ...{ AGENT_SERVICE_URL: service().url, AGENT_SERVICE_SECRET: AGENT_SECRET, AGENT_ID: 'operators' },
  };
  const child = spawn(process.execPath, [MAIN], { stdio: ['ignore', 'pipe', 'pipe'], env });
  for (const output of [child.stdout, child.stderr])
    output.setEncoding('utf8').on('data', (text: string) => hears(text));
  ends.push(() => child.kill('SIGKILL'));
  return child;
}

async function killed(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Says another text each time it is asked, word by word, and ends when the viewer shows all of it. */
function answering(viewer: Viewer) {
  const [begun, said] = [[] as string[], [] as string[]];
  let times = 0;
  async function say({ id, runId }: Question, response: ServerResponse): Promise<void> {
    const words = [`answer ${(times += 1)}: `, ...canaries(50)];
    response.writeHead(200, { 'content-type': 'text/plain' });
    for (const word of words) {
      if (response.destroyed) return;
      response.write(word);
      begun.push(id);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await eventually(() => {
      const isEntered = viewer.frames.some(({ name, run }) => name === 'message:new' && run?.runId === runId);
      if (!response.destroyed && !isEntered) expect(draftsOf(viewer, runId).at(-1)).toBe(words.join(''));
    }, PATIENT);
    response.end();
    if (!response.destroyed) said.push(id);
  }
  return { begun, said, reply: (...asked: Parameters<typeof say>) => void say(...asked) };
}

const messageIn = ({ frames }: Viewer, threadId: string) =>
  eventually(() => {
    const found = frames.filter(({ name, run, conversationId }) => {
      return name === 'message:new' && run && conversationId === threadId;
    });
    if (found.length === 0) throw new Error('it has not come');
    expect(found).toHaveLength(1);
    return found[0]!;
  }, PATIENT);
