import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, type Server } from '@threadlog/stack';
import type { Cleanups } from '../cleanup';

/** A Postgres of one's own, whose files nobody else writes. */
export interface OwnPostgres extends Server {
  /** Where all its files lie, its log too. */
  readonly dataDir: string;
}

/** Starts one, always embedded; it goes with its data at the end of the test file. */
export async function ownPostgres(cleanups: Cleanups): Promise<OwnPostgres> {
  const dataDir = await mkdtemp(join(tmpdir(), 'threadlog-postgres-'));
  cleanups.add(() => rm(dataDir, { recursive: true, force: true }));
  const server = await startPostgres({ dataDir, durability: 'process' });
  cleanups.add(() => server.kill());
  return { ...server, dataDir };
}
