import { hostname } from 'node:os';
import { openOps } from './ops';

const closers: (() => Promise<void>)[] = [];
const open = (rest: { OPS_HOST?: string; OPS_URL?: string } = {}) =>
  openOps({ OPS_HOST: '127.0.0.1', OPS_PORT: 0, OPS_URL: undefined, ...rest }, (close) => void closers.push(close));
afterEach(async () => void (await Promise.all(closers.splice(0).map((close) => close()))));

describe('the operations port', () => {
  it('is alive and not ready until there is something to serve', async () => {
    const ops = await open();
    expect((await fetch(`${ops.http.url}/livez`)).status).toBe(200);
    expect((await fetch(`${ops.http.url}/readyz`)).status).toBe(503);
    ops.tell('Kafka cannot be reached: KAFKA_SSL: …');
    const starting = await fetch(`${ops.http.url}/readyz`);
    expect(await starting.json()).toEqual({ status: 'starting', waitsFor: 'Kafka cannot be reached: KAFKA_SSL: …' });
    ops.serve((_request, response) => response.end('served'));
    expect(await (await fetch(`${ops.http.url}/readyz`)).text()).toBe('served');
  });

  it('tells others an address that they can reach', async () => {
    const near = await open();
    expect(near.opsUrl).toBe(`http://127.0.0.1:${near.http.port}`);
    const everywhere = await open({ OPS_HOST: '0.0.0.0' });
    expect(everywhere.opsUrl).toBe(`http://${hostname()}:${everywhere.http.port}`);
    expect((await open({ OPS_URL: 'http://pod-1:4002/' })).opsUrl).toBe('http://pod-1:4002');
  });
});
