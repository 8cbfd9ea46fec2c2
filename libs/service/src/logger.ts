import pino, { type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';

export interface LoggerOptions {
  /** `service` on every line. */
  service: string;
  level?: pino.LevelWithSilent;
  /** Where lines go; by default standard output, written in the background and flushed at exit. */
  destination?: DestinationStream;
}

/** Fields that may hold a credential or personal text; they are censored at the top and two levels down. */
const SENSITIVE = [
  'authorization',
  'cookie',
  'token',
  'accessToken',
  'secret',
  'password',
  'masterKey',
  'content',
  'title',
  'displayName',
  'display_name',
  'email',
  'metadata',
  '["x-internal-secret"]',
];

/**
 * A JSON logger: `timestamp`, `level` in capitals, `service`, `message`, and in request lines `request_id`, `tenant_id`,
 * `user_id`, `thread_id`, `duration_ms`. Use `child` for lines that share fields; log errors as `{ err }`.
 */
export function createLogger({ service, level = 'info', destination }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: { service },
      messageKey: 'message',
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label.toUpperCase() }) },
      serializers: { err: describeError },
      redact: { paths: SENSITIVE.flatMap(atEveryDepth), censor: '[redacted]' },
    },
    destination ?? pino.destination({ fd: 1, sync: false }),
  );
}

function atEveryDepth(name: string): string[] {
  const below = name.startsWith('[') ? name : `.${name}`;
  return [name, `*${below}`, `*.*${below}`];
}

/**
 * An error as it is logged: name, message, stack, code and causes. Other properties stay out: drivers put rows, queries
 * and headers there.
 */
function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const { code, cause } = error as Error & { code?: unknown };
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(code === undefined ? {} : { code }),
    ...(cause === undefined || depth >= 4 ? {} : { cause: describeError(cause, depth + 1) }),
  };
}
