import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const make = {
  AUTH_JWT_SECRET: () => randomBytes(48).toString('base64url'),
  INTERNAL_API_SECRET: () => randomBytes(32).toString('base64url'),
  CLUSTER_SECRET: () => randomBytes(32).toString('base64url'),
  AGENT_SERVICE_SECRET: () => randomBytes(32).toString('base64url'),
  OPS_TOKEN: () => randomBytes(32).toString('base64url'),
  OPS_REVEAL_TOKEN: () => randomBytes(32).toString('base64url'),
  PRIVACY_RECEIPT_KEY: () => randomBytes(32).toString('base64'),
  SEALING_MASTER_KEY: () => randomBytes(32).toString('base64'),
};

export type Secrets = Record<keyof typeof make, string>;

/**
 * The secrets of this data directory, made once and readable by their owner only. They go with the data: without the
 * master key, what it holds cannot be read.
 */
export const loadSecrets = (file: string): Secrets => {
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>) : {};
  const names = Object.keys(make) as (keyof typeof make)[];
  const secrets = Object.fromEntries(names.map((name) => [name, known[name] ?? make[name]()])) as Secrets;
  if (names.some((name) => known[name] === undefined)) {
    writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  }
  return secrets;
};
