import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { layout, startKafka, startMongo, startPostgres, type Server } from '@threadlog/stack';
import type { Cleanups } from '@threadlog/testing';

const run = promisify(execFile);

/** A Kafka, a Postgres and, where messages are kept there, a Mongo of one's own, with all their files below `root`. */
export interface OwnServers {
  readonly root: string;
  readonly kafka: Server;
  readonly databases: Databases;
  /** The databases that run now; Mongo only where messages are kept there. */
  running(): { postgres: Server; mongo: Server | null };
  /** Stops the databases, copies their files as an operator would dump them, and starts them again. */
  dump(): Promise<Dump>;
}

export interface Databases {
  databaseUrl: string;
  mongoUrl?: string;
}

export interface Dump {
  readonly root: string;
  /** Starts databases from it, in the place of those that run. */
  restore(): Promise<void>;
}

/** Starts them; they go with their data at the end of the test file. */
export async function ownServers(store: 'postgres' | 'mongo', cleanups: Cleanups): Promise<OwnServers> {
  const directory = async (): Promise<string> => {
    const made = await mkdtemp(join(tmpdir(), 'threadlog-servers-'));
    cleanups.add(() => rm(made, { recursive: true, force: true }));
    return made;
  };
  const startDatabases = async (dataDir: string, ports: { postgres?: number; mongo?: number } = {}) => {
    const postgres = await startPostgres({ dataDir, durability: 'process', port: ports.postgres });
    cleanups.add(() => postgres.kill());
    const mongo = store === 'mongo' ? await startMongo({ dataDir, port: ports.mongo }) : null;
    cleanups.add(() => mongo?.kill());
    return { postgres, mongo };
  };

  const root = await directory();
  const kafka = await startKafka({ dataDir: root, jit: 'fast-start' });
  cleanups.add(() => kafka.kill());
  let { postgres, mongo } = await startDatabases(root);
  const databases = { databaseUrl: postgres.url, ...(mongo ? { mongoUrl: mongo.url } : {}) };
  const stop = () => Promise.all([postgres.stop(), mongo?.stop()]);

  return {
    root,
    kafka,
    databases,
    running: () => ({ postgres, mongo }),
    async dump() {
      await stop();
      const copy = await directory();
      for (const from of [layout(root).postgres, ...(mongo ? [layout(root).mongo] : [])])
        await run('cp', ['-a', from, copy]);
      await Promise.all([postgres.restart(), mongo?.restart()]);
      return {
        root: copy,
        async restore() {
          await stop();
          ({ postgres, mongo } = await startDatabases(copy, { postgres: postgres.port, mongo: mongo?.port }));
        },
      };
    },
  };
}
