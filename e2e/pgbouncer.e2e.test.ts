import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageResource, ThreadResource } from '@threadlog/events';
import { findPgBouncer, startPgBouncer, type Server } from '@threadlog/stack';
import { cleanupAfterAll, eventually, testStack } from '@threadlog/testing';
import { clientOf } from './support/people';
import { createSystem, type System } from './support/system';
import { readAll } from './support/watcher';

jest.setTimeout(120_000);
/** `.ci/run` installs it; elsewhere the tests are counted as skipped where it is missing. */
const where = findPgBouncer() ? describe : describe.skip;
const MESSAGES = 40;

where('behind PgBouncer, which lends connections by transaction', () => {
  const stack = testStack();
  const cleanups = cleanupAfterAll();
  let bouncer: Server;
  let system: System;

  beforeAll(async () => {
    const direct = await stack.freshDatabase();
    const dataDir = await mkdtemp(join(tmpdir(), 'threadlog-pgbouncer-'));
    cleanups.add(() => rm(dataDir, { recursive: true, force: true }));
    bouncer = await startPgBouncer({ dataDir, target: direct, poolSize: 4 });
    cleanups.add(() => bouncer.kill());
    const env = { DATABASE_PREPARED: 'false', DATABASE_DIRECT_URL: direct };
    const shared = { kafkaBrokers: stack.kafkaBrokers, topicPrefix: stack.topicPrefix() };
    system = await createSystem({ ...shared, databaseUrl: bouncer.url, env }, cleanups);
  });

  test('everything works, after a SIGKILL and after a restart of the pooler too', async () => {
    await system.start();
    const ann = clientOf(system.api, { id: 'ann', tenant: 'pooled' });
    const bob = clientOf(system.api, { id: 'bob', tenant: 'pooled' });
    const body = { title: 'Pooled', participantIds: ['bob'] };
    const { id } = (await ann.call<ThreadResource>('POST', '/api/v1/threads', body)).body;
    const path = `/api/v1/threads/${id}/messages`;
    /** Concurrently, so that every connection of the pool is lent to many. */
    async function post(round: string): Promise<void> {
      const texts = Array.from({ length: MESSAGES }, (_, nth) => ({ content: `${round} ${nth}` }));
      const answers = await Promise.all(texts.map((text) => ann.call<MessageResource>('POST', path, text)));
      expect(answers.map(({ status }) => status)).toEqual(texts.map(() => 201));
    }
    async function seen(count: number): Promise<void> {
      await eventually(async () => expect(await readAll(bob, id, true)).toHaveLength(count));
      const unread = await bob.call<{ total: number }>('GET', '/api/v1/unread');
      expect(unread.body.total).toBe(count);
      const found = await bob.call<{ items: unknown[] }>('GET', '/api/v1/search?q=first&limit=5');
      expect(found.status).toBe(200);
    }

    await post('first');
    await seen(MESSAGES);

    await system.kill();
    await system.start();
    await post('second');
    await seen(2 * MESSAGES);

    await bouncer.restart();
    await system.ready();
    await eventually(() => post('third'));
    expect(await system.stop()).toBe(0);
  });
});
