import { EVENTS_TOPIC } from '@threadlog/runtime';
import { eventually, loseTail, testStack, type OwnKafka } from '@threadlog/testing';
import { readRepairs } from '@threadlog/read-models';
import { run } from './run';
import { givenProcess, type RunningProcess } from './testing/process';

const PARTITIONS = 3;

interface Thread {
  id: string;
  partition: number;
}

/** A broker that comes back without the last records of a partition, three of them acknowledged messages. */
describe('a log that lost its last records', () => {
  const stack = testStack();
  let broker: OwnKafka;
  let env: Record<string, string>;
  let system: RunningProcess;
  const start = () => givenProcess(env);

  beforeAll(async () => {
    broker = await stack.ownKafka();
    env = {
      KAFKA_BROKERS: broker.brokers.join(','),
      CHAT_PARTITIONS: String(PARTITIONS),
      DATABASE_URL: await stack.freshDatabase(),
      SEALING_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    };
    system = await start();
    await system.ready();
  }, 90_000);
  afterAll(() => system.stop(), 30_000);

  async function cli(args: string[]) {
    let out = '';
    const code = await run(['--json', ...args], { env, out: (text) => (out += text), report: () => undefined });
    return { code, json: JSON.parse(out) as Record<string, unknown> };
  }

  async function createThread(): Promise<Thread> {
    const { body, headers } = await system.call('POST', '/api/v1/threads', { title: 'here' });
    return { id: (body as { id: string }).id, partition: partitionOf(headers) };
  }

  /** Threads of two partitions. */
  async function twoThreads(): Promise<[Thread, Thread]> {
    const first = await createThread();
    for (;;) {
      const other = await createThread();
      if (other.partition !== first.partition) return [first, other];
    }
  }

  const post = (thread: Thread, content: string) =>
    system.call('POST', `/api/v1/threads/${thread.id}/messages`, { content });
  const ops = async () => JSON.stringify(await system.readiness());
  const page = async (thread: Thread, headers?: Record<string, string>) => {
    const { body } = await system.call('GET', `/api/v1/threads/${thread.id}/messages`, undefined, headers);
    return (body as { messages: { content: string; messageIndex: number }[] }).messages;
  };

  it('is noticed while it runs and at a start, written to by nobody, and gone on with by a repair', async () => {
    const [hurt, sound] = await twoThreads();
    expect((await post(hurt, 'kept')).status).toBe(201);
    const lost = [await post(hurt, 'lost 1'), await post(hurt, 'lost 2'), await post(hurt, 'lost 3')];
    expect(lost.map(({ status }) => status)).toEqual([201, 201, 201]);
    const token = lost[2]!.headers.get('x-consistency-token')!;
    await eventually(async () => expect(await page(hurt)).toHaveLength(4));

    await broker.kill();
    const head = loseTail(broker.logDir, { topic: EVENTS_TOPIC, partition: hurt.partition }, 3);
    await broker.restart();

    // While it runs.
    await eventually(async () => expect(await ops()).toContain('log repair'), { timeoutMs: 30_000 });
    const [loss] = await readRepairs(system.database());
    expect(loss).toMatchObject({ partition: hurt.partition, head, known: head + 3 });
    expect((await post(hurt, 'never')).status).toBe(503);
    await eventually(async () => expect((await post(sound, 'goes on')).status).toBe(201), { timeoutMs: 30_000 });

    // After a start.
    await system.stop();
    system = await start();
    await eventually(async () => expect((await post(sound, 'still')).status).toBe(201), { timeoutMs: 30_000 });
    await eventually(async () => expect((await page(sound)).at(0)?.content).toBe('still'));
    expect((await post(hurt, 'never')).status).toBe(503);
    expect(await ops()).toContain(`partition ${hurt.partition} of the log ends at ${head}`);

    // What is to be done, and what was lost.
    const told = await cli(['log', 'repair']);
    expect(told).toMatchObject({ code: 1, json: { losses: [{ partition: hurt.partition, folded: 3 }] } });
    expect((await cli(['log', 'repair', '--restored'])).code).toBe(1);
    const repaired = await cli(['log', 'repair', '--accept-loss', 'the disk of the broker', '--wait', '60']);
    expect(repaired).toMatchObject({
      code: 0,
      json: { lost: [{ stream_id: hurt.id, message_ids: lost.map(({ body }) => (body as { id: string }).id).sort() }] },
    });

    await eventually(async () => expect((await post(hurt, 'after')).status).toBe(201), { timeoutMs: 30_000 });
    await eventually(async () => expect((await page(hurt)).map(({ content }) => content)).toEqual(['after', 'kept']));
    expect((await page(hurt)).map(({ messageIndex }) => messageIndex)).toEqual([2, 1]);
    const read = await system.call('GET', `/api/v1/threads/${hurt.id}`, undefined, { 'x-consistency-token': token });
    expect(read.status).toBe(400);
    await system.ready();
    const { rows } = await system
      .database()
      .query<{ reason: string; lost: unknown[] }>('select reason, lost from threadlog.log_repairs');
    expect(rows).toMatchObject([{ reason: 'the disk of the broker', lost: [{ stream_id: hurt.id }] }]);
    expect((await cli(['log', 'repair'])).code).toBe(0);
  }, 240_000);

  it('is noticed at the start where nothing ran when it was lost', async () => {
    const thread = await createThread();
    await post(thread, 'lost while all was down');
    await eventually(async () => expect(await page(thread)).toHaveLength(1));
    await system.stop();
    await broker.kill();
    const head = loseTail(broker.logDir, { topic: EVENTS_TOPIC, partition: thread.partition }, 1);
    await broker.restart();

    system = await start();

    expect(await readRepairs(system.database())).toMatchObject([
      { partition: thread.partition, head, known: head + 1 },
    ]);
    expect(await ops()).toContain(`partition ${thread.partition} of the log ends at ${head}`);
    expect((await post(thread, 'never')).status).toBe(503);
  }, 120_000);
});

/** The token is opaque to clients; a test may look. */
function partitionOf(headers: Headers): number {
  return Number(Buffer.from(headers.get('x-consistency-token')!, 'base64url').toString().split(' ')[1]);
}
