import { parseArgs } from 'node:util';

/** What the suite needs to know of the running system. */
export interface Options {
  /** Base URL of the API, `BASE_PATH` included. */
  url: string;
  /** URL of the Socket.io server; without it, cases about sockets are skipped. */
  realtime: string | null;
  /** HS256 secret that the system accepts tokens of. */
  secret: string;
  issuer: string | null;
  audience: string | null;
  /** Value of `X-Internal-Secret`; without it, cases of the internal API are skipped. */
  internalSecret: string | null;
  /** Cases under way at a time. */
  concurrency: number;
  /** Most milliseconds of one case. */
  timeoutMs: number;
  /** Only cases whose name contains this. */
  only: string | null;
}

export const USAGE = `npm run conformance -- --url <api> --secret <jwt secret> [options]

  --url <url>               the API, for example http://localhost:4000
  --secret <text>           AUTH_JWT_SECRET of the system
  --realtime <url>          Socket.io, for example http://localhost:4001
  --internal-secret <text>  INTERNAL_API_SECRET
  --issuer <text>           AUTH_JWT_ISSUER
  --audience <text>         AUTH_JWT_AUDIENCE
  --only <text>             cases whose name contains this
  --concurrency <n>         cases at a time (8)
  --timeout <ms>            most milliseconds of a case (90000)
`;

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Throws `UsageError` with what is wrong. */
export function parseOptions(args: readonly string[]): Options {
  const values = read(args);
  if (!values.url) throw new UsageError('--url is missing');
  if (!values.secret) throw new UsageError('--secret is missing');
  return {
    url: values.url.replace(/\/+$/, ''),
    realtime: values.realtime ?? null,
    secret: values.secret,
    issuer: values.issuer ?? null,
    audience: values.audience ?? null,
    internalSecret: values['internal-secret'] ?? null,
    concurrency: positive('--concurrency', values.concurrency),
    timeoutMs: positive('--timeout', values.timeout),
    only: values.only ?? null,
  };
}

const text = { type: 'string' } as const;

function read(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        url: text,
        realtime: text,
        secret: text,
        issuer: text,
        audience: text,
        'internal-secret': text,
        only: text,
        concurrency: { ...text, default: '8' },
        timeout: { ...text, default: '90000' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function positive(name: string, value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new UsageError(`${name} must be a positive number`);
  return number;
}
