import type { Actor } from '@threadlog/auth';
import { tenantId, type Subject } from '@threadlog/events';
import { createDownloadLink } from '@threadlog/runtime';
import { mountRoutes } from '@threadlog/service';
import {
  eventually,
  serveTestApi,
  testActor,
  testAdmission,
  testToken,
  threadStory,
  type TestApi,
} from '@threadlog/testing';
import { Router } from 'express';
import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { ExportStoreError, type ExportStore } from '../export/store/port';
import { givenExports } from '../testing/exports';
import type { WorkerHttpDeps } from './deps';
import { createSlots } from './slots';
import { downloadRoutes } from './routes';

const acme = tenantId('acme');
const subject: Subject = { kind: 'learner', id: 'lena' };
const olga = testActor('olga', { role: 'admin' });

jest.setTimeout(60_000);

describe('downloading an export', () => {
  const exports = givenExports();
  let api: TestApi;
  let deps: WorkerHttpDeps;
  const slots = createSlots({ all: 4, ofTenant: 2 });
  let get: ExportStore['get'];

  beforeAll(async () => {
    const story = threadStory({ threadId: 'lesson', owner: 'tess', members: ['lena'], learnerId: 'lena' });
    story.post('tess', 'Hello');
    await exports.given(story);
    get = exports.store.get;
    deps = {
      database: exports.database(),
      sealing: exports.sealing,
      router: exports.router,
      store: { get: (name) => get(name) },
      files: exports.made().files,
      slots,
    };
    const routes = mountRoutes(Router(), downloadRoutes, { deps, admission: testAdmission(), checkReplies: true });
    api = await serveTestApi([routes]);
  });
  afterAll(() => api.close());
  beforeEach(() => void (get = exports.store.get));

  /** Puts a finished export on record and into the log. */
  async function finished(requestId: string): Promise<Buffer> {
    const { zip, outcome } = await exports.exported(subject, requestId);
    const about = { request_id: requestId, subject };
    const { expiresAt: expires_at, counts: counted, ...rest } = outcome!;
    const counts = Object.entries(counted).map(([name, count]) => ({ name, count }));
    await exports.log(subject, [
      { type: 'CHAT_PRIVACY_EXPORT_REQUESTED', data: { ...about, requested_by: 'olga' } },
      { type: 'CHAT_PRIVACY_EXPORT_COMPLETED', data: { ...about, ...rest, counts, expires_at } },
    ]);
    exports.requests.length = 0;
    return zip!;
  }
  const pathOf = (requestId: string) => `/api/v1/privacy/requests/${requestId}/download`;
  const linkFor = (requestId: string, more: { lifetimeMs?: number; until?: string } = {}) =>
    createDownloadLink(exports.sealing, {
      tenantId: acme,
      requestId,
      actor: { id: 'olga', type: 'user', role: 'user' },
      lifetimeMs: 60_000,
      until: '2999-01-01T00:00:00.000000Z',
      basePath: '',
      ...more,
    });
  const refusal = async (path: string, as?: Actor) => {
    const { status, body } = await api.get(path, as && { as });
    expect(exports.requests).toEqual([]);
    return [status, (body as { code: string }).code];
  };

  test('gives the file as it is, and tells of it in the downloader’s name first', async () => {
    const zip = await finished('r-1');
    const response = await fetch(`${api.url}${pathOf('r-1')}`, {
      headers: { authorization: `Bearer ${testToken(olga)}` },
    });
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer()).equals(zip)).toBe(true);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/zip',
      'content-length': String(zip.length),
      'content-disposition': 'attachment; filename="export-r-1.zip"',
      'cache-control': 'no-store',
      'repr-digest': `sha-256=:${createHash('sha256').update(zip).digest('base64')}:`,
      'x-content-type-options': 'nosniff',
    });
    expect(exports.requests).toEqual([
      expect.objectContaining({
        actor: olga,
        command: { type: 'privacy.report', input: { subject, requestId: 'r-1', outcome: { type: 'downloaded' } } },
      }),
    ]);
  });

  test('is for whoever asked and whoever may ask for this person, and not there for others', async () => {
    await finished('r-2');
    const allowed = [
      testActor('olga'),
      testActor('lena', { role: 'learner' }),
      testActor('gus', { role: 'guardian', learnerScope: ['lena'] }),
      testActor('root', { role: 'admin' }),
    ];
    for (const as of allowed) expect((await api.get(pathOf('r-2'), { as })).status).toBe(200);
    expect(exports.requests.map(({ actor }) => actor.id)).toEqual(['olga', 'lena', 'gus', 'root']);
    exports.requests.length = 0;
    const others = [
      testActor('eve'),
      testActor('tess', { role: 'teacher', learnerScope: '*' }),
      testActor('gus', { role: 'guardian', learnerScope: ['leo'] }),
      testActor('audrey', { role: 'auditor' }),
      testActor('root', { tenant: 'other', role: 'admin' }),
      testActor('olga', { tenant: 'other' }),
    ];
    for (const as of others) expect(await refusal(pathOf('r-2'), as)).toEqual([404, 'not_found']);
    expect(await refusal(pathOf('r-2'))).toEqual([401, 'unauthorized']);
    expect(await refusal(pathOf('missing'), olga)).toEqual([404, 'not_found']);
  });

  test('waits for the file, and ends with it', async () => {
    const about = { request_id: 'r-open', subject };
    const requested = { type: 'CHAT_PRIVACY_EXPORT_REQUESTED', data: { ...about, requested_by: 'olga' } } as const;
    await exports.log(subject, [requested]);
    expect(await refusal(pathOf('r-open'), olga)).toEqual([409, 'conflict']);
    await exports.log(subject, [
      requested,
      { type: 'CHAT_PRIVACY_EXPORT_FAILED', data: { ...about, code: 'attempts_exhausted' } },
    ]);
    expect(await refusal(pathOf('r-open'), olga)).toEqual([409, 'conflict']);
    await finished('r-expired');
    await exports
      .database()
      .query(`update threadlog.export_files set expires_at = now() where request_id = 'r-expired'`);
    expect(await refusal(pathOf('r-expired'), olga)).toEqual([410, 'gone']);
    await finished('r-dropped');
    await deps.files.ready({ tenantId: acme, requestId: 'r-dropped' });
    await exports.made().files.dropFor(acme, 'tess');
    expect(await refusal(pathOf('r-dropped'), olga)).toEqual([410, 'gone']);
    const link = await linkFor('r-dropped');
    expect(await refusal(link.url)).toEqual([410, 'gone']);
  });

  test('HEAD tells of the file, and is no download', async () => {
    const zip = await finished('r-3');
    const { status, headers, body } = await api.request('HEAD', pathOf('r-3'), { as: olga });
    expect([status, headers.get('content-length'), body]).toEqual([200, String(zip.length), null]);
    expect(exports.requests).toEqual([]);
  });

  test('by a link needs no token, and is put down to whom it was made for', async () => {
    const zip = await finished('r-4');
    const { url, expiresAt } = await linkFor('r-4');
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now());
    const response = await fetch(`${api.url}${url}`);
    expect(Buffer.from(await response.arrayBuffer()).equals(zip)).toBe(true);
    expect(exports.requests.map(({ actor }) => actor)).toEqual([
      expect.objectContaining({ id: 'olga', type: 'user', tenantId: acme, permissions: ['chat:privacy'] }),
    ]);
  });

  test('by a link ends with the link, and with the file', async () => {
    await finished('r-5');
    expect(await refusal((await linkFor('r-5', { lifetimeMs: -1_000 })).url)).toEqual([404, 'not_found']);
    const until = '2026-01-01T00:00:00.000000Z';
    const past = await linkFor('r-5', { until });
    expect(past.expiresAt).toBe('2026-01-01T00:00:00.000Z');
    expect(await refusal(past.url)).toEqual([404, 'not_found']);
  });

  test('by a link that was tampered with is not there', async () => {
    await finished('r-6');
    await finished('r-7');
    const { url } = await linkFor('r-6');
    const [said = '', code = ''] = url.split('/').at(-1)!.split('.');
    const path = (token: string) => `/api/v1/privacy/downloads/${token}`;
    const changed = (change: (claims: unknown[]) => void) => {
      const claims = JSON.parse(Buffer.from(said, 'base64url').toString()) as unknown[];
      change(claims);
      return path(`${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${code}`);
    };
    const flipped = `${code.startsWith('A') ? 'B' : 'A'}${code.slice(1)}`;
    const tampered = [
      changed((claims) => (claims[1] = 'r-7')),
      changed((claims) => (claims[2] = 4_000_000_000)),
      changed((claims) => (claims[3] = 'root')),
      changed((claims) => (claims[5] = 'admin')),
      changed((claims) => (claims[0] = 'other')),
      changed((claims) => claims.pop()),
      path(`${said}.${flipped}`),
    ];
    for (const one of tampered) expect(await refusal(one)).toEqual([404, 'not_found']);
    for (const one of [path('x'), path(`${said}.`), path(`${'a'.repeat(2_000)}.${code}`)])
      expect(await refusal(one)).toEqual([400, 'invalid_request']);
    expect((await api.get(url)).status).toBe(200);
  });

  test('makes no keys for tenants that somebody made up', async () => {
    let asked = 0;
    const spied = { ...deps, sealing: { ...exports.sealing, prepareTenant: () => Promise.resolve(void (asked += 1)) } };
    const other = await serveTestApi([
      mountRoutes(Router(), downloadRoutes, { deps: spied, admission: testAdmission() }),
    ]);
    const claims = Buffer.from(JSON.stringify(['made-up', 'r-1', 4_000_000_000, 'x', 'user', 'user'])).toString(
      'base64url',
    );
    expect((await other.get(`/api/v1/privacy/downloads/${claims}.${'A'.repeat(43)}`)).status).toBe(404);
    expect(asked).toBe(0);
    await other.close();
  });

  test('sends nothing where the log cannot be told', async () => {
    await finished('r-8');
    const refusing = {
      execute: () =>
        Promise.resolve({ ok: false as const, problem: { code: 'unavailable' as const, detail: 'nobody' } }),
    };
    const spied = { ...deps, router: refusing };
    const other = await serveTestApi([
      mountRoutes(Router(), downloadRoutes, { deps: spied, admission: testAdmission() }),
    ]);
    const { status, body } = await other.get(pathOf('r-8'), { as: olga });
    expect([status, (body as { code: string }).code]).toEqual([503, 'unavailable']);
    await other.close();
  });

  test('says that the store is away, and that a lost object is gone', async () => {
    await finished('r-9');
    get = () => Promise.reject(new ExportStoreError('unavailable', 'away'));
    expect(await refusal(pathOf('r-9'), olga)).toEqual([503, 'unavailable']);
    get = () => Promise.reject(new ExportStoreError('not_found', 'lost'));
    expect(await refusal(pathOf('r-9'), olga)).toEqual([410, 'gone']);
  });

  test('ends the stream when the client goes, and bounds how many there are', async () => {
    const zip = await finished('r-10');
    const bodies: Readable[] = [];
    get = () => {
      // Never ends by itself, so that only the client’s leaving can end it.
      const body = new Readable({ read: () => undefined });
      body.push(zip.subarray(0, 10));
      bodies.push(body);
      return Promise.resolve({ body, bytes: zip.length });
    };
    const open = () =>
      new Promise<ReturnType<typeof httpRequest>>((resolve) => {
        const sent = httpRequest(`${api.url}${pathOf('r-10')}`, {
          headers: { authorization: `Bearer ${testToken(olga)}` },
        });
        sent.on('error', () => undefined);
        sent.on('response', (response) => response.on('error', () => undefined).once('data', () => resolve(sent)));
        sent.end();
      });
    const clients = [await open(), await open()];
    expect((await api.get(pathOf('r-10'), { as: olga })).status).toBe(503);
    for (const client of clients) client.destroy();
    await eventually(() => bodies.forEach((body) => expect(body.destroyed).toBe(true)));
    await eventually(() => expect(slots.take(olga.tenantId)).not.toBeNull());
    expect(exports.requests).toHaveLength(2);
  });
});
