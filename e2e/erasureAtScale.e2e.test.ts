import { scanFiles } from '@threadlog/cli';
import { compareGenerations, createGeneration, flipGeneration } from '@threadlog/projector';
import { createReceiptSigner, verifyReceipt } from '@threadlog/sealing';
import type { MessageResource, PrivacyRequestResource } from '@threadlog/events';
import { cleanupAfterAll, eventually, scale, testSeed } from '@threadlog/testing';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { comparable, exportOf } from './support/exported';
import { readLog } from './support/logTruth';
import { cli, onlookerOf, type Onlooker } from './support/operator';
import { rowsOfOthers } from './support/othersData';
import { clientOf, type Client } from './support/people';
import { ownServers, type Dump, type OwnServers } from './support/ownServers';
import { keepWriting } from './support/persistentWriter';
import { randomOf } from './support/random';
import { foundSchool, speak, type Learner, type School } from './support/school';
import { createSystem, SECRETS, type System } from './support/system';
import { readAll } from './support/watcher';

const TENANT = 'mendel-school';
const RECEIPT_SEED = Buffer.alloc(32, 9).toString('base64');
/** While keys are ended, and then by how far the deletion of messages has come. */
const KILLS = scale({ short: { byClock: 1, byProgress: 1 }, long: { byClock: 2, byProgress: 3 } });
const WRITERS = 4;
/** Of the caches of keys. An erasure waits for them twice, so that it cannot be over before it was killed. */
const KEY_CACHE_MS = 2_000;
const SEED = testSeed({ what: 'erasures' });
/** The many are in Postgres; Mongo is seen to do the same with fewer, in the long form. */
const SIZES = {
  postgres: scale({ short: { learners: 3, messages: 2_100 }, long: { learners: 20, messages: 50_000 } }),
  mongo: { learners: 4, messages: 6_000 },
};
const STORES = scale<('postgres' | 'mongo')[]>({ short: ['postgres'], long: ['postgres', 'mongo'] });

jest.setTimeout(600_000);

