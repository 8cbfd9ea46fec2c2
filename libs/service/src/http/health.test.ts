import { createHealth } from './health';
import express, { type Router } from 'express';
import { listen, type HttpServer } from './server';
import type { HealthCheck } from '../role';

const servers: HttpServer[] = [];
async function serve(checks: HealthCheck[], timeoutMs?: number) {
  const info = { service: 'threadlog', version: '1.0.0', environment: 'test', features: ['query-api'] };
  const health = createHealth({ info, checks, timeoutMs });
  const getFrom = async (router: Router) => {
    const http = await listen(express().use(router), { host: '127.0.0.1', port: 0 });
    servers.push(http);
    return async (path: string) => {
      const response = await fetch(`${http.url}${path}`);
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
  };
  return { health, get: await getFrom(health.details), getPublic: await getFrom(health.router) };
}
afterEach(async () => void (await Promise.all(servers.splice(0).map((http) => http.close(0)))));

const ok = (name: string): HealthCheck => ({ name, check: () => undefined });

describe('health', () => {
  it('is well while all checks are', async () => {
    const { get } = await serve([ok('database'), { name: 'kafka', check: () => Promise.resolve() }]);
    const checks = { database: 'ok', kafka: 'ok' };
    expect(await get('/readyz')).toEqual({ status: 200, body: { status: 'ready', checks } });
    expect(await get('/health')).toMatchObject({
      status: 200,
      body: { status: 'healthy', service: 'threadlog', version: '1.0.0', database: 'connected', checks },
    });
    expect(await get('/')).toMatchObject({ status: 200, body: { service: 'threadlog', features: ['query-api'] } });
  });

  it('says which check fails and why, and stays alive', async () => {
    const refused: HealthCheck = { name: 'database', check: () => Promise.reject(new Error('connection refused')) };
    const starting: HealthCheck = {
      name: 'projector',
      check() {
        throw new Error('not started');
      },
    };
    const { get } = await serve([refused, starting, ok('kafka')]);
    const checks = { database: 'connection refused', projector: 'not started', kafka: 'ok' };
    expect(await get('/readyz')).toEqual({ status: 503, body: { status: 'not_ready', checks } });
    expect(await get('/health')).toMatchObject({
      status: 503,
      body: { status: 'unhealthy', database: 'disconnected' },
    });
    expect((await get('/livez')).status).toBe(200);
  });

  it('is ready without what is not vital, and names it', async () => {
    const mongo = { name: 'mongo', vital: false, check: () => Promise.reject(new Error('no server answers')) };
    const { get } = await serve([ok('kafka'), mongo]);
    const checks = { kafka: 'ok', mongo: 'no server answers' };
    expect(await get('/readyz')).toEqual({ status: 200, body: { status: 'ready', checks } });
  });

  it('tells operators what waits for them though all is well, and nobody else', async () => {
    const { get, getPublic } = await serve([
      { ...ok('projector'), note: () => '2 parked' },
      { ...ok('a'), note: () => null },
    ]);
    expect(await get('/readyz')).toEqual({
      status: 200,
      body: { status: 'ready', checks: { projector: 'ok', a: 'ok' }, notes: { projector: '2 parked' } },
    });
    expect(await getPublic('/readyz')).toEqual({ status: 200, body: { status: 'ready' } });
  });

  it('tells the public whether, never why: neither addresses nor offsets nor which parts there are', async () => {
    const secret = 'connect ECONNREFUSED 10.1.2.3:5432, partition 7 at offset 4711';
    const { getPublic } = await serve([
      { name: 'database', check: () => Promise.reject(new Error(secret)) },
      { name: 'projector', check: () => Promise.reject(new Error(secret)) },
      ok('kafka'),
    ]);
    expect(await getPublic('/readyz')).toEqual({ status: 503, body: { status: 'not_ready' } });
    const health = await getPublic('/health');
    expect(Object.keys(health.body).sort()).toEqual(
      ['database', 'environment', 'service', 'status', 'timestamp', 'uptime_seconds', 'version'].sort(),
    );
    expect(health).toMatchObject({ status: 503, body: { status: 'unhealthy', database: 'disconnected' } });
    for (const path of ['/readyz', '/health', '/livez', '/']) {
      expect(JSON.stringify(await getPublic(path))).not.toMatch(/10\.1\.2\.3|4711|projector/);
    }
  });

  it('does not wait for a check that does not come back', async () => {
    const { get } = await serve([{ name: 'kafka', check: () => new Promise(() => undefined) }], 10);
    expect((await get('/readyz')).body).toMatchObject({ checks: { kafka: 'no answer within 10 ms' } });
  });

  it('asks once however many probes there are', async () => {
    let asked = 0;
    const { get } = await serve([{ name: 'database', check: () => void (asked += 1) }]);
    await Promise.all(Array.from({ length: 20 }, () => get('/readyz')));
    expect(asked).toBe(1);
  });

  it('is not ready any more once it drains', async () => {
    const { health, get } = await serve([ok('database')]);
    expect((await get('/readyz')).status).toBe(200);
    health.drain();
    expect(await get('/readyz')).toMatchObject({ status: 503, body: { status: 'draining' } });
    expect((await get('/livez')).status).toBe(200);
  });
});
