import { EventEmitter } from 'node:events';
import { ConfigError } from './config';
import { runMain, type MainProcess } from './runMain';

function fakeProcess() {
  const emitter = new EventEmitter();
  const exits: number[] = [];
  const written: string[] = [];
  const host: MainProcess = {
    on: (event, listener) => emitter.on(event, listener),
    off: (event, listener) => emitter.off(event, listener),
    exit: (code) => void exits.push(code),
    stderr: { write: (text) => written.push(text) },
  };
  return { host, emitter, exits, written };
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

describe('runMain', () => {
  it('stops on the first signal and exits with 0', async () => {
    const { host, emitter, exits } = fakeProcess();
    const running = runMain(untilAborted, host);
    emitter.emit('SIGTERM');
    await running;
    expect(exits).toEqual([0]);
    expect(emitter.listenerCount('SIGTERM') + emitter.listenerCount('SIGINT')).toBe(0);
  });

  it('ends at once on the second signal', async () => {
    const { host, emitter, exits } = fakeProcess();
    const never = Promise.withResolvers<void>();
    const running = runMain(() => never.promise, host);
    emitter.emit('SIGTERM');
    emitter.emit('SIGINT');
    expect(exits).toEqual([130]);
    never.resolve();
    await running;
  });

  it('exits with 78 and all problems where the configuration is wrong', async () => {
    const { host, exits, written } = fakeProcess();
    await runMain(() => Promise.reject(new ConfigError(['A: is required', 'B: must be a port'])), host);
    expect(exits).toEqual([78]);
    expect(written.join('')).toBe('The configuration is invalid:\n  A: is required\n  B: must be a port\n');
  });

  it('exits with 1 on anything else, and with 0 where it was stopped while starting', async () => {
    const failed = fakeProcess();
    await runMain(() => Promise.reject(new Error('broken')), failed.host);
    expect(failed.exits).toEqual([1]);
    expect(failed.written.join('')).toContain('broken');

    const stopped = fakeProcess();
    const running = runMain(async (signal) => {
      await untilAborted(signal);
      signal.throwIfAborted();
    }, stopped.host);
    stopped.emitter.emit('SIGINT');
    await running;
    expect(stopped.exits).toEqual([0]);
  });
});
