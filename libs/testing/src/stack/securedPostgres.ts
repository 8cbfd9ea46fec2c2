import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, type Server } from '@threadlog/stack';
import type { Cleanups } from '../cleanup';
import { createAuthority, type Authority } from '../net/certificates';

/** A Postgres that lets nobody in without TLS. Its `url` does not look at the certificate. */
export interface SecuredPostgres extends Server {
  readonly authority: Authority;
}

/** Starts one, with the certificate of 127.0.0.1; it goes with its data at the end of the test file. */
export async function securedPostgres(cleanups: Cleanups): Promise<SecuredPostgres> {
  const authority = await createAuthority(cleanups);
  const dataDir = await mkdtemp(join(tmpdir(), 'threadlog-postgres-'));
  cleanups.add(() => rm(dataDir, { recursive: true, force: true }));
  const server = await startPostgres({ dataDir, durability: 'process', tls: await authority.server() });
  cleanups.add(() => server.kill());
  return { ...server, authority };
}
