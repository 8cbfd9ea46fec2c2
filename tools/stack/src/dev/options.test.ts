import { availableParallelism } from 'node:os';
import { StackError } from '../errors';
import { parseOptions } from './options';

describe('options of npm start', () => {
  it('are the documented defaults', () => {
    const options = parseOptions([], {});
    expect(options).toMatchObject({ fresh: false, mongo: false, logs: false, given: {} });
    expect(options.ports).toEqual({
      api: 4000,
      realtime: 4001,
      grpc: 9090,
      ops: 4002,
      demo: 4003,
      projectorOps: 4004,
      kafka: 9092,
      kafkaController: 9093,
      postgres: 5433,
      mongo: 27018,
    });
    expect(options.dataDir).toMatch(/\/\.data$/);
  });

  it('come from flags and the environment', () => {
    const env = { DATA_DIR: '/elsewhere', API_PORT: '5000', DATABASE_URL: 'postgresql://db/chat', KAFKA_BROKERS: '' };
    const options = parseOptions(['--fresh', '--mongo'], env);
    expect(options).toMatchObject({ fresh: true, mongo: true, dataDir: '/elsewhere', ports: { api: 5000 } });
    expect(options.given).toEqual({ databaseUrl: 'postgresql://db/chat' });
  });

  it('say how many brokers, where the data directory does not', () => {
    expect(parseOptions([], {}).brokers).toBeUndefined();
    expect(parseOptions(['--brokers', '3'], {}).brokers).toBe(3);
  });

  it('say in how many processes the service runs, unless the environment names its roles', () => {
    expect(parseOptions(['--processes', '2'], {}).processes).toBe(2);
    expect(parseOptions(['--processes', '1'], {}).processes).toBe(1);
    expect(parseOptions([], { ROLES: 'all' }).processes).toBe(1);
    expect(parseOptions([], {}).processes).toBe(availableParallelism() < 4 ? 1 : 2);
  });

  it.each([
    [['--processes', '3'], {}, /one process or two/],
    [['--processes', '2'], { ROLES: 'worker' }, /beside ROLES/],
    [['--brokers', '2'], {}, /one broker or three/],
    [['--frseh'], {}, /--frseh/],
    [[], { API_PORT: 'http' }, /API_PORT=http/],
    [[], { KAFKA_PORT: '70000' }, /KAFKA_PORT=70000/],
  ])('are refused with a word on what is wrong: %j %j', (argv, env, message) => {
    expect(() => parseOptions(argv, env)).toThrow(StackError);
    expect(() => parseOptions(argv, env)).toThrow(message);
  });
});
