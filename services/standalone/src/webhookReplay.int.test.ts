import { tenantId, type WebhookReplayResource } from '@threadlog/events';
import { eventually, scale, testActor } from '@threadlog/testing';
import { accept, type Received } from './testing/receiver';
import { scenesOf } from './testing/scenes';
import { givenStandalone } from './testing/standalone';
import { adminOf, givenEndpoints, OPEN_TO_LOOPBACK, type Page } from './testing/webhookAdmin';
import { contents, deduplicated, PATIENT } from './testing/webhooks';

jest.setTimeout(600_000);

const api = givenStandalone(OPEN_TO_LOOPBACK);
const scenes = scenesOf(api);
const { receiver, call, page, registered, attemptsOf, replay, replayOf, until } = givenEndpoints(api);

const isReplayed = ({ headers }: Received) => headers['webhook-replay'] === 'true';
const replayed = () => deduplicated(receiver().taken.filter(isReplayed));
const live = () => deduplicated(receiver().taken.filter((each) => !isReplayed(each)));
const at = ({ data }: Received) => String(data.createdAt);
const threadsOf = (received: readonly Received[]) =>
  Object.fromEntries(Map.groupBy(received, ({ data }) => String(data.threadId)));

it('tells again what happened, each thread in order and without a gap, beside what happens', async () => {
  const admin = adminOf('again');
  const { id } = await registered(admin);
  const began = new Date();
  const threads = await Promise.all([1, 2, 3, 4].map(() => scenes.thread(admin, {})));
  const each = scale({ short: 75, long: 2_500 });
  const say = (from: number, to: number) =>
    Promise.all(
      threads.map(async (threadId) => {
        for (let n = from; n < to; n += 1) await scenes.post(admin, threadId, `${n}`);
      }),
    );
  await say(0, each);
  const before = threads.length * (each + 1);
  await eventually(() => expect(live()).toHaveLength(before), PATIENT);
  const asked = await replay(admin, id, { from: began.toISOString() });
  expect(asked).toMatchObject({ status: 202, body: { status: 'running', requestedBy: 'root', threadId: null } });
  await say(each, each + 5);
  await eventually(
    async () =>
      expect(await replayOf(admin, id, asked.body.id)).toMatchObject({ status: 'completed', delivered: before }),
    PATIENT,
  );
  await eventually(() => expect(live()).toHaveLength(before + threads.length * 5), PATIENT);
  const first = threadsOf(live().filter(({ seq }) => seq <= each + 1));
  const second = threadsOf(replayed());
  for (const threadId of threads) {
    const bodies = (received: Received[] | undefined) => received?.map(({ id: name, body }) => [name, body]);
    expect(bodies(second[threadId])).toEqual(bodies(first[threadId]));
    expect(second[threadId]!.map(({ seq }) => seq)).toEqual(Array.from({ length: each + 1 }, (_, n) => n + 1));
  }
  const { progress, finishedAt } = await replayOf(admin, id, asked.body.id);
  expect([progress.done, finishedAt]).toEqual([progress.total, expect.any(String)]);
});

it('tells of one thread, one event, or one stretch of time', async () => {
  const admin = adminOf('narrow');
  const from = new Date().toISOString();
  const { id } = await registered(admin);
  const [one, other] = [await scenes.thread(admin, {}), await scenes.thread(admin, {})];
  for (const threadId of [one, other, one]) await scenes.post(admin, threadId, `in ${threadId}`);
  await eventually(async () => expect(await attemptsOf(admin, id)).toHaveLength(5), PATIENT);
  const run = async (body: object): Promise<string[]> => {
    const length = receiver().taken.length;
    const asked = await replay(admin, id, body);
    await eventually(async () => expect((await replayOf(admin, id, asked.body.id)).status).toBe('completed'), PATIENT);
    return receiver()
      .taken.slice(length)
      .map(({ id: name }) => name);
  };
  const ofOne = live()
    .filter(({ data }) => data.threadId === one)
    .map(({ id: name }) => name);
  expect(await run({ from, threadId: one })).toEqual(ofOne);
  const [last] = (await attemptsOf(admin, id)).filter(({ kind }) => kind === 'live');
  const { position, eventId } = last!;
  expect(await run({ from: position, to: position })).toEqual([eventId]);
  // What came last need not have happened last: threads do not wait for each other.
  const happened = live().toSorted((each, other) => (at(each) < at(other) ? -1 : 1));
  const newest = at(happened.at(-1)!);
  const before = happened.filter((each) => at(each) < newest).map(({ id: name }) => name);
  expect((await run({ from, to: newest })).toSorted()).toEqual(before.toSorted());
  expect(await run({ from: '2020-01-01T00:00:00Z', to: '2020-01-02T00:00:00Z' })).toEqual([]);
  const listed = await page<WebhookReplayResource>(admin, id, 'replays?limit=3');
  const rest = await page<WebhookReplayResource>(admin, id, `replays?limit=3&cursor=${listed.nextCursor}`);
  expect([...listed.items, ...rest.items].map(({ delivered }) => delivered)).toEqual([0, before.length, 1, 3]);
});

