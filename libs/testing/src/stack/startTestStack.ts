import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack, type GivenUrls } from '@threadlog/stack';
import { dockerAnswers } from './docker';
import { handoverVariable, type StackHandover } from './handover';

export interface RunningTestStack {
  handover: StackHandover;
  stop(): Promise<void>;
}

const startEmbedded = async (given: GivenUrls): Promise<RunningTestStack> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'threadlog-test-'));
  // An interrupted run skips the global tear-down; its servers end by themselves, its data would stay.
  const removeNow = () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });
  process.once('exit', removeNow);
  const remove = async () => {
    process.off('exit', removeNow);
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const log = (line: string) => process.stderr.write(`${line}\n`);
    const stack = await startStack({ dataDir, mongo: true, given, forTests: true, log });
    return {
      handover: { ...stack.urls, mongoUrl: stack.urls.mongoUrl ?? '', source: 'embedded' },
      stop: async () => {
        await stack.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
};

const chooseSource = async (given: GivenUrls): Promise<RunningTestStack> => {
  const forced = process.env.TEST_STACK;
  if (forced === 'embedded') return startEmbedded(given);
  if (forced !== 'containers' && !(await dockerAnswers())) return startEmbedded(given);
  const { startContainers } = await import('./containers.js');
  return startContainers(given);
};

/**
 * Starts Kafka, Postgres and a Mongo-compatible server once for a whole test run: given URLs (`KAFKA_BROKERS`,
 * `DATABASE_URL`, `MONGO_URL`), else containers where a Docker engine answers, else the embedded stack in a temporary
 * folder. `TEST_STACK=embedded|containers` decides where both are possible.
 */
export const startTestStack = async (): Promise<RunningTestStack> => {
  const running = await chooseSource({
    kafkaBrokers: process.env.KAFKA_BROKERS,
    databaseUrl: process.env.DATABASE_URL,
    mongoUrl: process.env.MONGO_URL,
  });
  process.env[handoverVariable] = JSON.stringify(running.handover);
  return running;
};
