import { ChatConfigError, configFromEnv, configOf } from './config.ts';
import { parseDuration } from './duration.ts';

const USUAL = {
  url: 'http://localhost:8080',
  timeoutMs: 10_000,
  maxRetries: 3,
  retryDelayMs: 100,
  retryBackoff: 2,
  circuitBreakerEnabled: true,
  circuitBreakerTimeoutMs: 30_000,
  circuitBreakerMaxFails: 5,
};

it.each([
  ['0', 0],
  ['10s', 10_000],
  ['100ms', 100],
  ['1.5s', 1_500],
  ['1m30s', 90_000],
  ['2h', 7_200_000],
  ['1500us', 1.5],
  ['1500µs', 1.5],
  ['1h1m1s1ms', 3_661_001],
])('reads the duration %s', (text, ms) => expect(parseDuration(text)).toBeCloseTo(ms, 9));

it.each([
  ...[
    '',
    ' ',
    '-1s',
    '+1s',
    '1e9h',
    '1e3ms',
    '10',
    '1 s',
    's',
    '1d',
    '1S',
    '.5s',
    '1.s',
    '0x10s',
    'NaNs',
    'Infinityms',
  ],
  ...['1s\n', '1,5s', '१s', `${'9'.repeat(400)}s`, `${'1s'.repeat(5_000)}`, '10s; rm'],
])('reads no duration from %p', (text) => expect(parseDuration(text)).toBeNull());

it('has the usual values where nothing is said, or nothing but blanks', () => {
  expect(configFromEnv({})).toEqual(USUAL);
  expect(configFromEnv({ CHAT_SERVICE_URL: '', CHAT_SERVICE_TIMEOUT: ' ' })).toEqual(USUAL);
  expect(configOf()).toEqual(USUAL);
});

it('reads all eight variables', () => {
  expect(
    configFromEnv({
      CHAT_SERVICE_URL: 'https://chat.example/base/',
      CHAT_SERVICE_TIMEOUT: '2s',
      CHAT_SERVICE_MAX_RETRIES: '0',
      CHAT_SERVICE_RETRY_DELAY: '0',
      CHAT_SERVICE_RETRY_BACKOFF: '1.5',
      CHAT_SERVICE_CIRCUIT_BREAKER_ENABLED: 'FALSE',
      CHAT_SERVICE_CIRCUIT_BREAKER_TIMEOUT: '1m',
      CHAT_SERVICE_CIRCUIT_BREAKER_MAX_FAILS: '1',
    }),
  ).toEqual({
    url: 'https://chat.example/base',
    timeoutMs: 2_000,
    maxRetries: 0,
    retryDelayMs: 0,
    retryBackoff: 1.5,
    circuitBreakerEnabled: false,
    circuitBreakerTimeoutMs: 60_000,
    circuitBreakerMaxFails: 1,
  });
});

it.each([
  ['CHAT_SERVICE_URL', 'ftp://chat.example'],
  ['CHAT_SERVICE_URL', 'https://user:hidden@chat.example'],
  ['CHAT_SERVICE_URL', 'https://chat.example/?hidden'],
  ['CHAT_SERVICE_URL', 'https://chat.example/#'],
  ['CHAT_SERVICE_URL', 'chat.example'],
  ['CHAT_SERVICE_TIMEOUT', '-1s'],
  ['CHAT_SERVICE_TIMEOUT', '0s'],
  ['CHAT_SERVICE_TIMEOUT', '1e9h'],
  ['CHAT_SERVICE_TIMEOUT', '25h'],
  ['CHAT_SERVICE_TIMEOUT', '999999999999999h'],
  ['CHAT_SERVICE_TIMEOUT', '10'],
  ['CHAT_SERVICE_MAX_RETRIES', '-1'],
  ['CHAT_SERVICE_MAX_RETRIES', '1.5'],
  ['CHAT_SERVICE_MAX_RETRIES', '1000'],
  ['CHAT_SERVICE_MAX_RETRIES', 'Infinity'],
  ['CHAT_SERVICE_RETRY_DELAY', '-100ms'],
  ['CHAT_SERVICE_RETRY_BACKOFF', '0.5'],
  ['CHAT_SERVICE_RETRY_BACKOFF', '1e3'],
  ['CHAT_SERVICE_CIRCUIT_BREAKER_ENABLED', 'constructor'],
  ['CHAT_SERVICE_CIRCUIT_BREAKER_TIMEOUT', '0s'],
  ['CHAT_SERVICE_CIRCUIT_BREAKER_MAX_FAILS', '0'],
])('refuses %s=%s by its name, and does not tell the value', (name, value) => {
  const told = expect(() => configFromEnv({ [name]: value }));
  told.toThrow(ChatConfigError);
  told.toThrow(name);
  told.not.toThrow('hidden');
});

it('tells all problems at once, of what a program gives too', () => {
  const given = { timeoutMs: Number.NaN, maxRetries: -1, url: 7, circuitBreakerEnabled: 'yes' } as object;
  expect(() => configOf(given)).toThrow(ChatConfigError);
  try {
    configOf(given);
  } catch (error) {
    expect((error as ChatConfigError).problems.map((line) => line.split(' ')[0])).toEqual([
      ...['url', 'timeoutMs', 'maxRetries', 'circuitBreakerEnabled'],
    ]);
  }
});
