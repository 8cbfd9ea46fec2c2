import { encodeEvent, partitionOfKey, type ChatEvent, type OutgoingRecord } from '@threadlog/events';
import { createMemoryLog, type EventLog } from '@threadlog/log';
import {
  canonicalDump,
  createDatabase,
  createMongo,
  createMongoMessageStore,
  createPostgresMessageStore,
  migrate,
  readCheckpoints,
  type Database,
  type MessageStore,
  type MessageStoreKind,
} from '@threadlog/read-models';
import { createLogger, createMetrics, type Role } from '@threadlog/service';
import { eventually, type TestStack } from '@threadlog/testing';
import { compareGenerations, createGeneration } from '../generations/lifecycle';
import { createProjector, type ProjectorDeps } from '../role';

/** A log, a database and a message store, all fresh, and what tests do with them. */
export interface Testbed {
  log: EventLog;
  database: Database;
  messageStore(generation: number): MessageStore;
  /** Appends each event to its partition. */
  append(events: readonly ChatEvent[]): Promise<void>;
  /** Appends records as they are to the partition of their key. */
  appendRecords(records: readonly OutgoingRecord[]): Promise<void>;
  /** A projector, running. Stopped at the end if not before. */
  start(given?: Partial<ProjectorDeps>): { role: Role; stop(): Promise<void> };
  /** Resolves when a generation has reached the end of the log. */
  caughtUp(generation?: number): Promise<void>;
  dump(generation?: number): Promise<string>;
  /** Builds a new generation from the start of the log and returns how it compares. A projector must be running. */
  rebuiltEquals(generation?: number): Promise<string>;
  close(): Promise<void>;
}

export async function openTestbed(stack: TestStack, kind: MessageStoreKind, given?: EventLog): Promise<Testbed> {
  const log = given ?? createMemoryLog({ topic: 'events', partitions: 3, batchRecords: 7 });
  const database = createDatabase({ url: await stack.freshDatabase() });
  await migrate(database, { messages: kind });
  const mongo = kind === 'mongo' ? createMongo(stack.freshMongo()) : null;
  const messageStore = (generation: number): MessageStore =>
    mongo
      ? createMongoMessageStore({ db: mongo.db(), generation: () => generation })
      : createPostgresMessageStore({ database, generation: () => generation });
  const projectors = createProjectors({ log, database, messageStore });
  const bed = { log, database, messageStore, ...projectors };
  const appendRecords = createAppend(log);
  return {
    ...bed,
    appendRecords,
    append: (events) => appendRecords(events.map((event) => encodeEvent(event))),
    caughtUp: (generation = 1) => caughtUp(bed, generation),
    dump: (generation = 1) => canonicalDump(database, generation, { store: messageStore(generation) }),
    async rebuiltEquals(generation = 1) {
      const rebuilt = await createGeneration(database, kind);
      await caughtUp(bed, rebuilt);
      const [one, other] = [generation, rebuilt].map((each) => ({ generation: each, store: messageStore(each) }));
      return compareGenerations(database, one!, other!);
    },
    async close() {
      await projectors.stopAll();
      await database.end();
      await mongo?.close();
    },
  };
}

function createProjectors(deps: Pick<Testbed, 'log' | 'database' | 'messageStore'>) {
  const running = new Set<() => Promise<void>>();
  return {
    start(given: Partial<ProjectorDeps> = {}) {
      const stopping = new AbortController();
      const role = createProjector({
        pollMs: 20,
        logger: createLogger({ service: 'projector', level: 'silent' }),
        metrics: createMetrics({ defaults: false }),
        ...deps,
        ...given,
      });
      const ended = role.run(stopping.signal);
      const stop = async () => {
        stopping.abort();
        running.delete(stop);
        await ended;
      };
      running.add(stop);
      return { role, stop };
    },
    stopAll: async () => void (await Promise.all([...running].map((stop) => stop()))),
  };
}

function createAppend(log: EventLog): Testbed['appendRecords'] {
  return async (records) => {
    const appender = await log.openAppender();
    await Promise.all(records.map((record) => appender.append(partitionOfKey(record.key, log.partitions), [record])));
    await appender.close();
  };
}

async function caughtUp({ log, database }: Pick<Testbed, 'log' | 'database'>, generation: number): Promise<void> {
  const heads = await Promise.all(Array.from({ length: log.partitions }, (_, partition) => log.head(partition)));
  await eventually(
    async () => {
      const checkpoints = await readCheckpoints(database, generation);
      return heads.every((head, partition) => (checkpoints.get(partition)?.nextOffset ?? -1) >= head);
    },
    { timeoutMs: 30_000 },
  );
}
