import type { CommandRouter } from '@threadlog/commands';
import { tenantId, type EventOf, type Subject } from '@threadlog/events';
import { eventually as soon, testActor, testStack } from '@threadlog/testing';
import type { RetentionDeps } from '@threadlog/worker';
import { startRetention } from './testing/retention';
import { scenesOf } from './testing/scenes';
import { givenStandalone } from './testing/standalone';

/** A thread about lena with a sub-thread, and another one about nobody; ada and ben write in all three. */
async function scene(scenes: ReturnType<typeof scenesOf>, tenant: string) {
  const ada = testActor('ada', { tenant, learnerScope: '*' });
  const ben = testActor('ben', { tenant });
  const root = await scenes.thread(ada, { learnerId: 'lena', participantIds: ['ben'] });
  const sub = await scenes.thread(ada, { parentThreadId: root });
  const other = await scenes.thread(ada, { participantIds: ['ben'] });
  const messages = {
    rootByAda: await scenes.post(ada, root, 'one'),
    rootByBen: await scenes.post(ben, root, 'two'),
    subByAda: await scenes.post(ada, sub, 'three'),
    subByBen: await scenes.post(ben, sub, 'four'),
    otherByAda: await scenes.post(ada, other, 'five'),
    otherByBen: await scenes.post(ben, other, 'six'),
  };
  return { tenant, root, sub, other, messages, ada, ben };
}
type Scene = Awaited<ReturnType<typeof scene>>;
type Name = keyof Scene['messages'];
const ALL: Name[] = ['rootByAda', 'rootByBen', 'subByAda', 'subByBen', 'otherByAda', 'otherByBen'];
const OTHER: Name[] = ['otherByAda', 'otherByBen'];

jest.setTimeout(120_000);
/** Busy machines are slow. */
const eventually = (condition: () => Promise<unknown>) => soon(condition, { timeoutMs: 60_000 });
const stack = testStack();

