import { z } from 'zod';

/** What `loadConfig` and the documentation read off a field besides its description. */
export interface FieldMeta {
  /** May come from a file; `key` is checked for strength in production, `url` only hides its value. */
  secret?: 'key' | 'url';
}

/** A key or password; `NAME_FILE` works too. */
export const secret = () => z.string().meta({ secret: 'key' } satisfies FieldMeta);

/** A number of the given range; whole. */
export const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^-?\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max));

/** A port; 0 takes a free one. */
export const port = () => integer(0, 65_535);

const TRUE = ['true', '1', 'yes', 'on'];
const FALSE = ['false', '0', 'no', 'off'];
export const flag = () =>
  z
    .string()
    .toLowerCase()
    .refine((text) => TRUE.includes(text) || FALSE.includes(text), 'must be true or false')
    .transform((text) => TRUE.includes(text));

/** Items separated by commas, or a JSON array of strings. */
export const list = () =>
  z.string().transform((text, context) => {
    if (!text.startsWith('[')) {
      return text
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean);
    }
    const parsed = z.array(z.string()).safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    context.addIssue({ code: 'custom', message: 'must be a comma-separated list or a JSON array of strings' });
    return z.NEVER;
  });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `*`, or origins as browsers send them, without a path. */
export const origins = () =>
  list().transform((items, context) =>
    items.map((item) => {
      if (item === '*') return item;
      if (URL.canParse(item) && /^https?:/.test(item)) return new URL(item).origin;
      context.addIssue({ code: 'custom', message: 'must be * or origins like https://app.example.com' });
      return z.NEVER;
    }),
  );

/** `host:port` pairs; a listener's scheme in front is dropped. */
export const brokers = () =>
  list()
    .transform((items) => items.map((item) => item.replace(/^[A-Za-z_]+:\/\//, '')))
    .pipe(z.array(z.string().regex(/^[^:\s]+:\d+$|^\[.+\]:\d+$/, 'must be host:port')).min(1, 'must name a broker'));

/** A PostgreSQL URL; a driver named in the scheme (`postgresql+asyncpg://`) is dropped. */
export const postgresUrl = () =>
  z
    .string()
    .transform((text) => text.replace(/^postgres(?:ql)?(?:\+\w+)?:\/\//, 'postgresql://'))
    .refine((text) => text.startsWith('postgresql://'), 'must be a postgresql:// URL')
    .meta({ secret: 'url' } satisfies FieldMeta);

/** So many requests in so many seconds. */
export interface Rate {
  points: number;
  seconds: number;
}

const RATE = /^(\d+)\s*\/\s*(\d+)?\s*(s|sec|second|m|min|minute|h|hour)s?$/i;
const UNIT_SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600 };

/** `60/1m`, `500/15m`, `10/s`; `off` or `0` for no limit, which is null. */
export const rate = () =>
  z.string().transform((text, context): Rate | null => {
    if (/^(off|0|none)$/i.test(text)) return null;
    const [, points, count, unit] = RATE.exec(text) ?? [];
    const seconds = Number(count ?? 1) * (UNIT_SECONDS[(unit ?? '').charAt(0).toLowerCase()] ?? 0);
    if (Number(points) > 0 && seconds > 0) return { points: Number(points), seconds };
    context.addIssue({ code: 'custom', message: 'must look like 60/1m or 500/15m, or be off' });
    return z.NEVER;
  });

const ENVIRONMENTS: Record<string, 'development' | 'test' | 'staging' | 'production'> = {
  dev: 'development',
  development: 'development',
  local: 'development',
  test: 'test',
  stage: 'staging',
  staging: 'staging',
  prod: 'production',
  production: 'production',
};

export const environment = () =>
  z.string().transform((text, context) => {
    const known = ENVIRONMENTS[text.toLowerCase()];
    if (known) return known;
    context.addIssue({ code: 'custom', message: 'must be development, test, staging or production' });
    return z.NEVER;
  });

const LEVELS = { warning: 'warn', critical: 'fatal', off: 'silent' } as Record<string, string>;
export const logLevel = () =>
  z
    .string()
    .toLowerCase()
    .transform((text) => LEVELS[text] ?? text)
    .pipe(z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']));
