import { createLogger, loadConfig } from '@threadlog/service';
import {
  cleanupAfterAll,
  eventually,
  KAFKA_USER,
  securedKafka,
  testStack,
  type SecuredKafka,
} from '@threadlog/testing';
import { freePort } from '@threadlog/testing';
import { processConfig } from '../config';
import { createRuntime } from '../createRuntime';

const stack = testStack();
const cleanups = cleanupAfterAll();
const logger = createLogger({ service: 'test', level: 'silent' });
let kafka: SecuredKafka;
beforeAll(async () => {
  kafka = await securedKafka(cleanups);
}, 120_000);

async function configOf(env: Record<string, string>) {
  return loadConfig(processConfig({}), {
    KAFKA_BROKERS: kafka.brokers.tlsLogin.join(','),
    KAFKA_SSL_CA_FILE: kafka.authority.certFile,
    KAFKA_SASL_MECHANISM: 'scram-sha-512',
    KAFKA_SASL_USERNAME: KAFKA_USER.username,
    KAFKA_SASL_PASSWORD: KAFKA_USER.password,
    CHAT_PARTITIONS: '2',
    DATABASE_URL: await stack.freshDatabase(),
    AUTH_JWT_SECRET: 'a-secret-of-at-least-thirty-two-bytes',
    SEALING_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    OPS_PORT: String(await freePort()),
    ...env,
  });
}

test('a process starts on brokers that want TLS and a login', async () => {
  const runtime = await createRuntime(await configOf({}), {
    service: 'test',
    signal: new AbortController().signal,
    logger,
  });
  expect(await runtime.log.head(1)).toBe(0);
  await runtime.close();
}, 60_000);

test('a process with a wrong password says so at /readyz, and ends', async () => {
  const told = /KAFKA_SASL_PASSWORD: the brokers do not log us in/;
  const config = await configOf({ KAFKA_SASL_PASSWORD: 'wrong-password' });
  const starting = createRuntime(config, { service: 'test', signal: new AbortController().signal, logger });
  const ended = expect(starting).rejects.toThrow(told);
  await eventually(async () => {
    const answer = await fetch(`http://127.0.0.1:${config.OPS_PORT}/readyz`);
    expect(await answer.json()).toEqual({ status: 'starting', waitsFor: expect.stringMatching(told) });
  });
  await ended;
}, 60_000);
