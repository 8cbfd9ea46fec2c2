import { ConfigError } from '@threadlog/service';
import { loadStandaloneConfig, ROLE_NAMES } from './config';

const ENOUGH = {
  DATABASE_URL: 'postgresql://localhost/chat',
  AUTH_JWT_SECRET: 'q8Zt4vN1xW7cB2mK5sR9dF3gH6jL0pYa',
  CLUSTER_SECRET: 'yY2nM6kP0qR4sT8uV1wX5zA9bC3dE7fG',
  SEALING_MASTER_KEY: Buffer.from('k9J2mZ5xQ8wE1rT4yU7iO0pA3sD6fG9h').toString('base64'),
};
const RECEIPT_KEY = Buffer.from('w3E8rT5yU1iO6pA9sD2fG7hJ4kL0zX5c').toString('base64');
const load = (env: Record<string, string> = {}) =>
  loadStandaloneConfig({ ...ENOUGH, ...env }, { warn: () => undefined });
function problemsOf(env: Record<string, string>): string {
  try {
    load(env);
    return '';
  } catch (error) {
    return (error as ConfigError).problems.join('\n');
  }
}

describe('the configuration of a process with any roles', () => {
  it('needs a database and three secrets, and one more in production', () => {
    expect(load({ ENVIRONMENT: 'production', PRIVACY_RECEIPT_KEY: RECEIPT_KEY })).toMatchObject({
      ROLES: [...ROLE_NAMES],
      API_PORT: 4000,
      REALTIME_PORT: 4001,
      GRPC_PORT: 9090,
      OPS_PORT: 4002,
      OPS_HOST: '127.0.0.1',
    });
    expect(() => loadStandaloneConfig({}, { warn: () => undefined })).toThrow(ConfigError);
  });

  it.each(['OPS_TOKEN', 'OPS_REVEAL_TOKEN'] as const)(
    'takes as %s what a header can carry, and nothing weak in production',
    (name) => {
      expect(load({ [name]: 'one.of-them,another~one' })[name]).toBe('one.of-them,another~one');
      expect(problemsOf({ [name]: 'two words' })).toContain(name);
      const production = { ENVIRONMENT: 'production', PRIVACY_RECEIPT_KEY: RECEIPT_KEY };
      expect(problemsOf({ ...production, [name]: 'short' })).toContain(`${name}: must have at least 32 bytes`);
      expect(problemsOf({ ...production, [name]: 'yY2nM6kP0qR4sT8uV1wX5zA9bC3dE7fG' })).toBe('');
    },
  );

  it('wants a key for receipts in production, of the process that signs them', () => {
    const production = { ENVIRONMENT: 'production' };
    expect(problemsOf(production)).toBe('PRIVACY_RECEIPT_KEY: is required in production');
    expect(problemsOf({ ...production, ROLES: 'worker' })).toContain('PRIVACY_RECEIPT_KEY');
    expect(problemsOf({ ...production, ROLES: 'query-api,realtime' })).toBe('');
    expect(problemsOf({ ...production, PRIVACY_ENABLED: 'false' })).toBe('');
    expect(problemsOf({ PRIVACY_RECEIPT_KEY: 'no key of any kind' })).toContain('must be an Ed25519 key');
    expect(load().PRIVACY_RECEIPT_KEY).toBeUndefined();
  });

  it('bounds how long keys may be cached', () => {
    expect(load()).toMatchObject({ SEALING_KEY_CACHE_MS: 60_000, SEALING_ROTATION_DAYS: 30 });
    expect(problemsOf({ SEALING_KEY_CACHE_MS: '60001' })).toContain('SEALING_KEY_CACHE_MS');
  });

  it('starts roles in one order, however they are named', () => {
    expect(load({ ROLES: 'realtime, command-api' }).ROLES).toEqual(['command-api', 'realtime']);
    expect(load({ ROLES: 'all' }).ROLES).toEqual([...ROLE_NAMES]);
    expect(problemsOf({ ROLES: 'command-api,painter' })).toMatch(/^ROLES: must be `all` or some of/);
  });

  it('sees what no variable can tell alone', () => {
    expect(problemsOf({ AUTH_JWKS_URL: 'https://id.example/keys' })).toContain('only one of');
    expect(problemsOf({ AUTH_JWT_SECRET: '' })).toContain('one of AUTH_JWT_SECRET');
  });

  it('understands a deployment written for the older services', () => {
    const config = loadStandaloneConfig(
      {
        DB_SOURCE: 'postgresql+asyncpg://user:pass@db:5432/chat_db',
        KAFKA_BOOTSTRAP_SERVERS: 'kafka:9092',
        JWT_SECRET_KEY: ENOUGH.AUTH_JWT_SECRET,
        JWT_ALGORITHM: 'HS256',
        ENVIRONMENT: 'development',
        LOG_LEVEL: 'INFO',
        PORT: '8000',
        REDIS_URL: 'redis://localhost:6379/0',
        MAX_MESSAGES_PER_THREAD: '1000',
        CORS_ORIGINS: '["http://localhost:3000", "https://app.example.com"]',
        CLUSTER_SECRET: ENOUGH.CLUSTER_SECRET,
        SEALING_MASTER_KEY: ENOUGH.SEALING_MASTER_KEY,
      },
      { warn: () => undefined },
    );
    expect(config).toMatchObject({
      DATABASE_URL: 'postgresql://user:pass@db:5432/chat_db',
      KAFKA_BROKERS: ['kafka:9092'],
      API_PORT: 8000,
      MAX_MESSAGES_PER_THREAD: 1000,
      CORS_ORIGINS: ['http://localhost:3000', 'https://app.example.com'],
    });
  });
});
