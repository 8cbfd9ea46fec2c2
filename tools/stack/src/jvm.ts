import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { StackError } from './errors';
import { cacheDir, jvmSources } from './paths';

const run = promisify(execFile);

export type Report = (line: string) => void;

/** A server's jars in the cache, and the Java that runs them. */
export interface JvmServer {
  java: string;
  /** Jars only, in a fixed order: a class-data archive is valid for exactly one class path. */
  classPath: string;
  /** Folder in the cache that belongs to this set of jars. */
  home: string;
}

const servers = {
  kafka: { title: 'Apache Kafka', sources: ['Guard.java'] },
  mongo: { title: 'the Mongo-compatible server', sources: ['Guard.java', 'MongoWire.java'] },
  s3: { title: 'the S3-compatible server', sources: ['Guard.java'] },
} as const;

export type JvmServerName = keyof typeof servers;

const install =
  'Install a JDK 17 or newer and Maven (Debian: apt-get install openjdk-17-jdk-headless maven; macOS: brew install openjdk maven),\n' +
  '  or point KAFKA_BROKERS at a running Kafka (and MONGO_URL at a running MongoDB, if you use one).';

/** @throws StackError when the program is not on the path. */
const locate = (program: string): string => {
  const folders = process.env.JAVA_HOME ? [join(process.env.JAVA_HOME, 'bin')] : [];
  folders.push(...(process.env.PATH ?? '').split(delimiter));
  const found = folders.map((folder) => join(folder, program)).find((file) => existsSync(file));
  if (!found) throw new StackError(`The program "${program}" was not found.`, install);
  return found;
};

const javaCommand = async (): Promise<string> => {
  const java = locate('java');
  const { stderr } = await run(java, ['-version']).catch((cause: unknown) => {
    throw new StackError('Java does not run.', install, { cause });
  });
  const major = Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
  if (major < 17) throw new StackError(`Java ${major} is too old: Kafka 4 needs 17.`, install);
  return realpathSync(java);
};

const fetchJars = async (name: JvmServerName, into: string): Promise<void> => {
  const pom = join(jvmSources, name, 'pom.xml');
  const args = [
    '-B',
    '-q',
    '-f',
    pom,
    'dependency:copy-dependencies',
    '-DincludeScope=runtime',
    `-DoutputDirectory=${into}`,
  ];
  await run(locate('mvn'), args, { maxBuffer: 64 * 1024 * 1024 }).catch((cause: Error & { stdout?: string }) => {
    const detail = (cause.stdout ?? cause.message).trim().split('\n').slice(0, 3).join('\n  ');
    throw new StackError(
      `Maven could not fetch the jars:\n  ${detail}`,
      'Check the network and ~/.m2/settings.xml, then start again.',
      { cause },
    );
  });
};

/** A jar, not a folder of classes: class-data archives accept nothing else. */
const compile = async (name: JvmServerName, libs: string): Promise<void> => {
  const classes = mkdtempSync(join(libs, '..', 'classes-'));
  const sources = servers[name].sources.map((file) => join(jvmSources, 'src', file));
  await run(locate('javac'), ['--release', '17', '-cp', join(libs, '*'), '-d', classes, ...sources]);
  await run(locate('jar'), ['--create', '--file', join(libs, '00-threadlog.jar'), '-C', classes, '.']);
  rmSync(classes, { recursive: true });
};

const fingerprint = (name: JvmServerName): string => {
  const hash = createHash('sha256').update(readFileSync(join(jvmSources, name, 'pom.xml')));
  for (const file of servers[name].sources) hash.update(readFileSync(join(jvmSources, 'src', file)));
  return hash.digest('hex').slice(0, 12);
};

const build = async (name: JvmServerName, home: string, report: Report): Promise<void> => {
  report(`Fetching the jars of ${servers[name].title} with Maven (once, some 60 MB at most) ...`);
  const began = performance.now();
  mkdirSync(join(home, '..'), { recursive: true });
  const unfinished = mkdtempSync(`${home}-`);
  try {
    const libs = join(unfinished, 'libs');
    await fetchJars(name, libs);
    await compile(name, libs);
    // Complete or absent: a start that is interrupted, or runs beside another one, never leaves half a folder.
    if (!existsSync(home)) renameSync(unfinished, home);
  } catch (error) {
    if (!existsSync(home)) throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  report(`... done in ${((performance.now() - began) / 1000).toFixed(1)} s.`);
};

/**
 * The jars of a server, fetched by Maven and compiled on first use.
 * @throws StackError when Java, javac or Maven is missing, or Maven cannot fetch.
 */
export const prepareJvmServer = async (name: JvmServerName, report: Report): Promise<JvmServer> => {
  const home = join(cacheDir(), name, fingerprint(name));
  const java = await javaCommand();
  if (!existsSync(home)) await build(name, home, report);
  const libs = join(home, 'libs');
  const classPath = readdirSync(libs)
    .filter((file) => file.endsWith('.jar'))
    .sort()
    .map((file) => join(libs, file))
    .join(delimiter);
  return { java, classPath, home };
};

/**
 * A class-data archive halves the start of a JVM. It is made once for a Java and a set of jars by `record`, which runs
 * the server with the given option and ends it.
 * @returns the options for the JVM; none when the archive could not be made, which costs time and nothing else.
 */
export const classDataOptions = async (
  server: JvmServer,
  record: (option: string) => Promise<void>,
  report: Report,
): Promise<string[]> => {
  const key = createHash('sha256').update(server.java).update(server.classPath).digest('hex').slice(0, 8);
  const archive = join(server.home, `classes-${key}.jsa`);
  const failed = `${archive}.failed`;
  if (!existsSync(archive) && !existsSync(failed)) {
    report('Making the class-data archive (once) ...');
    const unfinished = `${archive}.${process.pid}`;
    try {
      await record(`-XX:ArchiveClassesAtExit=${unfinished}`);
      renameSync(unfinished, archive);
    } catch (error) {
      writeFileSync(failed, String(error));
      report(`... not possible with this Java, starts stay slower (${failed}).`);
    }
  }
  return existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`, '-Xshare:auto'] : [];
};
