import { encodeEvent, tenantId, type OutgoingRecord } from '@threadlog/events';
import { createRuntime, loadProcessConfig, type Runtime } from '@threadlog/runtime';
import { createLogger } from '@threadlog/service';
import { findPgBouncer, startPgBouncer } from '@threadlog/stack';
import { cleanupAfterAll, tcpProxy, testStack, threadStory } from '@threadlog/testing';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { doctor } from './commands/doctor';
import type { ExamineOptions } from './doctor/examine';
import type { Finding } from './doctor/finding';
import { run } from './run';

type Env = Record<string, string>;

const stack = testStack();
const cleanups = cleanupAfterAll();
const PARTITIONS = 2;
let env: Env;
let runtime: Runtime;
let admin: Admin;
let topic: string;

beforeAll(async () => {
  env = {
    KAFKA_BROKERS: stack.kafkaBrokers.join(','),
    KAFKA_TOPIC_PREFIX: stack.topicPrefix(),
    CHAT_PARTITIONS: String(PARTITIONS),
    DATABASE_URL: await stack.freshDatabase(),
    SEALING_MASTER_KEY: randomBytes(32).toString('base64'),
  };
  const own = { AUTH_JWT_SECRET: 'a-secret-of-at-least-thirty-two-bytes', OPS_PORT: '0' };
  const logger = createLogger({ service: 'test', level: 'silent' });
  runtime = await createRuntime(loadProcessConfig({}, { ...env, ...own }), {
    service: 'test',
    signal: new AbortController().signal,
    logger,
  });
  cleanups.add(() => runtime.close());
  topic = runtime.log.topic;
  admin = new Kafka({ brokers: stack.kafkaBrokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  cleanups.add(() => admin.disconnect());
  // As a command API that runs would leave them.
  for (let partition = 0; partition < PARTITIONS; partition += 1)
    await sql(
      `insert into threadlog.partition_leases (partition, epoch, owner_id, owner_url, expires_at)
       values ($1, 1, 'somebody', 'http://127.0.0.1:1', now() + interval '1 hour')`,
      [partition],
    );
}, 60_000);

const sql = (text: string, values: unknown[] = []) => runtime.database.query(text, values);

async function findings(given: Env = env, options: ExamineOptions = {}): Promise<Finding[]> {
  const { json } = await doctor({ env: given, report: () => undefined }, options);
  return (json as { findings: Finding[] }).findings;
}
/** Without what else runs on this machine: its disk, and connections of other tests. */
const ofTheMachine = ({ check, state }: Finding) =>
  check === 'disk' || (check === 'connections' && state === 'warning');
const wrongAmong = (found: Finding[]) =>
  found.filter((finding) => /fault|warning/.test(finding.state) && !ofTheMachine(finding));

const configure = (configEntries: { name: string; value: string }[]) =>
  admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name: topic, configEntries }] });
const AS_MADE = {
  'cleanup.policy': 'delete',
  'retention.ms': '-1',
  'retention.bytes': '-1',
  'message.timestamp.type': 'CreateTime',
  'unclean.leader.election.enable': 'false',
};
const settings = (changed: Env = {}) =>
  configure(Object.entries({ ...AS_MADE, ...changed }).map(([name, value]) => ({ name, value })));

/** The broker tells clients to come to a port where nothing listens. */
async function advertisedElsewhere(): Promise<Env> {
  const port = Number(stack.kafkaBrokers[0]!.split(':')[1]);
  const [told, changed] = [port, 1].map((at) => {
    const address = Buffer.concat([Buffer.from('127.0.0.1'), Buffer.alloc(4)]);
    address.writeInt32BE(at, address.length - 4);
    return address.toString('latin1');
  });
  const tap = () => ({
    request: () => undefined,
    response: (chunk: Buffer) => Buffer.from(chunk.toString('latin1').replaceAll(told!, changed!), 'latin1'),
  });
  const proxy = await tcpProxy({ target: { port }, tap });
  cleanups.add(() => proxy.close());
  return { ...env, KAFKA_BROKERS: `127.0.0.1:${proxy.port}` };
}

/** A server that takes connections and says nothing, as one that is stopped. */
async function hanging(address: string): Promise<string> {
  const [host, port] = address.split(':');
  const proxy = await tcpProxy({ target: { host: host!, port: Number(port) } });
  cleanups.add(() => proxy.close());
  proxy.freeze(true);
  return `127.0.0.1:${proxy.port}`;
}

/** Texts of somebody whose keys are gone from the key store. */
async function keysLost(): Promise<() => Promise<unknown>> {
  const story = threadStory({ threadId: 'lost', title: 'title' });
  story.post('ann', 'one');
  await append((await story.events(runtime.sealing)).map((event) => encodeEvent(event)));
  await sql('create table public.kept as select * from keystore.keys; delete from keystore.keys');
  return () => sql('insert into keystore.keys select * from public.kept; drop table public.kept');
}

