import { mkdtempSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { partitionOfKey, recordKey, tenantId, type ThreadResource } from '@threadlog/events';
import { deploymentStatus } from '@threadlog/runtime';
import { createApp, createHealth, createLogger, createMetrics, createRateLimits, listen } from '@threadlog/service';
import { cleanupAfterAll, eventually, testActor } from '@threadlog/testing';
import { consolePage } from './console/page';
import { operatorRoutes } from './console/routes';
import { operatorOf } from './testing/operator';
import { givenStandalone } from './testing/standalone';

const TOKEN = 'operator-token-of-this-test-0123456789';
const system = givenStandalone({ OPS_TOKEN: `${TOKEN},the-token-that-is-rotated-in-9876543210` });
const cleanups = cleanupAfterAll();
const ada = testActor('ada', { tenant: 'console' });

const ops = operatorOf(system, TOKEN);

/** A thread with a record in its stream that nobody can read; resolves with its key and the record's place. */
async function parked(headers: Record<string, string> = {}): Promise<{ key: string; offset: number }> {
  // The owner of a partition gives it up and takes it again where somebody else appended to it.
  const { id } = await eventually(async () => {
    const made = await system.as(ada).call('POST', '/api/v1/threads', { participantIds: ['ben'] });
    expect(made.status).toBe(201);
    return made.body as ThreadResource;
  });
  const { log, database } = system.runtime();
  const key = recordKey({ tenantId: tenantId('console'), type: 'thread', id });
  const partition = partitionOfKey(key, log.partitions);
  const { rows } = await database.query<{ epoch: number }>(
    'select epoch from threadlog.partition_leases where partition = $1',
    [partition],
  );
  const appender = await log.openAppender();
  const { baseOffset: offset } = await appender.append(partition, [
    { key, value: Buffer.from('{"secret words'), headers: { epoch: String(rows[0]!.epoch), ...headers } },
  ]);
  await appender.close();
  await eventually(async () =>
    expect((await ops('GET', `/ops/quarantine/records?key=${encodeURIComponent(key)}`)).body).toMatchObject({
      records: [{ offset }],
    }),
  );
  return { key, offset };
}

describe('the door of the operations port', () => {
  it.each(operatorRoutes.map(({ method, path }) => [method.toUpperCase(), path]))(
    'lets nobody without the token into %s %s',
    async (method, path) => {
      for (const token of ['', 'wrong', TOKEN.slice(0, -1), `${TOKEN}x`, `${TOKEN},x`]) {
        const { status, headers, text } = await ops(method, path, { token });
        expect({ token, status }).toEqual({ token, status: 401 });
        expect(headers.get('www-authenticate')).toBe('Bearer');
        expect(text).not.toContain(TOKEN.slice(0, 10));
      }
    },
  );

  it('takes each of two tokens, and lets no cache keep an answer', async () => {
    const { status, headers } = await ops('GET', '/ops/health', { token: 'the-token-that-is-rotated-in-9876543210' });
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('is not on the API port', async () => {
    for (const path of ['/console', '/ops/health'])
      expect((await system.request('GET', path, { token: TOKEN })).status).toBe(404);
  });
});

describe('what an operator sees and does', () => {
  it('finds processes, owners and lag', async () => {
    await eventually(async () => {
      const { status, body } = await ops('GET', '/ops/health');
      expect({ status, body }).toMatchObject({
        status: 200,
        body: {
          self: { ready: true, checks: { database: 'ok', kafka: 'ok' } },
          deployment: { generation: 1, losses: [], partitions: [{ partition: 0 }, { partition: 1 }, { partition: 2 }] },
        },
      });
      const { self, deployment } = body as { self: { id: string }; deployment: Record<string, object[]> };
      const own = deployment.processes!.find((one) => (one as { id: string }).id === self.id);
      expect(own).toMatchObject({
        ready: true,
        roles: expect.arrayContaining(['projector', 'command-api']) as string[],
        url: system.runtime().opsUrl,
        memory: { used: expect.any(Number) },
      });
      for (const one of deployment.partitions!)
        expect(one).toMatchObject({ owner: system.runtime().opsUrl, lagRecords: 0, lagSeconds: 0 });
    });
  });

  it('says how old the oldest event is that reads lack', async () => {
    const { database, log } = system.runtime();
    await parked();
    // As where nothing was read yet: the records are in the log, and no checkpoint is behind them.
    const query = async (text: string, values?: unknown[]) => {
      const result = await database.query(text, values);
      return text.includes('.checkpoints') ? { ...result, rows: [] } : result;
    };
    const behind = Object.assign(Object.create(database) as typeof database, { query });
    const { partitions } = await deploymentStatus({ database: behind, log });
    const lagging = partitions.filter(({ lagRecords }) => lagRecords > 0);
    expect(lagging.length).toBeGreaterThan(0);
    for (const one of lagging) {
      expect(one.lagRecords).toBe(one.head);
      expect(one.lagSeconds).toBeGreaterThanOrEqual(0);
      expect(one.lagSeconds).toBeLessThan(600);
    }
  });

  it('shows what is parked, where and why, and nothing of what is in it', async () => {
    const { key, offset } = await parked({ ce_type: 'said <b>by</b> a stranger', note: 'more secret words' });
    const list = await ops('GET', '/ops/quarantine');
    expect(list.body).toMatchObject({ generation: 1, next: null });
    expect(list.body.streams).toContainEqual(
      expect.objectContaining({ key, firstOffset: offset, records: 1, parked: true, closed: false }),
    );
    const records = await ops('GET', `/ops/quarantine/records?key=${encodeURIComponent(key)}`);
    expect(records.body).toMatchObject({
      key,
      records: [{ offset, type: null, time: null, bytes: 14, discarded: false }],
      discarded: [],
      more: false,
    });
    for (const { text } of [list, records]) expect(text).not.toMatch(/secret words|stranger/);
  });

  it('shows what nobody can read for what it is', async () => {
    const { key, offset } = await parked();
    const list = await ops('GET', `/ops/log?tenant=console&text=${encodeURIComponent(key)}`);
    const row = (list.body.rows as { partition: number; offset: number }[]).find((one) => one.offset === offset)!;
    expect(row).toMatchObject({ standing: 'unreadable', type: null, tenant: null, stream: null, actor: null });
    const { body, text } = await ops('GET', `/ops/log/record?partition=${row.partition}&offset=${offset}`);
    expect(body).toMatchObject({ data: null, fault: expect.any(String) });
    expect(text).not.toContain('secret words');
  });

  it('says why a stream cannot go on, discards a record for a reason that is kept, and the stream goes on', async () => {
    const { key, offset } = await parked();
    const replay = await ops('POST', '/ops/quarantine/replay', { body: { key } });
    expect(replay).toMatchObject({
      status: 409,
      body: { code: 'conflict', detail: expect.stringContaining(String(offset)) },
    });
    const discard = { key, offset, by: 'olga', reason: 'cut off by a crash' };
    for (const wrong of [{ reason: ' ' }, { by: '' }, { reason: 'two\nlines' }, { offset: -1 }, { key: '' }])
      expect(await ops('POST', '/ops/quarantine/discard', { body: { ...discard, ...wrong } })).toMatchObject({
        status: 400,
      });
    expect(await ops('POST', '/ops/quarantine/discard', { body: { ...discard, offset: offset + 1 } })).toMatchObject({
      status: 409,
    });
    expect(await ops('POST', '/ops/quarantine/discard', { body: discard })).toMatchObject({
      status: 200,
      body: { outcomes: [{ generation: 1, stillParked: null }] },
    });
    const after = await ops('GET', `/ops/quarantine/records?key=${encodeURIComponent(key)}`);
    expect(after.body).toMatchObject({
      records: [],
      discarded: [{ offset, by: 'olga', reason: 'cut off by a crash' }],
    });
    expect(await ops('POST', '/ops/quarantine/replay', { body: { key } })).toMatchObject({ status: 404 });
  });

  it('discards what takes something away only where that is meant', async () => {
    const { key, offset } = await parked({ ce_type: 'CHAT_PARTICIPANT_REMOVED' });
    expect((await ops('GET', '/ops/quarantine')).body.streams).toContainEqual(
      expect.objectContaining({ key, closed: true }),
    );
    const discard = { key, offset, by: 'olga', reason: 'meant' };
    expect(await ops('POST', '/ops/quarantine/discard', { body: discard })).toMatchObject({ status: 409 });
    expect(await ops('POST', '/ops/quarantine/discard', { body: { ...discard, force: true } })).toMatchObject({
      status: 200,
    });
  });

  it.each(['', 'k=%00', 'key=', 'key=%00', `key=${'k'.repeat(1_001)}`, 'key=%ED%A0%80'])(
    'takes no key that there cannot be: %s',
    async (query) => expect((await ops('GET', `/ops/quarantine/records?${query}`)).status).toBe(400),
  );

  it('answers in pages', async () => {
    const { database } = system.runtime();
    await database.query(
      `insert into read_1.quarantine (partition, log_offset, record_key, reason, value, headers)
       select n % 3, 1000000 + n / 3, 'many/thread/' || n % 3 || '/' || n / 6, repeat('r', 2000), '', '{}'
       from generate_series(0, 719) n`,
    );
    try {
      const keys: string[] = [];
      let after = '';
      do {
        const { body } = await ops('GET', `/ops/quarantine${after && `?after=${encodeURIComponent(after)}`}`);
        const { streams, next } = body as { streams: { key: string; reason: string }[]; next: string | null };
        expect(streams.length).toBeLessThanOrEqual(50);
        for (const { reason } of streams) expect(reason.length).toBeLessThanOrEqual(1_000);
        keys.push(...streams.map(({ key }) => key));
        after = next ?? '';
      } while (after !== '');
      expect(keys.filter((key) => key.startsWith('many/'))).toHaveLength(360);
      expect(new Set(keys).size).toBe(keys.length);
    } finally {
      await database.query(`delete from read_1.quarantine where record_key like 'many/%'`);
    }
  });
});

describe('the page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'threadlog-console-'));
  cleanups.add(() => rm(folder, { recursive: true, force: true }));

  it('is served to anybody, by a policy that lets nothing in but its own files; and is looked for again where it was not built', async () => {
    const metrics = createMetrics({ defaults: false });
    const app = createApp({
      logger: createLogger({ service: 'test', level: 'silent' }),
      metrics,
      config: { BASE_PATH: '', TRUST_PROXY: 0, ACCESS_LOG: 'off', CORS_ORIGINS: [] },
      health: createHealth({ info: { service: 'test', version: '1' }, checks: [] }),
      limits: createRateLimits({ rates: { ip: null, actor: null, agent: null, tenant: null } }),
      routers: [consolePage(join(folder, 'dist'))],
    });
    const server = await listen(app, { host: '127.0.0.1', port: 0 });
    cleanups.add(() => server.close(1_000));
    expect((await fetch(`${server.url}/console`)).status).toBe(404);

    await mkdir(join(folder, 'dist', 'assets'), { recursive: true });
    writeFileSync(join(folder, 'secret.txt'), 'not for the page');
    writeFileSync(join(folder, 'dist', 'index.html'), '<title>Console</title>');
    writeFileSync(join(folder, 'dist', 'assets', 'a.js'), 'void 0');
    const page = await fetch(`${server.url}/console`);
    expect([page.status, await page.text()]).toEqual([200, '<title>Console</title>']);
    expect(page.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect([page.headers.get('x-content-type-options'), page.headers.get('referrer-policy')]).toEqual([
      'nosniff',
      'no-referrer',
    ]);
    expect(page.headers.get('cache-control')).toBe('no-store');
    const script = await fetch(`${server.url}/console/assets/a.js`);
    expect([script.status, script.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
    for (const path of [
      '/console/assets/b.js',
      '/console/..%2fsecret.txt',
      '/console/%2e%2e/secret.txt',
      '/console/../secret.txt',
    ])
      expect((await fetch(`${server.url}${path}`)).status).toBe(404);
  });
});
