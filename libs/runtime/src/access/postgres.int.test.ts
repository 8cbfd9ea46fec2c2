import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase } from '@threadlog/read-models';
import { findPgBouncer, startPgBouncer } from '@threadlog/stack';
import { cleanupAfterAll, createAuthority, securedPostgres, testStack, type SecuredPostgres } from '@threadlog/testing';
import { postgresMistake } from './mistakes';

const stack = testStack();
const cleanups = cleanupAfterAll();
let postgres: SecuredPostgres;
let strangersFile: string;

beforeAll(async () => {
  postgres = await securedPostgres(cleanups);
  strangersFile = (await createAuthority(cleanups, 'Somebody else')).certFile;
}, 60_000);

interface Address {
  mode?: string;
  /** File of the authority that is trusted. */
  root?: string;
  host?: string;
  password?: string;
  path?: string;
}

function addressOf(base: string, { mode, root, host, password, path }: Address): string {
  const url = new URL(base);
  url.search = '';
  if (mode) url.searchParams.set('sslmode', mode);
  if (root) url.searchParams.set('sslrootcert', root);
  if (host) url.hostname = host;
  if (password) url.password = password;
  if (path) url.pathname = path;
  return url.href;
}

async function ask(url: string): Promise<unknown> {
  const database = createDatabase({ url, max: 1 });
  try {
    return (await database.query<{ ssl: boolean }>('select ssl from pg_stat_ssl where pid = pg_backend_pid()')).rows[0];
  } finally {
    await database.end();
  }
}

test('a Postgres with a certificate of an own authority is reached by sslmode and sslrootcert', async () => {
  const root = postgres.authority.certFile;
  for (const host of ['127.0.0.1', 'localhost']) {
    expect(await ask(addressOf(postgres.url, { mode: 'verify-full', root, host }))).toEqual({ ssl: true });
  }
});

const mistaken: { name: string; address(): string; told: RegExp }[] = [
  {
    name: 'an authority that is not trusted',
    address: () => addressOf(postgres.url, { mode: 'verify-full' }),
    told: /sslrootcert=FILE/,
  },
  {
    name: 'another authority',
    address: () => addressOf(postgres.url, { mode: 'verify-full', root: strangersFile }),
    told: /sslrootcert=FILE/,
  },
  { name: 'no TLS where it is wanted', address: () => addressOf(postgres.url, {}), told: /sslmode=verify-full/ },
  {
    name: 'TLS where there is none',
    address: () => addressOf(stack.databaseUrl, { mode: 'verify-full' }),
    told: /speaks no TLS/,
  },
  {
    name: 'a wrong password',
    address: () => addressOf(stack.databaseUrl, { password: 'wrong' }),
    told: /password is wrong/,
  },
  {
    name: 'a database that is not there',
    address: () => addressOf(stack.databaseUrl, { path: '/nowhere' }),
    told: /no such database/,
  },
];

test.each(mistaken)('is told: $name', async ({ address, told }) => {
  const failure: unknown = await ask(address()).catch((error: unknown) => error);
  const mistake = await postgresMistake(failure, 'DATABASE_URL');

  expect(mistake).toMatch(/^DATABASE_URL: /);
  expect(mistake).toMatch(told);
});

test('is not told of a server that is away', async () => {
  const failure: unknown = await ask('postgresql://nobody@127.0.0.1:1/x').catch((error: unknown) => error);

  expect(await postgresMistake(failure, 'DATABASE_URL')).toBeNull();
});

(findPgBouncer() ? test : test.skip)('is told: a pooler that lends connections by transaction', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'threadlog-pgbouncer-'));
  cleanups.add(() => rm(dataDir, { recursive: true, force: true }));
  const bouncer = await startPgBouncer({ dataDir, target: stack.databaseUrl });
  cleanups.add(() => bouncer.kill());
  const failure: unknown = await ask(bouncer.url).catch((error: unknown) => error);

  expect(await postgresMistake(failure, 'DATABASE_URL')).toMatch(/^DATABASE_PREPARED: .*DATABASE_DIRECT_URL/);
});
