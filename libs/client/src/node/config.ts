import { parseDuration } from './duration.ts';

/** What the eight variables say. */
export interface ChatServiceConfig {
  /** Of the HTTP API, with its base path if it has one. */
  url: string;
  /** Of one attempt. */
  timeoutMs: number;
  /** Further attempts after the first. */
  maxRetries: number;
  /** Longest wait before the first of them. */
  retryDelayMs: number;
  /** What the wait grows by with each. */
  retryBackoff: number;
  circuitBreakerEnabled: boolean;
  /** How long nothing is asked once the breaker is open. */
  circuitBreakerTimeoutMs: number;
  /** Failed attempts in a row that open it. */
  circuitBreakerMaxFails: number;
}

/** The configuration cannot be used as it is. `problems` name settings; no value is told, as a URL may hold a password. */
export class ChatConfigError extends Error {
  override readonly name = 'ChatConfigError';
  constructor(readonly problems: readonly string[]) {
    super(['The configuration of the chat service is invalid:', ...problems.map((line) => `  ${line}`)].join('\n'));
  }
}

interface Field<Value> {
  variable: string;
  usual: Value;
  read(text: string): Value | null;
  /** What the value has to be like, in words. */
  must: string;
  isRight(value: Value): boolean;
}
type Fields = { [Name in keyof ChatServiceConfig]: Field<ChatServiceConfig[Name]> };

/** A timer that waits longer than 2^31 ms does not wait at all; a day is enough for anybody. */
const LONGEST_MS = 86_400_000;

const duration = (variable: string, usual: number, least: number): Field<number> => ({
  variable,
  usual,
  read: parseDuration,
  must: `must be a duration from ${least}ms to 24h, such as 10s or 100ms`,
  isRight: (ms) => Number.isFinite(ms) && ms >= least && ms <= LONGEST_MS,
});

const number = (variable: string, usual: number, [least, most, isWhole]: [number, number, boolean]): Field<number> => ({
  variable,
  usual,
  read: (text) => (/^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : null),
  must: `must be a ${isWhole ? 'whole ' : ''}number from ${least} to ${most}`,
  isRight: (value) => Number.isFinite(value) && value >= least && value <= most && !(isWhole && value % 1 !== 0),
});

const FLAGS: Record<string, boolean> = { true: true, t: true, '1': true, false: false, f: false, '0': false };

const FIELDS: Fields = {
  url: {
    variable: 'CHAT_SERVICE_URL',
    usual: 'http://localhost:8080',
    read: (text) => text.replace(/\/+$/, ''),
    must: 'must be an http or https URL without user name, query and fragment',
    isRight: isBaseUrl,
  },
  timeoutMs: duration('CHAT_SERVICE_TIMEOUT', 10_000, 1),
  maxRetries: number('CHAT_SERVICE_MAX_RETRIES', 3, [0, 20, true]),
  retryDelayMs: duration('CHAT_SERVICE_RETRY_DELAY', 100, 0),
  retryBackoff: number('CHAT_SERVICE_RETRY_BACKOFF', 2, [1, 10, false]),
  circuitBreakerEnabled: {
    variable: 'CHAT_SERVICE_CIRCUIT_BREAKER_ENABLED',
    usual: true,
    read: (text) => (Object.hasOwn(FLAGS, text.toLowerCase()) ? FLAGS[text.toLowerCase()]! : null),
    must: 'must be true or false',
    isRight: (value) => typeof value === 'boolean',
  },
  circuitBreakerTimeoutMs: duration('CHAT_SERVICE_CIRCUIT_BREAKER_TIMEOUT', 30_000, 1),
  circuitBreakerMaxFails: number('CHAT_SERVICE_CIRCUIT_BREAKER_MAX_FAILS', 5, [1, 1_000, true]),
};

function isBaseUrl(text: unknown): boolean {
  if (typeof text !== 'string' || !URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '' && !/[?#\s]/.test(text);
}

/** A configuration with what is not given filled in. Throws `ChatConfigError` with all problems at once. */
export function configOf(given: Partial<ChatServiceConfig> = {}): ChatServiceConfig {
  return collect((name, field) => {
    const value = given[name] ?? field.usual;
    return field.isRight(value as never) ? { value } : { problem: `${name} ${field.must}` };
  });
}

/** The same of the environment; what is empty counts as not given. */
export function configFromEnv(env: Readonly<Record<string, string | undefined>> = process.env): ChatServiceConfig {
  return collect((_name, field) => {
    const text = env[field.variable]?.trim();
    const value = text ? field.read(text) : field.usual;
    const isRight = value !== null && field.isRight(value as never);
    return isRight ? { value } : { problem: `${field.variable} ${field.must}` };
  });
}

type Found = { value: unknown } | { problem: string };

function collect(
  find: (name: keyof Fields, field: Field<ChatServiceConfig[keyof Fields]>) => Found,
): ChatServiceConfig {
  const problems: string[] = [];
  const values = Object.entries(FIELDS).map(([name, field]) => {
    const found = find(name as keyof Fields, field as Field<ChatServiceConfig[keyof Fields]>);
    if ('problem' in found) problems.push(found.problem);
    return [name, 'value' in found ? found.value : undefined];
  });
  if (problems.length > 0) throw new ChatConfigError(problems);
  const config = Object.fromEntries(values) as ChatServiceConfig;
  return { ...config, url: config.url.replace(/\/+$/, '') };
}
