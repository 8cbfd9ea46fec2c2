import { encodeEvent, partitionOfKey, type ChatEvent } from '@threadlog/events';
import { createMemoryLog } from '@threadlog/log';
import { createProjector } from '@threadlog/projector';
import { createQueryApi } from '@threadlog/query-api';
import {
  createDatabase,
  createMongo,
  createMongoMessageStore,
  createPostgresMessageStore,
  migrate,
  readCheckpoints,
  type MessageStore,
  type MessageStoreKind,
} from '@threadlog/read-models';
import { createLogger, createMetrics, type Role } from '@threadlog/service';
import {
  cleanupAfterAll,
  eventually,
  memorySealing,
  serveTestApi,
  testActor,
  testAdmission,
  testStack,
} from '@threadlog/testing';

/** The read side: the projector on a log in memory, and the query API on the rows it makes. */
export interface ReadSide {
  /** Appends events and resolves when the read model has them all. */
  tell(events: readonly ChatEvent[]): Promise<void>;
  /** What the user gets, which must be 200. */
  get<Body>(userId: string, path: string): Promise<Body>;
}

/** Call it where a `describe` is set up. */
export function givenReadSide(kind: MessageStoreKind): { current(): ReadSide } {
  const stack = testStack();
  const cleanups = cleanupAfterAll();
  let side: ReadSide;
  beforeAll(async () => {
    const database = createDatabase({ url: await stack.freshDatabase() });
    cleanups.add(() => database.end());
    await migrate(database, { messages: kind });
    const store = kind === 'postgres' ? postgresStore(database) : mongoStore(stack.freshMongo(), cleanups);
    const log = createMemoryLog({ topic: 'events', partitions: 3, batchRecords: 500 });
    const common = { database, logger: createLogger({ service: 'test', level: 'silent' }), messageStore: store };
    const projector = createProjector({ ...common, log, metrics: createMetrics({ defaults: false }), pollMs: 20 });
    const query = createQueryApi({ ...common, log, sealing: openSealing(), admission: testAdmission() });
    for (const role of [projector, query]) run(role, cleanups);
    const api = await serveTestApi([query.routes!]);
    cleanups.add(() => api.close());
    await eventually(() => query.checks!.forEach(({ check }) => check()));
    const appender = await log.openAppender();
    side = {
      async tell(events) {
        const records = events.map((event) => encodeEvent(event));
        await Promise.all(records.map((record) => appender.append(partitionOfKey(record.key, 3), [record])));
        const heads = await Promise.all([0, 1, 2].map((partition) => log.head(partition)));
        const reached = async () => {
          const checkpoints = await readCheckpoints(database, 1);
          return heads.every((head, partition) => (checkpoints.get(partition)?.nextOffset ?? -1) >= head);
        };
        await eventually(reached, { timeoutMs: 60_000 });
      },
      async get<Body>(userId: string, path: string) {
        const { status, body } = await api.get(path, { as: testActor(userId) });
        expect({ path, status }).toEqual({ path, status: 200 });
        return body as Body;
      },
    };
  }, 60_000);
  return { current: () => side };
}

type Cleanups = ReturnType<typeof cleanupAfterAll>;

function run(role: Role, cleanups: Cleanups): void {
  const stop = new AbortController();
  const running = role.run(stop.signal);
  cleanups.add(() => (stop.abort(), running));
}

function postgresStore(database: Parameters<typeof createPostgresMessageStore>[0]['database']) {
  return (generation: number): MessageStore => createPostgresMessageStore({ database, generation: () => generation });
}

function mongoStore(url: string, cleanups: Cleanups) {
  const client = createMongo(url);
  cleanups.add(() => client.close());
  return (generation: number): MessageStore =>
    createMongoMessageStore({ db: client.db(), generation: () => generation });
}

/** What is read here is who has read what: the texts are none, and open to one. */
function openSealing(): ReturnType<typeof memorySealing> {
  const opener = { prepare: () => Promise.resolve(), open: () => 'text' };
  return Object.assign(memorySealing(), { ...opener, remembering: opener });
}
