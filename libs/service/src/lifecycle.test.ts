import { runServices, StopTimeoutError, type Service } from './lifecycle';
import { createLogger } from './logger';

const logger = createLogger({ service: 'test', level: 'silent' });

function recorded(name: string, log: string[], onStop: () => Promise<void> = async () => undefined): Service {
  return {
    name,
    async run(signal) {
      log.push(`${name} starts`);
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      await onStop();
      log.push(`${name} ends`);
    },
  };
}

describe('runServices', () => {
  it('starts in order and stops in reverse order, each after the one before it has ended', async () => {
    const log: string[] = [];
    const stop = new AbortController();
    const slow = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
    const services = [recorded('database', log), recorded('lanes', log, slow), recorded('http', log, slow)];
    const running = runServices(services, { signal: stop.signal, logger });
    stop.abort();
    stop.abort();
    await running;
    expect(log).toEqual([
      ...['database starts', 'lanes starts', 'http starts'],
      ...['http ends', 'lanes ends', 'database ends'],
    ]);
  });

  it('stops all when one fails, and rejects with its cause', async () => {
    const log: string[] = [];
    const cause = new Error('port taken');
    const failing: Service = { name: 'http', run: () => Promise.reject(cause) };
    const running = runServices([recorded('lanes', log), failing], { signal: new AbortController().signal, logger });
    await expect(running).rejects.toBe(cause);
    expect(log).toEqual(['lanes starts', 'lanes ends']);
  });

  it('takes a service that throws at once, or ends unasked, for failed', async () => {
    const { signal } = new AbortController();
    const throwing: Service = {
      name: 'a',
      run: () => {
        throw new Error('at once');
      },
    };
    await expect(runServices([throwing], { signal, logger })).rejects.toThrow('at once');
    const ending: Service = { name: 'b', run: () => Promise.resolve() };
    await expect(runServices([ending], { signal, logger })).rejects.toThrow('b ended without being told to');
  });

  it('gives up on what does not end in time, names it, and still tells the others to stop', async () => {
    const log: string[] = [];
    const stop = new AbortController();
    const stuck: Service = { name: 'stuck', run: () => new Promise(() => undefined) };
    const running = runServices([recorded('lanes', log), stuck], { signal: stop.signal, logger, stopTimeoutMs: 20 });
    stop.abort();
    await expect(running).rejects.toMatchObject({
      name: 'StopTimeoutError',
      services: expect.arrayContaining(['stuck']),
    });
    await expect(running).rejects.toBeInstanceOf(StopTimeoutError);
    expect(log).toContain('lanes ends');
  });
});