async function append(records: readonly OutgoingRecord[]): Promise<void> {
  const appender = await runtime.log.openAppender();
  const fenced = records.map((record) => ({ ...record, headers: { ...record.headers, epoch: '1' } }));
  await appender.append(0, fenced);
  await appender.close();
}

const BOB = { tenantId: tenantId('acme'), authorId: 'bob', threadId: null, month: null, learnerId: null };
const nothing = () => undefined;

interface Broken {
  name: string;
  /** Breaks it; resolves with how it is mended. */
  break?(): Promise<() => unknown>;
  env?(): Env | Promise<Env>;
  options?: ExamineOptions;
  found: [check: string, state: Finding['state'], says: RegExp, cure: RegExp];
}

const BROKEN: Broken[] = [
  {
    name: 'no broker',
    env: () => ({ ...env, KAFKA_BROKERS: '127.0.0.1:1' }),
    found: ['kafka', 'fault', /no broker answers at 127.0.0.1:1/, /KAFKA_BROKERS/],
  },
  {
    name: 'a broker that hangs',
    env: async () => ({ ...env, KAFKA_BROKERS: await hanging(stack.kafkaBrokers[0]!) }),
    options: { patienceMs: 2_500 },
    found: ['kafka', 'fault', /no answer within 2.5 s: .* hangs/, /restart it/],
  },
  {
    name: 'TLS where the broker speaks none',
    env: () => ({ ...env, KAFKA_SSL: 'true' }),
    found: ['kafka', 'fault', /^KAFKA_SSL: the brokers speak no TLS/, /that variable/],
  },
  {
    name: 'an advertised address that cannot be reached',
    env: advertisedElsewhere,
    found: ['advertised addresses', 'fault', /127.0.0.1:1 \(broker \d+\), where nothing/, /advertised.listeners/],
  },
  {
    name: 'another topic',
    env: () => ({ ...env, KAFKA_TOPIC_PREFIX: 'elsewhere.' }),
    found: ['topic', 'fault', /there is no topic elsewhere.chat.events.v1/, /KAFKA_TOPIC_PREFIX/],
  },
  {
    name: 'another number of partitions',
    env: () => ({ ...env, CHAT_PARTITIONS: '5' }),
    found: ['partitions', 'fault', /has 2 partitions, not 5/, /CHAT_PARTITIONS=2/],
  },
  {
    name: 'a topic that forgets',
    break: async () => (await settings({ 'retention.ms': '86400000' }), () => settings()),
    found: ['topic settings', 'fault', /retention.ms is not -1/, /kafka-configs.sh .*retention.ms=-1/],
  },
  {
    name: 'fewer copies than wanted',
    env: () => ({ ...env, KAFKA_REPLICATION_FACTOR: '3' }),
    found: ['copies', 'fault', /1 of 3 copies/, /Topics/],
  },
  {
    name: 'more copies in sync asked for than there are',
    break: async () => (await settings({ 'min.insync.replicas': '2' }), () => settings()),
    found: ['copies', 'fault', /takes nothing with 1 copies where min.insync.replicas is 2/, /Topics/],
  },
  {
    name: 'no PostgreSQL',
    env: () => ({ ...env, DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/x' }),
    found: ['DATABASE_URL', 'fault', /cannot be reached/, /start the server/],
  },
  {
    name: 'a PostgreSQL that hangs',
    env: async () => ({
      ...env,
      DATABASE_URL: elsewhere(env.DATABASE_URL!, await hanging(new URL(env.DATABASE_URL!).host)),
    }),
    options: { patienceMs: 2_500 },
    found: ['DATABASE_URL', 'fault', /no answer within 2.5 s/, /restart it/],
  },
  {
    name: 'a wrong password',
    env: () => ({ ...env, DATABASE_URL: withPassword(env.DATABASE_URL!) }),
    found: ['DATABASE_URL', 'fault', /password is wrong/, /that variable/],
  },
  {
    name: 'a database that nobody migrated',
    env: async () => ({ ...env, DATABASE_URL: await stack.freshDatabase() }),
    found: ['migrations', 'fault', /001_core/, /start a process/],
  },
  {
    name: 'a database of a newer version',
    break: async () => (
      await sql(`insert into threadlog.threadlog_migrations (name, batch) values ('900_later', 9)`),
      () => sql(`delete from threadlog.threadlog_migrations where name = '900_later'`)
    ),
    found: ['migrations', 'fault', /newer version: 900_later/, /run that version/],
  },
  {
    name: 'pools that are larger than the server',
    env: () => ({ ...env, DATABASE_POOL_SIZE: '500' }),
    found: ['connections', 'fault', /a process takes up to 500/, /DATABASE_POOL_SIZE/],
  },
  {
    name: 'a clock that is wrong',
    options: { wallClock: () => Date.now() + 90_000 },
    found: ['clock', 'warning', /90 s ahead of the database's/, /NTP/],
  },
  {
    name: 'partitions that nobody owns',
    break: async () => (
      await sql(`update threadlog.partition_leases set expires_at = now() - interval '1 minute' where partition = 1`),
      () => sql(`update threadlog.partition_leases set expires_at = now() + interval '1 hour'`)
    ),
    found: ['leases', 'fault', /partitions 1 have no owner/, /start a command API/],
  },
  {
    name: 'the database of another log',
    break: async () => (
      await sql(`update threadlog.log_identity set log_id = 'another'`),
      () => sql('update threadlog.log_identity set log_id = $1', [runtime.log.logId])
    ),
    found: ['identity of the log', 'fault', /built from log another/, /same pair/],
  },
  {
    name: 'an empty key store beside the former one',
    break: async () => (await runtime.sealing.sealer(BOB), nothing),
    env: async () => ({ ...env, KEYSTORE_DATABASE_URL: await stack.freshDatabase() }),
    found: ['key store', 'fault', /key store without keys/, /Backups/],
  },
  {
    name: 'another master key',
    env: () => ({ ...env, SEALING_MASTER_KEY: randomBytes(32).toString('base64') }),
    found: ['master key', 'fault', /neither SEALING_MASTER_KEY nor/, /SEALING_MASTER_KEYS_OLD/],
  },
  {
    name: 'a key store that lost keys',
    break: keysLost,
    found: ['keys', 'fault', /keys missing: 3, first at partition 0/, /restore/],
  },
  {
    name: 'no MongoDB',
    env: () => ({ ...env, MONGO_URL: 'mongodb://127.0.0.1:1/x' }),
    found: ['MONGO_URL', 'fault', /cannot be reached/, /start the server/],
  },
];

const elsewhere = (address: string, host: string): string => {
  const url = new URL(address);
  url.host = host;
  return url.href;
};
const withPassword = (address: string): string => {
  const url = new URL(address);
  url.password = 'wrong';
  return url.href;
};

it('finds nothing wrong where nothing is', async () => {
  expect(wrongAmong(await findings())).toEqual([]);
}, 30_000);

it.each(BROKEN)(
  'names $name, and the cure',
  async ({ break: breaks, env: other, options, found }) => {
    const [check, state, says, cure] = found;
    const mend = (await breaks?.()) ?? nothing;
    try {
      const wrong = wrongAmong(await findings((await other?.()) ?? env, options));
      expect(wrong).toContainEqual({
        check,
        state,
        says: expect.stringMatching(says),
        cure: expect.stringMatching(cure),
      });
      // One cause, one finding: what rests on it is not looked at.
      expect(wrong).toHaveLength(1);
    } finally {
      await mend();
    }
  },
  30_000,
);

it('names a read model that is behind', async () => {
  const value = Buffer.from('{}');
  await append(Array.from({ length: 1_100 }, () => ({ key: 'acme/user/ann', value, headers: {} })));
  const lag = (await findings()).find(({ check }) => check === 'lag');
  expect(lag).toMatchObject({
    state: 'warning',
    says: expect.stringMatching(/110\d records behind/),
    cure: expect.stringMatching(/projector/),
  });
}, 30_000);

(findPgBouncer() ? it : it.skip)(
  'names a pooler where a session is wanted',
  async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'threadlog-doctor-'));
    cleanups.add(() => rmSync(dataDir, { recursive: true, force: true }));
    const bouncer = await startPgBouncer({ dataDir, target: env.DATABASE_URL! });
    cleanups.add(() => bouncer.kill());
    const pooled = { ...env, DATABASE_URL: bouncer.url };
    expect(wrongAmong(await findings(pooled))).toMatchObject([
      {
        check: 'DATABASE_URL',
        state: 'fault',
        says: expect.stringMatching(/pooler/),
        cure: expect.stringMatching(/variable|DATABASE_PREPARED/),
      },
    ]);
    const both = { ...pooled, DATABASE_PREPARED: 'false', DATABASE_DIRECT_URL: bouncer.url };
    expect(wrongAmong(await findings(both))).toMatchObject([
      {
        check: 'DATABASE_DIRECT_URL',
        state: 'fault',
        says: expect.stringMatching(/DATABASE_DIRECT_URL leads to a pooler/),
      },
    ]);
    const right = { ...both, DATABASE_DIRECT_URL: env.DATABASE_URL! };
    expect(wrongAmong(await findings(right)).filter(({ check }) => check !== 'lag')).toEqual([]);
  },
  30_000,
);

it('ends with 1 where there is a fault, in words or as JSON', async () => {
  const out: string[] = [];
  const streams = {
    env: { ...env, CHAT_PARTITIONS: '5' },
    out: (text: string) => void out.push(text),
    report: () => undefined,
  };
  expect(await run(['doctor'], streams)).toBe(1);
  expect(out.join('')).toMatch(
    /fault +partitions +topic .* has 2 partitions, not 5\n[^]*To do:\npartitions: set CHAT_PARTITIONS=2/,
  );
  expect(await run(['--json', 'doctor'], { ...streams, env })).toBe(0);
  expect(JSON.parse(out.at(-1)!)).toMatchObject({ faults: 0, findings: expect.any(Array) });
}, 30_000);