it('tells nothing of what was deleted or erased meanwhile', async () => {
  const admin = adminOf('forgotten');
  const ben = testActor('ben', { tenant: 'forgotten' });
  const { id } = await registered(admin);
  const threadId = await scenes.thread(admin, { participantIds: ['ben'] });
  const messageId = await scenes.post(admin, threadId, 'taken back');
  await scenes.post(ben, threadId, 'of ben');
  await scenes.post(admin, threadId, 'kept');
  await until('kept');
  await scenes.done(admin, 'message.delete', { threadId, messageId });
  await api.runtime().sealing.close(tenantId('forgotten'), { kind: 'subject', id: 'ben' });
  await scenes.projected();
  const asked = await replay(admin, id, { from: '2026-01-01T00:00:00Z' });
  await eventually(async () => expect((await replayOf(admin, id, asked.body.id)).status).toBe('completed'), PATIENT);
  expect(contents(replayed())).toEqual(['kept']);
  expect(replayed().map(({ event }) => event)).toContain('message.deleted');
});

it('is cancelled while the receiver hangs, and live deliveries do not wait for it', async () => {
  const admin = adminOf('cancelled');
  const { id } = await registered(admin);
  const threadId = await scenes.thread(admin, {});
  await scenes.post(admin, threadId, 'first');
  await until('first');
  const gaveUp: string[] = [];
  const givenUpBefore: Record<string, string[]> = {};
  receiver().answer((received, response) => {
    if (isReplayed(received)) return void response.on('close', () => gaveUp.push(received.id));
    givenUpBefore[received.data.content ?? ''] = [...gaveUp];
    response.end();
  });
  const from = '2026-01-01T00:00:00Z';
  const asked = await replay(admin, id, { from });
  await eventually(() => expect(receiver().seen.filter(isReplayed)).toHaveLength(1), PATIENT);
  await scenes.post(admin, threadId, 'second');
  await until('second');
  // It came while the one that hangs still did so.
  expect(givenUpBefore.second).toEqual([]);
  // So many run at a time.
  expect((await replay(admin, id, { from })).status).toBe(202);
  expect((await replay(admin, id, { from })).status).toBe(202);
  expect((await replay(admin, id, { from })).status).toBe(409);
  const { body } = await call<Page<WebhookReplayResource>>(admin, 'GET', `${id}/replays`);
  const other = await registered(admin);
  await scenes.projected();
  expect((await call(admin, 'DELETE', `${other.id}/replays/${asked.body.id}`)).status).toBe(404);
  for (const { id: replayId } of body.items) {
    const ended = await call(admin, 'DELETE', `${id}/replays/${replayId}`);
    expect(ended).toMatchObject({ status: 200, body: { status: 'cancelled', delivered: 0 } });
    expect((await call(admin, 'DELETE', `${id}/replays/${replayId}`)).status).toBe(409);
  }
  receiver().answer(accept);
  // There is room again.
  const again = await replay(admin, id, { from });
  await eventually(
    async () => expect(await replayOf(admin, id, again.body.id)).toMatchObject({ status: 'completed', delivered: 3 }),
    PATIENT,
  );
  expect((await replayOf(admin, id, asked.body.id)).status).toBe('cancelled');
});

it('refuses what cannot be, and ends with its endpoint', async () => {
  const admin = adminOf('refused');
  const { id } = await registered(admin);
  const threadId = await scenes.thread(admin, {});
  await scenes.post(admin, threadId, 'hello');
  await until('hello');
  const future = new Date(Date.now() + 3_600_000).toISOString();
  for (const body of [
    ...[
      { from: future },
      { from: '0:999999999999999' },
      { from: '999999999:0' },
      { from: 'yesterday' },
      { from: '' },
      {},
    ],
    ...[
      { from: '0:0', to: '1:0' },
      { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' },
    ],
    ...[{ from: '2026-01-02T00:00:00Z', to: '0:1' }, { from: '-1:0' }, { from: '2026-01-02T00:00:00Z', surprise: 1 }],
  ]) {
    const { status, body: refusal } = await replay(admin, id, body);
    expect([body, status, refusal.code]).toEqual([body, 400, 'invalid_request']);
  }
  receiver().answer((received, response) => void response.writeHead(isReplayed(received) ? 503 : 200).end());
  const asked = await replay(admin, id, { from: '2026-01-01T00:00:00Z' });
  await eventually(
    async () =>
      expect(await replayOf(admin, id, asked.body.id)).toMatchObject({ lastStatus: 503, lastError: 'status' }),
    PATIENT,
  );
  await call(admin, 'DELETE', id);
  await eventually(async () => {
    const sql = 'select status, reason from threadlog.webhook_replays where replay_id = $1';
    const { rows } = await api.runtime().database.query(sql, [asked.body.id]);
    expect(rows).toEqual([{ status: 'failed', reason: 'endpoint_off' }]);
  }, PATIENT);
  expect((await replay(admin, id, { from: '2026-01-01T00:00:00Z' })).status).toBe(404);
});
