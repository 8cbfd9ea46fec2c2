import { eventually, scale, shortOnly, testActor } from '@threadlog/testing';
import type { WebhookEndpoint } from '@threadlog/worker';
import { accept, startReceiver } from './testing/receiver';
import { scenesOf } from './testing/scenes';
import { givenStandalone } from './testing/standalone';
import { contents, deduplicated, givenWebhooks, longBefore, PATIENT } from './testing/webhooks';

jest.setTimeout(240_000);
const NEARLY_A_SECOND = 900;

const api = givenStandalone();
const scenes = scenesOf(api);
const { receiver, atEnd, endpointOf, begun, follow, rows, rowsOf, until } = givenWebhooks(api);

shortOnly(it)('begins with what happens from the registration on, and stops with its end', async () => {
  const ada = testActor('ada', { tenant: 'registering' });
  const threadId = await scenes.thread(ada, {});
  const endpoints: WebhookEndpoint[] = [endpointOf('registering', { events: new Set() })];
  await follow(endpoints);
  await scenes.post(ada, threadId, 'before');
  await longBefore();
  const late = endpointOf('registering');
  // It is known a while after it was registered.
  await scenes.post(ada, threadId, 'registered');
  await scenes.post(ada, threadId, 'also');
  endpoints.push(late);
  await until('also');
  expect(contents(deduplicated(receiver().taken))).toEqual(['registered', 'also']);
  await begun(late.key);
  await scenes.post(ada, threadId, 'live');
  await until('live');
  receiver().answer((_received, response) => void response.writeHead(503).end());
  await scenes.post(ada, threadId, 'waits');
  await eventually(async () => expect(await rows(late.key)).toHaveLength(1), PATIENT);
  endpoints[1] = { ...late, enabled: false };
  await eventually(async () => expect(await rows(late.key)).toEqual([]), PATIENT);
  receiver().answer(accept);
  await longBefore();
  const again = { ...late, since: new Date() };
  await scenes.post(ada, threadId, 'again');
  endpoints[1] = again;
  await until('again');
  expect(contents(receiver().taken)).not.toContain('waits');
});

shortOnly(it)('tells each endpoint what it asked for of its own tenant', async () => {
  const [ada, eve] = [testActor('ada', { tenant: 'asking', learnerScope: '*' }), testActor('eve', { tenant: 'other' })];
  const others = await startReceiver();
  atEnd(() => others.close());
  await follow([
    endpointOf('asking', { filter: { learnerId: 'lena', types: null }, events: new Set(['message.created']) }),
    endpointOf('other', { url: others.url, filter: { learnerId: null, types: ['direct'] } }),
  ]);
  const about = await scenes.thread(ada, { learnerId: 'lena' });
  for (const threadId of [await scenes.thread(ada, {}), await scenes.thread(ada, { learnerId: 'tom' }), about])
    await scenes.post(ada, threadId, 'asking');
  await scenes.post(eve, await scenes.thread(eve, { type: 'group' }), 'to many');
  const direct = await scenes.thread(eve, { type: 'direct', participantIds: ['bo'] });
  await scenes.post(eve, direct, 'to bo');
  await until('asking');
  await eventually(() => expect(contents(others.taken)).toEqual(['to bo']), PATIENT);
  expect(receiver().seen.map(({ event, data }) => [event, data.threadId])).toEqual([['message.created', about]]);
});

it.each(scale({ short: [1], long: [1, 2, 3, 4, 5] }))(
  'lets nobody wait for an endpoint that takes nothing, and reads on for it when it has room',
  async () => {
    const [ada, eve] = [testActor('ada', { tenant: 'refusing' }), testActor('eve', { tenant: 'taking' })];
    const others = await startReceiver();
    atEnd(() => others.close());
    const refusing = endpointOf('refusing');
    const limits = { ofEndpoint: 10, ofTenant: 20 };
    await follow([refusing, endpointOf('taking', { url: others.url })], { limits });
    const [threads, theirs] = [
      await Promise.all([1, 2, 3].map(() => scenes.thread(ada, {}))),
      await scenes.thread(eve, {}),
    ];
    await eventually(() => expect(receiver().taken).toHaveLength(3), PATIENT);
    receiver().answer(() => undefined);
    const said: string[] = [];
    let late = 0;
    const isBehind = async () => {
      const sql = 'select 1 from threadlog.webhook_positions where reader = $1';
      return (await rowsOf(sql, [refusing.key])).length > 0;
    };
    for (let n = 0; n < 20 || !(await isBehind()); n += 1) {
      said.push(`${n}`);
      for (const threadId of threads) await scenes.post(ada, threadId, `${n}`);
      await scenes.post(eve, theirs, `${n}`);
      const postedAt = performance.now();
      await eventually(() => expect(contents(others.taken)).toContain(`${n}`), { ...PATIENT, intervalMs: 10 });
      if (performance.now() - postedAt > NEARLY_A_SECOND) late += 1;
    }
    // Whoever waited for the one that hangs, which has a second for each, would be late each time. Any machine is now and then.
    expect(late).toBeLessThan(said.length / 2);
    for (let n = 0; n < 5; n += 1) {
      said.push(`beyond ${n}`);
      for (const threadId of threads) await scenes.post(ada, threadId, `beyond ${n}`);
    }
    await scenes.projected();
    // What comes now leaves no row: the log keeps it.
    const beyond = await rowsOf(
      `select 1 from threadlog.webhook_deliveries d join threadlog.webhook_positions p
       on p.reader = d.outlet and p.partition = d.partition and d.log_offset >= p.next_offset where d.outlet = $1`,
      [refusing.key],
    );
    expect(beyond).toEqual([]);
    receiver().answer(accept);
    await eventually(
      () => expect(contents(deduplicated(receiver().taken))).toHaveLength(said.length * threads.length),
      PATIENT,
    );
    for (const threadId of threads)
      expect(contents(deduplicated(receiver().taken).filter(({ data }) => data.threadId === threadId))).toEqual(said);
    await begun(refusing.key);
    expect(await rows(refusing.key)).toEqual([]);
  },
);
