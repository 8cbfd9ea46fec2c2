import { tenantId } from '@threadlog/events';
import { createDatabase } from '@threadlog/read-models';
import { createLogger } from '@threadlog/service';
import { testStack } from '@threadlog/testing';
import { randomBytes, randomUUID } from 'node:crypto';
import { createRuntime, loadProcessConfig, type Runtime } from '../index';

const tenant = tenantId('acme');
const ann = { kind: 'subject', id: 'ann' } as const;
const place = { stream: 'acme/user/ann', eventId: randomUUID(), field: 'display_name' };
const profile = (authorId: string) => ({ tenantId: tenant, authorId, threadId: null, month: null, learnerId: null });

describe('a key store that comes back from a backup', () => {
  const stack = testStack();
  const logger = createLogger({ service: 'test', level: 'silent' });
  const master = randomBytes(32).toString('base64');
  const topicPrefix = stack.topicPrefix();
  let databaseUrl: string;
  beforeAll(async () => {
    databaseUrl = await stack.freshDatabase();
  });

  const start = () =>
    createRuntime(
      loadProcessConfig(
        {},
        {
          KAFKA_BROKERS: stack.kafkaBrokers.join(','),
          KAFKA_TOPIC_PREFIX: topicPrefix,
          CHAT_PARTITIONS: '1',
          DATABASE_URL: databaseUrl,
          AUTH_JWT_SECRET: 'a-secret-of-at-least-thirty-two-bytes',
          SEALING_MASTER_KEY: master,
          SEALING_KEY_CACHE_MS: '1000',
          OPS_PORT: '0',
        },
      ),
      { service: 'test', signal: new AbortController().signal, logger },
    );
  async function running<T>(work: (runtime: Runtime) => Promise<T>): Promise<T> {
    const runtime = await start();
    return work(runtime).finally(() => runtime.close());
  }
  async function sql(...statements: string[]): Promise<void> {
    const database = createDatabase({ url: databaseUrl });
    for (const statement of statements) await database.query(statement);
    await database.end();
  }

  test('given an erasure since the backup, when a process starts on it, then the text is erased and stays so', async () => {
    const [annes, bobs] = await running(async ({ sealing }) => {
      expect(sealing.letGoMs).toBe(1_000);
      const seal = async (author: string) => (await sealing.sealer(profile(author))).seal(`by ${author}`, place);
      return [await seal('ann'), await seal('bob')];
    });
    await sql('create table public.backup as select * from keystore.keys');
    await running(async ({ erasures, sealing }) => {
      const evidence = await erasures.destroy(tenant, ann, 'request-1');
      expect(evidence).toMatchObject([{ state: 'destroyed' }]);
      expect(await erasures.destroy(tenant, ann, 'request-1')).toEqual(evidence);
      await sealing.readmit(tenant, 'ann');
    });

    await sql('truncate keystore.keys', 'insert into keystore.keys select * from public.backup');
    const opened = async ({ sealing }: Runtime) => {
      await sealing.prepare(tenant, [annes, bobs]);
      return [sealing.open(tenant, annes, place), sealing.open(tenant, bobs, place)];
    };
    await running(async (runtime) => {
      expect(await opened(runtime)).toEqual([undefined, 'by bob']);
      await expect(runtime.sealing.sealer(profile('ann'))).rejects.toMatchObject({
        problem: { code: 'subject_erased' },
      });
      const { rows } = await runtime.database.query(
        `select state, wrapped is null as gone from keystore.keys where entity_id = 'ann'`,
      );
      expect(rows).toEqual([{ state: 'destroyed', gone: true }]);
    });

    // Without the start, the backup would have brought it back: the restored rows are whole.
    const { rows } = await running(({ database }) =>
      database.query(`select wrapped is not null as there from public.backup where entity_id = 'ann'`),
    );
    expect(rows).toEqual([{ there: true }]);
  }, 60_000);
});
