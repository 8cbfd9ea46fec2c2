import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createKafkaLog, ensureTopic, type EventLog } from '@threadlog/log';
import { readCheckpoints } from '@threadlog/read-models';
import { envOfChild, eventually, testStack } from '@threadlog/testing';
import { longHistory } from './testing/histories';
import { openTestbed, type Testbed } from './testing/testbed';

const stack = testStack();
const PARTITIONS = 3;
const KILLS = 4;
const MAIN = join(__dirname, '..', 'dist', 'main.js');

const children: ChildProcess[] = [];

/** The projector as a process of its own, built, on the test's servers. */
function spawnProjector(prefix: string, databaseUrl: string): ChildProcess {
  const child = spawn(process.execPath, [MAIN], {
    stdio: 'ignore',
    env: {
      ...envOfChild(),
      ENVIRONMENT: 'test',
      KAFKA_BROKERS: stack.kafkaBrokers.join(','),
      KAFKA_TOPIC_PREFIX: prefix,
      CHAT_PARTITIONS: String(PARTITIONS),
      DATABASE_URL: databaseUrl,
      SEALING_MASTER_KEY: 'ab'.repeat(32),
      AUTH_JWT_SECRET: 'a secret that only this test knows and nobody needs',
      OPS_PORT: '0',
      LOG_LEVEL: 'silent',
      PROJECTOR_POLL_MS: '200',
    },
  });
  children.push(child);
  return child;
}

describe('a projector killed with SIGKILL, again and again, under load', () => {
  let log: EventLog;
  let bed: Testbed;
  let prefix: string;
  beforeAll(async () => {
    prefix = stack.topicPrefix();
    const options = {
      brokers: stack.kafkaBrokers,
      clientId: 'kill-test',
      topic: `${prefix}chat.events.v1`,
      partitions: PARTITIONS,
    };
    await ensureTopic(options);
    log = await createKafkaLog(options);
    bed = await openTestbed(stack, 'postgres', log);
  }, 30_000);
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await bed.close();
    await log.close();
  });

  it('loses nothing, applies nothing twice, and equals a rebuild', async () => {
    const events = longHistory(6_000, 5);
    const url = bed.database.options.connectionString as string;
    const applied = async () => {
      const checkpoints = await readCheckpoints(bed.database, 1);
      return [...checkpoints.values()].reduce((sum, { nextOffset }) => sum + nextOffset, 0);
    };
    const load = async (from: number, to: number): Promise<void> => {
      for (let at = from; at < to; at += 50) await bed.append(events.slice(at, Math.min(at + 50, to)));
    };
    const part = Math.ceil(events.length / (KILLS + 1));
    for (let kills = 0; kills < KILLS; kills += 1) {
      const before = await applied();
      // A part for each, so that none finds that everything has been applied already.
      const loading = load(kills * part, (kills + 1) * part);
      const child = spawnProjector(prefix, url);
      const exited = once(child, 'exit');
      await eventually(async () => (await applied()) > before || child.exitCode !== null, { timeoutMs: 40_000 });
      expect(child.exitCode).toBeNull();
      child.kill('SIGKILL');
      await exited;
      await loading;
    }
    await load(KILLS * part, events.length);
    const last = spawnProjector(prefix, url);
    await bed.caughtUp();
    last.kill('SIGTERM');
    await once(last, 'exit');
    expect(await bed.dump()).toContain('CHAT_MESSAGE_CREATED');
    bed.start();
    expect(await bed.rebuiltEquals()).toBe('equal');
  }, 180_000);
});