describe.each(STORES)('a learner of a school is erased, messages in %s', (store) => {
  const size = SIZES[store];
  const cleanups = cleanupAfterAll();
  const random = randomOf(SEED);
  let servers: OwnServers;
  let dump: Dump;
  let exportDir: string;
  let env: Record<string, string>;
  let system: System;
  let worker: System;
  let operator: Onlooker;
  let school: School;
  let teacher: Client;
  let officer: Client;
  let gone: Learner;
  let stayed: Learner;
  let request: PrivacyRequestResource;

  const directory = async (name: string): Promise<string> => {
    const made = await mkdtemp(join(tmpdir(), name));
    cleanups.add(() => rm(made, { recursive: true, force: true }));
    return made;
  };
  const processOf = (roles: string): Promise<System> => {
    const { databases, kafka } = servers;
    return createSystem({ kafkaBrokers: [kafka.url], ...databases, topicPrefix: '', roles, env }, cleanups);
  };

  beforeAll(async () => {
    servers = await ownServers(store, cleanups);
    exportDir = await directory('threadlog-e2e-exports-');
    const { databaseUrl, mongoUrl } = servers.databases;
    env = {
      ...SECRETS,
      KAFKA_BROKERS: servers.kafka.url,
      DATABASE_URL: databaseUrl,
      ...(mongoUrl && { MONGO_URL: mongoUrl }),
      EXPORT_DIR: exportDir,
      ERASURE_GRACE_HOURS: '0',
      SEALING_KEY_CACHE_MS: String(KEY_CACHE_MS),
      PRIVACY_RECEIPT_KEY: RECEIPT_SEED,
      // What processes say is looked through as well: let them say all they can.
      LOG_LEVEL: 'debug',
      ACCESS_LOG: 'info',
    };
    system = await processOf('command-api,projector,query-api,realtime');
    worker = await processOf('worker');
    school = await foundSchool(env, { tenant: TENANT, teacher: 'tess', ...size });
    teacher = clientOf(system.api, { id: 'tess', tenant: TENANT, role: 'teacher', learnerIds: '*' });
    officer = clientOf(system.api, { id: 'olga', tenant: TENANT, role: 'admin' });
    system.launch();
    // All that the school has said must have been folded and followed.
    await system.ready(180_000);
    gone = school.learners[random(size.learners)]!;
    stayed = school.learners.find((learner) => learner !== gone)!;
    operator = await onlookerOf(env, cleanups);
    await speak(system.api, TENANT, gone);
    await operator.projected(1);
  });

  test('an export is the read model, message by message', async () => {
    await worker.start();
    const { messages: exported } = await exportOf(officer, worker.api, { learnerId: stayed.id });
    const kept = [stayed.threadId, school.classRoom].map((threadId) => readAll(officer, threadId, true));
    const [own, classRoom] = await Promise.all(kept);
    const expected = [...own!, ...classRoom!.filter(({ senderId }) => senderId === stayed.id)];
    expect(expected.length).toBe(school.messagesEach);
    expect(comparable(exported)).toEqual(comparable(expected));
    await exportOf(officer, worker.api, { learnerId: gone.id });
    expect((await filesOfExports()).length).toBe(2);
    await worker.stop();
  });

  // What follows a dump and a rebuild is the same wherever messages are: the keys are in Postgres.
  if (store === 'postgres') beforeErasure();

  test('the erasure ends, under load and killed at random points', async () => {
    const before = await rowsOfOthers(operator, 1, { names: [gone.id, gone.threadId], shared: [school.classRoom] });
    expect(before.length).toBeGreaterThan(school.messagesEach * (size.learners - 1) * 2);
    const load = keepWriting(teacher, await corridor(), WRITERS);
    cleanups.add(() => load.end());
    request = (await officer.call<PrivacyRequestResource>('POST', '/api/v1/privacy/delete', { learnerId: gone.id }))
      .body;
    const byClock = Array.from({ length: KILLS.byClock }, () => null);
    const points = Array.from({ length: KILLS.byProgress }, () => random(Math.floor(school.messagesEach * 0.4)));
    for (const point of [...byClock, ...points.sort((a, b) => a - b)]) {
      worker.launch();
      if (point === null) await worker.ready(60_000).then(() => delay(random(1_000)));
      else
        await eventually(async () => expect(await deletedSoFar()).toBeGreaterThanOrEqual(point), { timeoutMs: 60_000 });
      await worker.kill();
      expect((await lookAt(request.id)).completedAt).toBeNull();
    }
    await worker.start();
    request = await eventually(
      async () => {
        const found = await lookAt(request.id);
        expect(found.completedAt).not.toBeNull();
        return found;
      },
      { timeoutMs: 120_000, intervalMs: 200 },
    );
    expect(request.status).toBe('completed');

    const acked = await load.end();
    expect(acked.length).toBeGreaterThan(0);
    await operator.projected(1);
    const there = await readAll(teacher, acked[0]!.threadId);
    expect(comparable(there)).toEqual(comparable(acked.map(({ message }) => message)));
    const after = await rowsOfOthers(operator, 1, {
      names: [gone.id, gone.threadId, acked[0]!.threadId],
      shared: [school.classRoom],
    });
    expect(changesFrom(before, after)).toEqual([]);
  });

  test('it is told once, and its receipt verifies', async () => {
    const events = await readLog([servers.kafka.url], 'chat.events.v1');
    const types = events.map(({ event_type: type }) => type);
    for (const once of ['STARTED', 'COMPLETED'])
      expect([once, types.filter((type) => type === `CHAT_PRIVACY_DELETION_${once}`).length]).toEqual([once, 1]);
    expect(types.filter((type) => type === 'CHAT_PRIVACY_SUBJECT_ERASED').length).toBe(1);
    const { body: receipt } = await officer.call('GET', `/api/v1/privacy/requests/${request.id}/receipt`);
    const { publicKey } = createReceiptSigner(RECEIPT_SEED);
    expect(verifyReceipt(receipt, publicKey)).toMatchObject({ valid: true });
    const file = join(await directory('threadlog-e2e-receipt-'), 'receipt.json');
    await writeFile(file, JSON.stringify(receipt));
    expect(await cli(env, ['receipt', 'verify', file, '--key', publicKey])).toMatchObject({ code: 0 });
  });

  test('no mark of the learner is found by search, in exports, or in any byte on disk', async () => {
    expect(await found(gone.mark)).toBe(0);
    expect(await found(stayed.mark)).toBeGreaterThan(0);
    // That of the learner is gone; another one's, in which there is nothing of the learner, is not.
    expect((await filesOfExports()).length).toBe(1);
    const { text, messages: exported } = await exportOf(officer, worker.api, { learnerId: stayed.id });
    expect(text).not.toContain(gone.mark);
    expect(exported.length).toBe(school.messagesEach);
    expect(await proof([servers.root, exportDir, dirname(system.logFile), dirname(worker.logFile)])).toEqual({
      code: 0,
      against: [],
    });
    // What is looked for in this way is found where it is: an id, which is no text.
    for (const server of ['kafka', 'postgres', ...(store === 'mongo' ? ['mongo'] : [])]) {
      const needle = [{ name: 'UTF-8', bytes: Buffer.from(request.id) }];
      const { hits } = await scanFiles({ roots: [join(servers.root, server)], needles: [needle] });
      expect([server, hits.length > 0]).toEqual([server, true]);
    }
  });

  if (store === 'postgres') afterErasure();

  function beforeErasure(): void {
    test('a dump is taken, which still has everything', async () => {
      await system.stop();
      await operator.close();
      dump = await servers.dump();
      await system.start();
      operator = await onlookerOf(env, cleanups);
    });
  }

  function afterErasure(): void {
    test('a rebuild from zero is the same, and has nothing either', async () => {
      const generation = await createGeneration(operator.database, store);
      await operator.projected(generation);
      const side = (of: number) => ({ generation: of, store: operator.messageStore(of) });
      await eventually(
        async () => expect(await compareGenerations(operator.database, side(1), side(generation))).toBe('equal'),
        { timeoutMs: 60_000 },
      );
      await flipGeneration(operator.database, generation);
      await delay(2_000);
      await expectGone();
    });

    test('a restored dump has nothing either, once it is served', async () => {
      await Promise.all([system.stop(), worker.stop()]);
      await operator.close();
      await dump.restore();
      // As it was dumped it still has the key, or the rest would prove nothing.
      expect((await proof([])).code).toBe(1);
      await system.start();
      await worker.start();
      await expectGone();
      expect(await found(gone.mark)).toBe(0);
      operator = await onlookerOf(env, cleanups);
      await operator.projected(1);
      await expectGone();
      expect(await proof([dump.root, servers.root, dirname(system.logFile), dirname(worker.logFile)])).toEqual({
        code: 0,
        against: [],
      });
    });
  }

  const corridor = async (): Promise<string> =>
    (await teacher.call<{ id: string }>('POST', '/api/v1/threads', { title: 'Corridor' })).body.id;

  async function lookAt(id: string): Promise<PrivacyRequestResource> {
    const { status, body } = await officer.call<PrivacyRequestResource>('GET', `/api/v1/privacy/requests/${id}`);
    expect(status).toBe(200);
    return body;
  }

  async function deletedSoFar(): Promise<number> {
    const { rows } = await operator.database.query<{ count: string }>(
      `select count(*) from read_1.audit_log where event_type = 'CHAT_MESSAGE_DELETED'`,
    );
    return Number(rows[0]!.count);
  }

  async function found(word: string): Promise<number> {
    const { status, body } = await officer.call<{ items: unknown[] }>('GET', `/api/v1/search?q=${word}`);
    expect(status).toBe(200);
    return body.items.length;
  }

  const filesOfExports = async (): Promise<string[]> =>
    (await readdir(exportDir, { recursive: true })).filter((name) => /\.(zip|part)$/.test(name));

  async function expectGone(): Promise<void> {
    const about = await officer.call<{ messages?: MessageResource[] }>(
      'GET',
      `/api/v1/threads/${gone.threadId}/messages?includeDeleted=true`,
    );
    expect(JSON.stringify(about.body)).not.toContain(gone.mark);
    const inClass = await readAll(officer, school.classRoom, true);
    const texts = inClass.filter(({ senderId }) => senderId === gone.id).map(({ content }) => content);
    expect(new Set(texts.filter((content) => content !== null && content !== '[erased]'))).toEqual(new Set());
    expect(inClass.find(({ senderId }) => senderId === stayed.id)!.content).toContain(stayed.mark);
  }

  /** What the operator's tool has against the erasure of the learner, looking for its mark below the given directories. */
  async function proof(roots: string[]): Promise<{ code: number; against: string[] }> {
    const args = ['privacy', 'prove', '--tenant', TENANT, '--subject', gone.id];
    if (roots.length > 0) {
      args.push('--request', request.id);
      await operator.database.query('checkpoint');
      const file = join(await directory('threadlog-e2e-needle-'), 'needle');
      await writeFile(file, gone.mark);
      args.push('--needle-file', file, ...roots.flatMap((root) => ['--scan', root]));
    }
    const { code, json, said } = await cli(env, args);
    if (json === null) throw new Error(said);
    const { checks } = json as { checks: { check: string; ok: boolean; detail: string }[] };
    return { code, against: checks.filter(({ ok }) => !ok).map(({ check, detail }) => `${check}: ${detail}`) };
  }
});

/** Rows that are not there any more, and those that are new, as they are. */
function changesFrom(before: readonly string[], after: readonly string[]): string[] {
  const [former, latter] = [new Set(before), new Set(after)];
  const gone = before.filter((row) => !latter.has(row)).map((row) => `- ${row}`);
  return [...gone, ...after.filter((row) => !former.has(row)).map((row) => `+ ${row}`)];
}
