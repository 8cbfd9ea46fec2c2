import type { GivenSystem } from './system';

/** What was asked for cannot be done; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Options that name a running system, for `parseArgs`. */
export const systemFlags = {
  url: { type: 'string' },
  realtime: { type: 'string' },
  secret: { type: 'string' },
  /** The issuer that `npm start` uses. */
  issuer: { type: 'string', default: 'threadlog-dev' },
} as const;

interface SystemValues {
  url?: string;
  realtime?: string;
  secret?: string;
  issuer?: string;
}

/** The system that the options name; null where they name none. Throws `UsageError` where they name it by half. */
export function givenSystemOf({ url, realtime, secret, issuer = '' }: SystemValues): GivenSystem | null {
  if (!url && !realtime && !secret) return null;
  if (!url || !realtime || !secret) throw new UsageError('--url, --realtime and --secret go together.');
  for (const each of [url, realtime]) {
    if (!URL.canParse(each)) throw new UsageError(`${each} is not a URL.`);
  }
  return { url, realtime, tokens: { secret, issuer } };
}
