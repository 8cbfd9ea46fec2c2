import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { logTail, reapStale, startChild, type Child } from './child';
import { StackError } from './errors';
import { prepareJvmServer, type JvmServer, type Report } from './jvm';
import { layout, type Layout } from './paths';
import { accepts, assertPortFree, freePort } from './ports';
import { startServer, type Server } from './server';
import { waitUntil } from './wait';

export interface MongoOptions {
  dataDir: string;
  /** A free port is taken where none is given. */
  port?: number;
  log?: Report;
}

const startMongoWire = async (server: JvmServer, files: Layout, port: number): Promise<Child> => {
  mkdirSync(files.mongo, { recursive: true });
  const file = join(files.mongo, 'messages');
  const heap = ['-Xms32m', '-Xmx256m', '-XX:+UseSerialGC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'];
  const child = startChild({
    name: 'Mongo-compatible server',
    command: server.java,
    args: [...heap, '-cp', server.classPath, 'Guard', 'MongoWire', file, '127.0.0.1', String(port)],
    logFile: files.log('mongo'),
    pidFile: files.pidFile('mongo'),
    marker: files.root,
    cwd: files.mongo,
  });
  await waitUntil('Mongo', () => accepts(port), { timeoutMs: 30_000, failure: child.ended }).catch(
    async (cause: unknown) => {
      await child.kill();
      throw new StackError(
        `The Mongo-compatible server did not start:\n  ${logTail(files.log('mongo'))}`,
        `See ${files.log('mongo')}`,
        { cause },
      );
    },
  );
  return child;
};

/**
 * Starts the Mongo-compatible test server (H2 behind MongoDB's wire protocol, version 8: use mongodb@6). It has neither
 * secondary indexes nor transactions; it is for tests and for trying the Mongo adapter.
 * @throws StackError with what to do: Java missing, port taken.
 */
export const startMongo = async (options: MongoOptions): Promise<Server> => {
  const files = layout(options.dataDir);
  await reapStale('The Mongo-compatible server', files.pidFile('mongo'), files.root);
  const port = options.port ?? (await freePort());
  await assertPortFree(port, 'the Mongo-compatible server', 'MONGO_PORT');
  const server = await prepareJvmServer('mongo', options.log ?? (() => undefined));
  return startServer({
    name: 'Mongo',
    port,
    url: `mongodb://127.0.0.1:${port}/threadlog`,
    stopSignal: 'SIGTERM',
    start: () => startMongoWire(server, files, port),
  });
};
