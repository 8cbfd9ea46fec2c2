import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { logTail, reapStale, startChild, type Child } from './child';
import { StackError } from './errors';
import { prepareJvmServer, type JvmServer, type Report } from './jvm';
import { layout, type Layout } from './paths';
import { accepts, assertPortFree, freePort } from './ports';
import { startServer, type Server } from './server';
import { waitUntil } from './wait';

export interface S3Options {
  dataDir: string;
  /** A free port is taken where none is given. */
  port?: number;
  log?: Report;
}

/** An S3 server with one account, which nobody else's signature opens. */
export interface S3Server extends Server {
  credentials: { accessKeyId: string; secretAccessKey: string };
}

/** Its own log would tell of every byte. */
const QUIET = '<configuration><root level="WARN"/></configuration>\n';

const propertiesOf = (port: number, { accessKeyId, secretAccessKey }: S3Server['credentials']): string =>
  [
    `s3proxy.endpoint=http://127.0.0.1:${port}`,
    's3proxy.authorization=aws-v2-or-v4',
    `s3proxy.identity=${accessKeyId}`,
    `s3proxy.credential=${secretAccessKey}`,
    // In memory: it is for tests, which need nothing of it afterwards.
    'jclouds.provider=transient',
    'jclouds.identity=none',
    'jclouds.credential=none',
    '',
  ].join('\n');

const startProxy = async (server: JvmServer, files: Layout, port: number): Promise<Child> => {
  const folder = join(files.root, 's3');
  const heap = ['-Xms64m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  const child = startChild({
    name: 'S3-compatible server',
    command: server.java,
    args: [
      ...heap,
      `-Dlogback.configurationFile=${join(folder, 'logback.xml')}`,
      '-cp',
      server.classPath,
      'Guard',
      'org.gaul.s3proxy.Main',
      '--properties',
      join(folder, 's3.properties'),
    ],
    logFile: files.log('s3'),
    pidFile: files.pidFile('s3'),
    marker: files.root,
    cwd: folder,
  });
  await waitUntil('S3', () => accepts(port), { timeoutMs: 60_000, failure: child.ended }).catch(
    async (cause: unknown) => {
      await child.kill();
      throw new StackError(
        `The S3-compatible server did not start:\n  ${logTail(files.log('s3'))}`,
        `See ${files.log('s3')}`,
        { cause },
      );
    },
  );
  return child;
};

/**
 * Starts a server that speaks S3 and checks signatures, for tests of what keeps files in a bucket. What it holds is gone
 * when it stops.
 * @throws StackError with what to do: Java missing, port taken.
 */
export const startS3 = async (options: S3Options): Promise<S3Server> => {
  const files = layout(options.dataDir);
  await reapStale('The S3-compatible server', files.pidFile('s3'), files.root);
  const port = options.port ?? (await freePort());
  await assertPortFree(port, 'the S3-compatible server', 'S3_PORT');
  const jvm = await prepareJvmServer('s3', options.log ?? (() => undefined));
  const credentials = { accessKeyId: 'threadlog', secretAccessKey: randomBytes(20).toString('hex') };
  const folder = join(files.root, 's3');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 's3.properties'), propertiesOf(port, credentials), { mode: 0o600 });
  writeFileSync(join(folder, 'logback.xml'), QUIET);
  const server = await startServer({
    name: 'S3',
    port,
    url: `http://127.0.0.1:${port}`,
    stopSignal: 'SIGTERM',
    start: () => startProxy(jvm, files, port),
  });
  return { ...server, credentials };
};
