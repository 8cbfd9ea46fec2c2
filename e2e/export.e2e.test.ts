import { clusterSecrets, createForwardSigner, ROLE_PERMISSIONS, type Actor } from '@threadlog/auth';
import { createForwardClient, createRemoteRouter, type Command } from '@threadlog/commands';
import { tenantId, type PrivacyRequestResource, type ThreadResource } from '@threadlog/events';
import { createDatabase, inTransaction, type Database } from '@threadlog/read-models';
import { cleanupAfterAll, eventually, testStack } from '@threadlog/testing';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { openPromise } from 'yauzl';
import { clientOf } from './support/people';
import { persist } from './support/persistentWriter';
import { createSystem, SECRETS, type System } from './support/system';

jest.setTimeout(400_000);

const LENA = { id: 'lena', tenant: 'export-school' };
const MESSAGES = 300;

interface LogRow {
  status: string;
  sha256: string;
  bytes: number;
  counts: Record<string, number>;
  downloads: number;
}

describe.each(['postgres', 'mongo'] as const)('a worker killed in mid-export, messages in %s', (kind) => {
  const stack = testStack();
  const cleanups = cleanupAfterAll();
  let system: System;
  let database: Database;
  let exportDir: string;

  beforeAll(async () => {
    const databaseUrl = await stack.freshDatabase();
    exportDir = await mkdtemp(join(tmpdir(), 'threadlog-e2e-exports-'));
    cleanups.add(() => rm(exportDir, { recursive: true }));
    const mongo = kind === 'mongo' ? { mongoUrl: stack.freshMongo() } : {};
    const options = { kafkaBrokers: stack.kafkaBrokers, databaseUrl, topicPrefix: stack.topicPrefix(), ...mongo };
    system = await createSystem({ ...options, env: { EXPORT_DIR: exportDir } }, cleanups);
    system.launch();
    await system.ready(120_000);
    database = createDatabase({ url: databaseUrl });
    cleanups.add(() => database.end());
  });

  const filesThere = async (): Promise<string[]> =>
    (await readdir(exportDir, { recursive: true })).filter((name) => /\.(zip|part)$/.test(name));

  test('makes the file whole after the restart, and reports it once', async () => {
    const client = clientOf(system.api, LENA);
    const { body: thread } = await client.call<ThreadResource>('POST', '/api/v1/threads', { title: 'Diary' });
    const posting = Array.from({ length: MESSAGES }, (_, index) => index);
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let index = posting.pop(); index !== undefined; index = posting.pop()) {
          await persist(client, { threadId: thread.id, key: `entry-${index}`, content: `entry ${index}` });
        }
      }),
    );

    // What the export reads in its middle cannot be read while this lock is held.
    const held = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    cleanups.add(() => release.resolve());
    const locking = inTransaction(database, async (connection) => {
      await connection.query('set local idle_in_transaction_session_timeout = 0');
      await connection.query('lock table read_1.user_threads in access exclusive mode');
      held.resolve();
      await release.promise;
    });
    await held.promise;
    const { id } = (await execute({
      type: 'privacy.export',
      input: { subject: { kind: 'user', id: 'lena' } },
    })) as PrivacyRequestResource;
    await eventually(async () => expect(await filesThere()).toEqual([expect.stringMatching(/\.part$/)]), {
      timeoutMs: 30_000,
    });
    await eventually(async () => expect(await waiting(database)).toBe(true), { timeoutMs: 30_000 });
    await system.kill();
    expect(await filesThere()).toEqual([expect.stringMatching(/\.part$/)]);
    release.resolve();
    await locking;

    system.launch();
    await system.ready(120_000);
    const row = await eventually(
      async () => {
        const { rows } = await database.query<LogRow>('select * from read_1.chat_export_logs where request_id = $1', [
          id,
        ]);
        expect(rows[0]).toMatchObject({ status: 'completed', counts: { messages: MESSAGES } });
        return rows[0]!;
      },
      { timeoutMs: 90_000 },
    );
    const [name, ...more] = await filesThere();
    expect([name, more]).toEqual([expect.stringMatching(/\.zip$/), []]);
    expect(await messagesIn(join(exportDir, name!))).toBe(MESSAGES);
    expect(await eventTypes(database)).toEqual(['CHAT_PRIVACY_EXPORT_REQUESTED', 'CHAT_PRIVACY_EXPORT_COMPLETED']);

    const response = await fetch(`${system.api}/api/v1/privacy/requests/${id}/download`, {
      headers: { authorization: `Bearer ${client.token}` },
    });
    const zip = Buffer.from(await response.arrayBuffer());
    expect([response.status, zip.length]).toEqual([200, Number(row.bytes)]);
    expect(createHash('sha256').update(zip).digest('hex')).toBe(row.sha256);
    await eventually(async () => {
      const { rows } = await database.query('select actor_type, actor_id from read_1.audit_log where event_type = $1', [
        'CHAT_PRIVACY_EXPORT_DOWNLOADED',
      ]);
      expect(rows).toEqual([{ actor_type: 'user', actor_id: 'lena' }]);
    });
  });

  /** What a route would send, in the name of lena. */
  async function execute(command: Command): Promise<unknown> {
    const forward = createForwardClient({
      signer: createForwardSigner(clusterSecrets(SECRETS), Date.now),
      allowedRanges: ['127.0.0.0/8'],
    });
    const router = createRemoteRouter({ client: forward, instances: () => Promise.resolve([system.ops]) });
    const actor: Actor = {
      tenantId: tenantId(LENA.tenant),
      id: LENA.id,
      type: 'user',
      role: 'user',
      permissions: [...ROLE_PERMISSIONS.user],
      learnerScope: [],
      expiresAt: null,
    };
    const result = await router.execute({
      actor,
      command,
      idempotencyKey: null,
      correlationId: 'e2e',
      timeoutMs: 10_000,
    });
    await forward.close();
    if (!result.ok) throw new Error(JSON.stringify(result.problem));
    return result.resource;
  }
});

/** Whether somebody waits for the lock that the test holds. */
async function waiting(database: Database): Promise<boolean> {
  const { rows } = await database.query<{ count: number }>(
    `select count(*) from pg_locks where not granted and relation = 'read_1.user_threads'::regclass`,
  );
  return (rows[0]?.count ?? 0) > 0;
}

async function eventTypes(database: Database): Promise<string[]> {
  const { rows } = await database.query<{ event_type: string }>(
    `select event_type from read_1.audit_log where stream_type = 'privacy' order by version`,
  );
  return rows.map(({ event_type }) => event_type);
}

/** Lines of the file of messages in a zip. */
async function messagesIn(path: string): Promise<number> {
  const zip = await openPromise(path);
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName !== 'messages.ndjson') continue;
    const text = (await buffer(await zip.openReadStreamPromise(entry))).toString();
    zip.close();
    return text.split('\n').filter(Boolean).length;
  }
  throw new Error('no messages in the zip');
}
