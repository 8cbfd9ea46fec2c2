import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { logTail, reapStale, startChild, type Child } from './child';
import { StackError } from './errors';
import { classDataOptions, prepareJvmServer, type JvmServer, type Report } from './jvm';
import { kafkaAnswers } from './kafkaProbe';
import { controls, kafkaProperties, type KafkaAddresses, type KafkaListener, type Member } from './kafkaProperties';
import { layout, type Layout } from './paths';
import { assertPortFree, freePort } from './ports';
import { startServer, type Server } from './server';
import { waitUntil } from './wait';

const run = promisify(execFile);

export interface KafkaOptions {
  /** Everything of this broker lies below: its log, its properties, its pid file, its own log file. */
  dataDir: string;
  /** Free ports are taken where none are given. */
  port?: number;
  controllerPort?: number;
  advertisedPort?: number;
  /** A node of several; where the first controls the others, `controllerPort` is that one's. A cluster of one by default. */
  member?: Member;
  /** Further ways in, beside the plain one. */
  listeners?: readonly KafkaListener[];
  /** Users with passwords that SCRAM knows, from the first start on. */
  scramUsers?: readonly ScramUser[];
  /** `fast-start` leaves the optimising compiler out: for tests, never for measuring. */
  jit?: 'full' | 'fast-start';
  log?: Report;
}

export interface ScramUser {
  mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  name: string;
  password: string;
}

const heap = ['-Xms128m', '-Xmx512m', '-XX:+UseSerialGC'];
const quiet = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-Dorg.slf4j.simpleLogger.showDateTime=true'];

interface Broker {
  server: JvmServer;
  jvmOptions: string[];
  files: Layout;
  addresses: KafkaAddresses;
  member: Member;
  listeners?: readonly KafkaListener[] | undefined;
  scramUsers?: readonly ScramUser[] | undefined;
}

const propertiesFile = (files: Layout) => join(files.kafka, 'server.properties');

/** Writes the properties each time, for ports may have changed, and formats the log directory the first time. */
const prepareDirectory = async (broker: Broker): Promise<void> => {
  const { server, jvmOptions, files, addresses, member, listeners, scramUsers = [] } = broker;
  mkdirSync(files.kafka, { recursive: true });
  writeFileSync(propertiesFile(files), kafkaProperties(files.kafka, addresses, member, listeners));
  if (existsSync(join(files.kafka, 'log', 'meta.properties'))) return;
  rmSync(join(files.kafka, 'log'), { recursive: true, force: true });
  const quorum = quorumOf(member);
  const users = scramUsers.flatMap(({ mechanism, name, password }) => [
    '--add-scram',
    `${mechanism}=[name=${name},password=${password}]`,
  ]);
  const settings = ['-t', member.clusterId, '-c', propertiesFile(files)];
  const format = ['kafka.tools.StorageTool', 'format', ...quorum, ...users, ...settings];
  const args = [...heap, ...jvmOptions, '-XX:TieredStopAtLevel=1', '-cp', server.classPath, ...format];
  await run(server.java, args).catch((cause: unknown) => {
    throw new StackError('The Kafka log directory could not be formatted.', String(cause), { cause });
  });
};

/** With what the log of the controllers begins: all who vote in it, or this one alone. */
const quorumOf = (member: Member): string[] => {
  const { voters } = member;
  if (!voters) return controls(member) ? ['--standalone'] : [];
  const initial = voters.map((one) => `${one.nodeId}@127.0.0.1:${one.controllerPort}:${one.directoryId}`);
  return ['--initial-controllers', initial.join(',')];
};

/** An id of a cluster, or of a node's data. A leading dash would be taken for an option. */
export const newKafkaId = (): string => randomBytes(16).toString('base64url').replace(/^-/, '_');

const alone = (): Member => ({ clusterId: newKafkaId(), nodeId: 1 });

const startBroker = async (broker: Broker, extra: string[] = []): Promise<Child> => {
  const { server, jvmOptions, files, addresses } = broker;
  await prepareDirectory(broker);
  const child = startChild({
    name: 'Kafka',
    command: server.java,
    args: [
      ...heap,
      ...quiet,
      ...jvmOptions,
      ...extra,
      '-cp',
      server.classPath,
      'Guard',
      'kafka.Kafka',
      propertiesFile(files),
    ],
    logFile: files.log('kafka'),
    pidFile: files.pidFile('kafka'),
    marker: files.root,
    cwd: files.kafka,
  });
  await waitUntil('Kafka', () => kafkaAnswers(addresses.port), { timeoutMs: 60_000, failure: child.ended }).catch(
    async (cause: unknown) => {
      await child.kill();
      throw new StackError(
        `Kafka did not start. Its log ends with:\n  ${logTail(files.log('kafka'))}`,
        `See ${files.log('kafka')}`,
        { cause },
      );
    },
  );
  return child;
};

/** Runs a broker on scratch data once, so that the archive holds the classes a real start loads. */
const recordArchive = async (server: JvmServer, option: string): Promise<void> => {
  const scratch = mkdtempSync(join(server.home, 'scratch-'));
  try {
    const port = await freePort();
    const addresses = { port, controllerPort: await freePort(), advertisedPort: port };
    const child = await startBroker({ server, jvmOptions: [], files: layout(scratch), addresses, member: alone() }, [
      option,
    ]);
    await child.stop('SIGTERM', 60_000);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

/** Its jars and its archive of classes, made on first use. @throws StackError when Java or Maven is missing. */
export const prepareKafka = async (report: Report): Promise<{ server: JvmServer; archive: string[] }> => {
  const server = await prepareJvmServer('kafka', report);
  return { server, archive: await classDataOptions(server, (option) => recordArchive(server, option), report) };
};

/**
 * Starts a real Apache Kafka, broker and controller in one process, and waits until it serves clients.
 * @throws StackError with what to do: Java missing, port taken, a stale process that does not end.
 */
export const startKafka = async (options: KafkaOptions): Promise<Server> => {
  const report = options.log ?? (() => undefined);
  const files = layout(options.dataDir);
  await reapStale('Kafka', files.pidFile('kafka'), files.root);
  const port = options.port ?? (await freePort());
  const controllerPort = options.controllerPort ?? (await freePort());
  await assertPortFree(port, 'Kafka', 'KAFKA_PORT');
  const member = options.member ?? alone();
  if (controls(member)) await assertPortFree(controllerPort, "Kafka's controller", 'KAFKA_CONTROLLER_PORT');

  const { server, archive } = await prepareKafka(report);
  const jit = options.jit === 'fast-start' ? ['-XX:TieredStopAtLevel=1'] : [];
  const addresses = { port, controllerPort, advertisedPort: options.advertisedPort ?? port };
  const { listeners, scramUsers } = options;
  const broker: Broker = {
    ...{ server, jvmOptions: [...archive, ...jit], files, addresses, member },
    ...{ listeners, scramUsers },
  };
  return startServer({
    name: member.voters ? `Kafka ${member.nodeId}` : 'Kafka',
    port,
    url: `127.0.0.1:${addresses.advertisedPort}`,
    stopSignal: 'SIGTERM',
    start: () => startBroker(broker),
  });
};
