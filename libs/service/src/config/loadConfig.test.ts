import { z } from 'zod';
import { ConfigError } from './errors';
import { secret } from './fields';
import { corsConfig, databaseConfig, httpConfig, kafkaConfig, logConfig, rateLimitConfig } from './fragments';
import { loadConfig, type LoadConfigOptions } from './loadConfig';

const schema = z.object({
  ...logConfig,
  ...httpConfig,
  ...kafkaConfig,
  ...databaseConfig,
  ...rateLimitConfig,
  ...corsConfig,
  AUTH_JWT_SECRET: secret().optional(),
});
const DATABASE_URL = 'postgresql://u:p@localhost/chat';

function load(env: Record<string, string>, options: LoadConfigOptions = {}) {
  const warnings: string[] = [];
  const config = loadConfig(schema, { DATABASE_URL, ...env }, { warn: (line) => warnings.push(line), ...options });
  return { ...config, warnings };
}

function problemsOf(env: Record<string, string>, options?: LoadConfigOptions): readonly string[] {
  try {
    load(env, options);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('loadConfig', () => {
  it('has working defaults', () => {
    expect(load({})).toMatchObject({
      ENVIRONMENT: 'development',
      LOG_LEVEL: 'info',
      API_PORT: 4000,
      OPS_HOST: '127.0.0.1',
      KAFKA_BROKERS: ['localhost:9092'],
      CHAT_PARTITIONS: 12,
      RATE_LIMIT_IP: { points: 60, seconds: 60 },
      RATE_LIMIT_ACTOR: { points: 500, seconds: 900 },
      RATE_LIMIT_AGENT: { points: 3_000, seconds: 900 },
      RATE_LIMIT_TENANT: null,
      CORS_ORIGINS: ['*'],
      warnings: [],
    });
  });

  it('reports all problems at once, and never a value', () => {
    const problems = problemsOf({
      DATABASE_URL: 'mysql://user:hunter2@x',
      API_PORT: 'eighty',
      ENABLE_RATE_LIMITING: 'maybe',
    });
    expect(problems).toEqual([
      'API_PORT: must be a whole number',
      'DATABASE_URL: must be a postgresql:// URL',
      'ENABLE_RATE_LIMITING: must be true or false',
    ]);
    expect(problemsOf({ DATABASE_URL: '' })).toEqual(['DATABASE_URL: is required']);
  });

  it.each([
    ['KAFKA_BOOTSTRAP_SERVERS', 'PLAINTEXT://a:1, b:2', 'KAFKA_BROKERS', ['a:1', 'b:2']],
    ['DB_SOURCE', 'postgresql+asyncpg://u:p@h/d', 'DATABASE_URL', 'postgresql://u:p@h/d'],
    ['MONGODB_URI', 'mongodb://h/d', 'MONGO_URL', 'mongodb://h/d'],
    ['JWT_SECRET_KEY', 'k', 'AUTH_JWT_SECRET', 'k'],
    ['JWT_SECRET', 'k', 'AUTH_JWT_SECRET', 'k'],
    [
      'ALLOWED_ORIGINS',
      'https://a.example,http://b.example:81/',
      'CORS_ORIGINS',
      ['https://a.example', 'http://b.example:81'],
    ],
    ['SOCKET_CORS_ORIGINS', '["https://a.example"]', 'CORS_ORIGINS', ['https://a.example']],
    ['PORT', '8000', 'API_PORT', 8000],
    ['METRICS_PORT', '9090', 'OPS_PORT', 9090],
    ['HTTP_SERVER_ADDRESS', '0.0.0.0:8080', 'API_PORT', 8080],
    ['HTTP_SERVER_ADDRESS', '[::1]:8080', 'API_HOST', '::1'],
    ['HTTP_SERVER_ADDRESS', ':8080', 'API_HOST', '0.0.0.0'],
    ['LOG_LEVEL', 'WARNING', 'LOG_LEVEL', 'warn'],
    ['ENVIRONMENT', 'prod', 'ENVIRONMENT', 'production'],
  ])('understands %s=%s', (name, value, canonical, expected) => {
    const env: Record<string, string> =
      canonical === 'DATABASE_URL' ? { DATABASE_URL: '', [name]: value } : { [name]: value };
    expect(load(env)[canonical as 'API_PORT']).toEqual(expected);
  });

  it('lets the canonical name win, and refuses aliases that contradict each other', () => {
    const { API_PORT, warnings } = load({ API_PORT: '1', PORT: '2' });
    expect(API_PORT).toBe(1);
    expect(warnings).toEqual(['PORT is ignored: API_PORT is set to something else']);
    expect(problemsOf({ JWT_SECRET: 'a', JWT_SECRET_KEY: 'b' })).toEqual([
      'AUTH_JWT_SECRET: JWT_SECRET_KEY and JWT_SECRET are both set and differ; set AUTH_JWT_SECRET',
    ]);
    expect(problemsOf({ JWT_SECRET: 'a', JWT_SECRET_KEY: 'a' })).toEqual([]);
  });

  it('warns of variables for things that are not here', () => {
    const { warnings } = load({ REDIS_URL: 'redis://x', OUTBOX_BATCH_SIZE: '100' });
    expect(warnings).toEqual([
      expect.stringMatching(/^OUTBOX_BATCH_SIZE is/),
      expect.stringMatching(/^REDIS_URL is ignored/),
    ]);
  });

  it('reads secrets from files, under their older names too', () => {
    const files: Record<string, string> = { '/run/a': 'from-file\n', '/run/db': 'postgres://f/d' };
    const readFile = (path: string) => {
      const text = files[path];
      if (text === undefined) throw Object.assign(new Error('no'), { code: 'ENOENT' });
      return text;
    };
    expect(load({ AUTH_JWT_SECRET_FILE: '/run/a' }, { readFile }).AUTH_JWT_SECRET).toBe('from-file');
    expect(load({ JWT_SECRET_FILE: '/run/a' }, { readFile }).AUTH_JWT_SECRET).toBe('from-file');
    expect(load({ DATABASE_URL: '', DATABASE_URL_FILE: '/run/db' }, { readFile }).DATABASE_URL).toBe(
      'postgresql://f/d',
    );
    expect(problemsOf({ AUTH_JWT_SECRET_FILE: '/run/none' }, { readFile })).toEqual([
      'AUTH_JWT_SECRET: cannot read AUTH_JWT_SECRET_FILE (ENOENT)',
    ]);
    expect(problemsOf({ AUTH_JWT_SECRET: 'x', AUTH_JWT_SECRET_FILE: '/run/a' }, { readFile })).toEqual([
      'AUTH_JWT_SECRET: both AUTH_JWT_SECRET and AUTH_JWT_SECRET_FILE are set',
    ]);
    // Only secrets come from files.
    expect(load({ API_PORT_FILE: '/run/a' }, { readFile }).API_PORT).toBe(4000);
  });

  it.each([
    'your-super-secret-jwt-key-that-is-long-enough',
    'development-only-jwt-secret-never-deploy',
    'short',
    'a'.repeat(40),
  ])('refuses the secret %s in production only', (value) => {
    expect(problemsOf({ AUTH_JWT_SECRET: value })).toEqual([]);
    const problems = problemsOf({ AUTH_JWT_SECRET: value, ENVIRONMENT: 'production' });
    expect(problems).toEqual([expect.stringMatching(/^AUTH_JWT_SECRET: /)]);
    expect(problems.join()).not.toContain(value);
  });

  it('takes a strong secret in production', () => {
    const strong = 'q8Zt4vN1xW7cB2mK5sR9dF3gH6jL0pYa';
    expect(load({ AUTH_JWT_SECRET: strong, ENVIRONMENT: 'production' }).AUTH_JWT_SECRET).toBe(strong);
  });

  it.each([
    ['10/s', { points: 10, seconds: 1 }],
    ['500/15m', { points: 500, seconds: 900 }],
    ['60/minute', { points: 60, seconds: 60 }],
    ['off', null],
  ])('reads the rate %s', (text, expected) => expect(load({ RATE_LIMIT_IP: text }).RATE_LIMIT_IP).toEqual(expected));

  it.each(['60', '60/1d', 'x/1m', '-1/1m'])('refuses the rate %s', (text) =>
    expect(problemsOf({ RATE_LIMIT_IP: text })).toHaveLength(1),
  );
});