describe.each(['postgres', 'mongo'] as const)('retention, with messages in %s', (kind) => {
  const api = givenStandalone(kind === 'mongo' ? { MONGO_URL: stack.freshMongo() } : {});
  const scenes = scenesOf(api);
  const running: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of running.splice(0)) await stop();
  });

  function start(inDays: number, given: Partial<RetentionDeps> = {}): () => Promise<void> {
    const stop = startRetention(api, inDays, given);
    running.push(stop);
    return stop;
  }

  async function left({ tenant, messages }: Scene): Promise<string[]> {
    await scenes.projected();
    const rows = await api.runtime().messageStore(1).byIds(tenantId(tenant), Object.values(messages));
    const there = new Set(rows.filter((row) => row.deleted_at === null).map((row) => row.message_id));
    return ALL.filter((name) => there.has(messages[name]));
  }
  const keyOf = (tenant: string, id: string) =>
    api.runtime().sealing.stateOf(tenantId(tenant), {
      kind: 'thread_month',
      id,
      month: new Date().toISOString().slice(0, 7),
    });
  const retained = (tenant: string) => async () =>
    (await scenes.events(tenant)).filter(
      (event) => event.event_type === 'CHAT_MESSAGE_DELETED',
    ) as EventOf<'CHAT_MESSAGE_DELETED'>[];

  const subject = (kind: Subject['kind'], id: string) => () => ({ subject: { kind, id } });
  const table: [string, (scene: Scene) => { subject: Subject } | { heldThreadId: string }, Name[]][] = [
    ['a thread', ({ root }) => ({ heldThreadId: root }), ['rootByAda', 'rootByBen', 'subByAda', 'subByBen']],
    ['a sub-thread', ({ sub }) => ({ heldThreadId: sub }), ['subByAda', 'subByBen']],
    ['a learner', subject('learner', 'lena'), ['rootByAda', 'rootByBen', 'subByAda', 'subByBen']],
    ['an author', subject('user', 'ben'), ['rootByBen', 'subByBen', 'otherByBen']],
    ['the tenant', ({ tenant }) => ({ subject: { kind: 'tenant', id: tenant } }), ALL],
    ['somebody else', subject('user', 'eve'), []],
  ];

  it.each(table)(
    'leaves what a hold on %s holds, and takes it when the hold is released',
    async (what, held, names) => {
      const tenant = what.replaceAll(' ', '-');
      const it = await scene(scenes, tenant);
      await scenes.keepFor(tenant, 30);
      const hold = await scenes.hold(tenant, held(it));
      await scenes.projected();
      start(100);
      await eventually(async () => expect(await left(it)).toEqual(names));
      const free = OTHER.every((name) => !names.includes(name));
      if (free) await eventually(async () => expect(await keyOf(tenant, it.other)).toBe('destroyed'));
      else expect(await keyOf(tenant, it.other)).toBe('open');
      if (names.length > 0) expect(await keyOf(tenant, it.root)).toBe('open');

      await scenes.release(tenant, hold);
      await eventually(async () => expect(await left(it)).toEqual([]));
      for (const thread of [it.root, it.other])
        await eventually(async () => expect(await keyOf(tenant, thread)).toBe('destroyed'));
    },
  );

  it('waits for the last day, deletes in the name of the worker, and leaves the month open while it runs', async () => {
    const it = await scene(scenes, 'days');
    const forever = await scene(scenes, 'forever');
    await scenes.keepFor('days', 30);
    await scenes.keepFor('forever', null);
    // Before the sweep begins: it would close the month while somebody still posts in it.
    const byDefault = await scene(scenes, 'default');
    await scenes.projected();
    const stop = start(29.9, { defaultDays: 10 });
    // The default limit is at work, so this sweep has come by.
    await eventually(async () => expect(await left(byDefault)).toEqual([]));
    expect(await left(it)).toEqual(ALL);
    await stop();
    start(30.1, { defaultDays: 10 });
    await eventually(async () => expect(await left(it)).toEqual([]));
    expect(await left(forever)).toEqual(ALL);
    const events = await retained('days')();
    const event = events.find(({ data }) => data.message_id === it.messages.rootByAda);
    expect(event).toMatchObject({
      actor: { type: 'system', id: 'worker' },
      data: { reason: 'retention', thread_id: it.root, message_index: 1 },
    });
  });

  it('killed after a command and before it is noted, repeats it and changes nothing twice', async () => {
    const it = await scene(scenes, 'killed');
    await scenes.keepFor('killed', 30);
    await scenes.projected();
    let kills = 0;
    const dying: CommandRouter = {
      async execute(request) {
        await api.router().execute(request);
        kills += 1;
        if (kills % 2 === 1) throw new Error('killed');
        return api.router().execute(request);
      },
    };
    start(100, { router: dying });
    await eventually(async () => expect(await left(it)).toEqual([]));
    const deleted = (await retained('killed')()).map(({ data }) => data.message_id);
    expect(kills).toBeGreaterThan(2);
    expect(deleted.toSorted()).toEqual(Object.values(it.messages).toSorted());
  });

  it('tries again what could not be written, while others go on', async () => {
    const it = await scene(scenes, 'parked');
    await scenes.keepFor('parked', 30);
    await scenes.projected();
    let parked = true;
    const router: CommandRouter = {
      execute: (request) =>
        parked && 'threadId' in request.command.input && request.command.input.threadId === it.root
          ? Promise.resolve({ ok: false, problem: { code: 'unavailable', detail: 'parked' } })
          : api.router().execute(request),
    };
    start(100, { router });
    await eventually(async () => expect(await left(it)).toEqual(['rootByAda', 'rootByBen']));
    expect(await keyOf('parked', it.root)).toBe('open');
    parked = false;
    await eventually(async () => expect(await left(it)).toEqual([]));
  });
});

describe('a legal hold', () => {
  const api = givenStandalone();
  const scenes = scenesOf(api);

  it('keeps messages, threads and profiles from being deleted through the API, until it is released', async () => {
    const it = await scene(scenes, 'acme');
    const { root, messages, ada, ben } = it;
    await scenes.projected();
    const hold = await scenes.hold('acme', { subject: { kind: 'user', id: 'ben' } });
    const path = `/api/v1/threads/${root}/messages`;
    const refused = { status: 409, body: { code: 'legal_hold' } };
    // In force when the hold is projected and every owner has read it.
    await eventually(async () => {
      const messageId = await scenes.post(ben, root, 'tried');
      const result = await scenes.execute(ben, 'message.delete', { threadId: root, messageId });
      expect(result).toMatchObject({ ok: false, problem: { code: 'legal_hold' } });
    });
    expect(await api.as(ben).call('DELETE', `${path}/${messages.rootByBen}`)).toMatchObject(refused);
    expect(await api.as(ada).call('DELETE', `/api/v1/threads/${root}`)).toMatchObject(refused);
    expect(await api.as(ben).call('PATCH', `${path}/${messages.rootByBen}`, { content: 'other' })).toMatchObject({
      status: 200,
    });
    expect((await api.as(ada).call('DELETE', `${path}/${messages.rootByAda}`)).status).toBe(204);

    await scenes.release('acme', hold);
    await eventually(async () =>
      expect((await api.as(ben).call('DELETE', `${path}/${messages.rootByBen}`)).status).toBe(204),
    );
  });
});
