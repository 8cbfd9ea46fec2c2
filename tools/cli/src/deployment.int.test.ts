import { createDatabase, createMongo } from '@threadlog/read-models';
import { scale, testStack } from '@threadlog/testing';
import jwt from 'jsonwebtoken';
import { run } from './run';
import { givenProcess, type RunningProcess } from './testing/process';

jest.setTimeout(120_000);

const AUTH_JWT_SECRET = 'a-secret-of-at-least-thirty-two-bytes';
const STORES = scale({ short: ['postgres'] as const, long: ['mongo'] as const });

describe.each(STORES)('commands that look at a deployment, messages in %s', (store) => {
  const stack = testStack();
  let env: Record<string, string>;
  let system: RunningProcess;
  let threadId: string;

  beforeAll(async () => {
    env = {
      KAFKA_BROKERS: stack.kafkaBrokers.join(','),
      KAFKA_TOPIC_PREFIX: stack.topicPrefix(),
      CHAT_PARTITIONS: '3',
      DATABASE_URL: await stack.freshDatabase(),
      SEALING_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
      AUTH_JWT_SECRET,
      ...(store === 'mongo' && { MONGO_URL: stack.freshMongo() }),
    };
    system = await givenProcess(env);
    await system.ready();
    const made = await system.call('POST', '/api/v1/threads', { title: 'a secret title' });
    threadId = (made.body as { id: string }).id;
    for (const content of ['one', 'two', 'three'])
      expect((await system.call('POST', `/api/v1/threads/${threadId}/messages`, { content })).status).toBe(201);
    const [, last] = [await messages(), await messages()];
    await system.call('PATCH', `/api/v1/threads/${threadId}/messages/${last[0]!.id}`, { content: 'changed' });
    await messages();
  }, 90_000);
  afterAll(() => system.stop(), 30_000);

  /** Read with what was written, so that the read model has it. */
  async function messages(): Promise<{ id: string }[]> {
    const { body } = await system.call('GET', `/api/v1/threads/${threadId}/messages`);
    return (body as { messages: { id: string }[] }).messages;
  }

  async function cli(args: string[], given: Record<string, string | undefined> = env) {
    let out = '';
    const said: string[] = [];
    const streams = {
      env: given,
      out: (text: string) => void (out += text),
      report: (line: string) => void said.push(line),
    };
    const code = await run(['--json', ...args], streams);
    return { code, said, json: (out === '' ? null : JSON.parse(out)) as Record<string, never> | null };
  }
  const tokenOf = (claims: Record<string, unknown>, secret = AUTH_JWT_SECRET) =>
    jwt.sign({ tenant_id: 'acme', role: 'user', ...claims }, secret, { expiresIn: '1h' });

  it('tenants tells who has how much, and no other words', async () => {
    const { code, json } = await cli(['tenants']);
    expect({ code, json }).toEqual({
      code: 0,
      json: { tenants: [{ tenantId: 'acme', threads: 1, messages: 3, lastActivity: expect.any(String) }] },
    });
  });

  it('projections lag tells of each generation and partition, and is 0 where nothing is behind', async () => {
    expect(await cli(['projections', 'lag', '--most', '0'])).toMatchObject({
      code: 0,
      json: {
        behind: 0,
        generations: [{ generation: 1, served: true, lag: 0 }],
        partitions: [{ lagRecords: 0 }, { lagRecords: 0 }, { lagRecords: 0 }],
      },
    });
  });

  describe('token', () => {
    it('decode says what is in it, and as whom it is taken', async () => {
      const token = tokenOf({ sub: 'bo', learner_ids: ['lena'] });
      const { code, json } = await cli(['token', 'decode', token]);
      expect(code).toBe(0);
      expect(json).toMatchObject({
        header: { alg: 'HS256' },
        claims: { sub: 'bo' },
        taken: true,
        actor: { id: 'bo', tenantId: 'acme', learnerScope: ['lena'] },
      });
      expect(JSON.stringify(json)).not.toContain(token.split('.')[2]);
    });

    it.each([
      ['another secret', () => tokenOf({ sub: 'bo' }, 'another-secret-of-thirty-two-bytes-'), { sub: 'bo' }],
      ['no token at all', () => 'nonsense', null],
      ['JSON that is no object', () => 'bnVsbA.bnVsbA.x', null],
      ['ten thousand dots', () => '.'.repeat(10_000), null],
    ])('decode refuses %s, and says why', async (_, token, claims) => {
      const { code, json } = await cli(['token', 'decode', token()]);
      expect({ code, json }).toMatchObject({ code: 1, json: { taken: false, refused: expect.any(String) } });
      if (claims === null) expect(json!.claims).toBeNull();
      else expect(json!.claims).toMatchObject(claims);
    });

    it.each([
      ['its owner', { sub: 'ada' }, { sees: true, reads: true, by: ['tenant', 'takes part', 'may read'] }],
      ['a stranger', { sub: 'bo' }, { sees: false, reads: false, by: ['tenant', 'may read'] }],
      [
        'an admin',
        { sub: 'root', role: 'admin' },
        { sees: true, reads: true, by: ['tenant', 'administers', 'may read'] },
      ],
      [
        'one who may not read',
        { sub: 'ada', permissions: ['chat:write'] },
        { sees: true, reads: false, by: ['tenant', 'takes part'] },
      ],
    ])('explain says whether %s sees a thread, and by which clauses', async (_, claims, { by, ...expected }) => {
      const found = await cli(['token', 'explain', tokenOf(claims), '--thread', threadId]);
      expect(found).toMatchObject({ code: expected.reads ? 0 : 1, json: expected });
      const { reasons } = found.json as unknown as { reasons: { clause: string; holds: boolean }[] };
      expect(reasons.filter(({ holds }) => holds).map(({ clause }) => clause)).toEqual(by);
    });

    it('explain tells nobody of another tenant’s thread, nor of one that is not there', async () => {
      const elsewhere = tokenOf({ sub: 'ada', tenant_id: 'other', role: 'admin' });
      for (const [token, thread] of [
        [elsewhere, threadId],
        [tokenOf({ sub: 'ada' }), "x' or true --"],
      ] as const)
        expect(await cli(['token', 'explain', token, '--thread', thread])).toMatchObject({
          ...{ code: 1, json: { exists: false, sees: false } },
        });
    });
  });

  it('config check says all problems of a configuration at once, without values', async () => {
    const whole = { ...env, CLUSTER_SECRET: AUTH_JWT_SECRET };
    expect(await cli(['config', 'check'], whole)).toMatchObject({ code: 0, json: { valid: true, problems: [] } });
    const { code, json } = await cli(['config', 'check'], { ...whole, API_PORT: 'forty', LOG_LEVEL: 'loud' });
    const { problems } = json as unknown as { problems: string[] };
    expect({ code, names: problems.map((line) => line.split(':')[0]).sort() }).toEqual({
      code: 78,
      names: ['API_PORT', 'LOG_LEVEL'],
    });
    expect(JSON.stringify(json)).not.toContain('forty');
  });

  it('ends with 64 where it is used wrongly, and with 78 where it has no configuration', async () => {
    expect((await cli(['verify', '--limit', '0'])).code).toBe(64);
    expect((await cli(['token', 'explain', 'x'])).code).toBe(64);
    expect((await cli(['token', 'decode', 'x'], {})).code).toBe(78);
    expect((await cli(['tenants'], {})).code).toBe(78);
  });

  describe('verify', () => {
    it('finds the served model equal to the fold of the log, and leaves nothing', async () => {
      expect(await cli(['verify'])).toMatchObject({ code: 0, json: { equal: true, differences: [] } });
      const { rows } = await system.database().query(`select state from threadlog.generations order by generation`);
      expect(rows).toEqual([{ state: 'active' }, { state: 'dropped' }]);
    });

    it('says which rows are not as the log has them, and never what stands in them', async () => {
      await system.database().query(`update read_1.threads set title = 'forged', last_message_index = 9`);
      await system.database().query(`delete from read_1.participants`);
      await forgeMessages();
      const { code, said, json } = await cli(['verify']);
      expect(code).toBe(1);
      const key = { tenant_id: 'acme', thread_id: threadId };
      expect((json as unknown as { differences: unknown[] }).differences).toEqual(
        expect.arrayContaining([
          { table: 'threads', key, only: null, columns: ['title', 'last_message_index'] },
          { table: 'participants', key: { ...key, user_id: 'ada' }, only: 'log', columns: [] },
          { table: 'messages', key: { ...key, message_index: 1 }, only: 'log', columns: [] },
          { table: 'messages', key: { ...key, message_index: 2 }, only: null, columns: ['pinned'] },
        ]),
      );
      expect(JSON.stringify([json, said])).not.toContain('forged');
      const first = await cli(['verify', '--limit', '1']);
      expect((first.json as unknown as { differences: unknown[] }).differences).toHaveLength(1);
    });

    /** The first message is gone, the second one is pinned by nobody. */
    async function forgeMessages(): Promise<void> {
      if (store === 'postgres') {
        await system.database().query('delete from read_1.messages where message_index = 1');
        await system.database().query('update read_1.messages set pinned = true where message_index = 2');
        return;
      }
      const client = createMongo(env.MONGO_URL!);
      const [collection] = (await client.db().collections()).filter(({ collectionName }) =>
        /messages/.test(collectionName),
      );
      await collection!.deleteOne({ message_index: 1 });
      await collection!.updateOne({ message_index: 2 }, { $set: { pinned: true } });
      await client.close();
    }
  });

  it('projections lag is 1 where the served generation is further behind than is borne', async () => {
    await system.stop();
    const database = createDatabase({ url: env.DATABASE_URL! });
    await database.query('update read_1.checkpoints set next_offset = 0');
    await database.end();
    const { code, json } = await cli(['projections', 'lag', '--most', '3']);
    expect({ code, behind: Number(json!.behind) }).toEqual({ code: 1, behind: expect.any(Number) });
    expect(Number(json!.behind)).toBeGreaterThan(3);
    expect((await cli(['projections', 'lag', '--most', '100000'])).code).toBe(0);
  });
});
