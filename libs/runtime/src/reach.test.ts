import { ConfigError, createLogger } from '@threadlog/service';
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

  it('ends for a mistake that stays, and names it while it waits', async () => {
    const { logger, lines } = watched();
    const told: (string | null)[] = [];
    const { signal } = new AbortController();
    const mistakeOf = async () => 'KAFKA_SSL: the brokers speak TLS';
    const options = {
      logger,
      signal,
      firstDelayMs: 5,
      mistakeMs: 20,
      mistakeOf,
      tell: (line: string | null) => void told.push(line),
    };
    await expect(reach('Kafka', failing(Infinity), options)).rejects.toThrow(ConfigError);
    expect(lines[0]).toContain('KAFKA_SSL: the brokers speak TLS');
    expect(new Set(told)).toEqual(new Set(['Kafka cannot be reached: KAFKA_SSL: the brokers speak TLS']));
  });

  it('does not end for what looks like a mistake for a moment', async () => {
    const { logger } = watched();
    const told: (string | null)[] = [];
    const { signal } = new AbortController();
    let asked = 0;
    // A broker that starts: it closes connections, is away, closes connections.
    const mistakeOf = async () => (asked++ % 2 === 0 ? 'KAFKA_SSL: the brokers speak TLS' : null);
    const options = {
      logger,
      signal,
      firstDelayMs: 0,
      mistakeMs: 0,
      mistakeOf,
      tell: (line: string | null) => void told.push(line),
    };
    await expect(reach('Kafka', failing(5), options)).resolves.toBe('there');
    expect(told.at(-1)).toBeNull();
  });
});
