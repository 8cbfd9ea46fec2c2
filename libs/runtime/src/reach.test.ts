import { createLogger } from '@threadlog/service';
import { reach } from './reach';

function watched() {
  const lines: string[] = [];
  return { lines, logger: createLogger({ service: 'test', destination: { write: (line) => void lines.push(line) } }) };
}
const failing = (failures: number) => {
  let left = failures;
  return () => (left-- > 0 ? Promise.reject(new Error('connection refused')) : Promise.resolve('there'));
};

describe('reach', () => {
  it('tries until it succeeds, and logs the first failure and every tenth', async () => {
    const { lines, logger } = watched();
    const { signal } = new AbortController();
    await expect(reach('Postgres', failing(12), { logger, signal, firstDelayMs: 0 })).resolves.toBe('there');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('Postgres cannot be reached');
  });

  it('does not wait for what time does not mend', async () => {
    const { lines, logger } = watched();
    const { signal } = new AbortController();
    const options = { logger, signal, fatal: () => true };
    await expect(reach('Kafka', failing(1), options)).rejects.toThrow('connection refused');
    expect(lines).toHaveLength(0);
  });

  it('gives up when told to', async () => {
    const { logger } = watched();
    const stop = new AbortController();
    const reaching = reach('Kafka', failing(Infinity), { logger, signal: stop.signal });
    stop.abort();
    await expect(reaching).rejects.toMatchObject({ name: 'AbortError' });
  });
});
