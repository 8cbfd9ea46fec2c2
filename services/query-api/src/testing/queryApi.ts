import type { Actor } from '@threadlog/auth';
import {
  createDatabase,
  createMongo,
  createMongoMessageStore,
  createPostgresMessageStore,
  migrate,
  type Database,
  type MessageStore,
} from '@threadlog/read-models';
import { createLogger } from '@threadlog/service';
import {
  eventually,
  foldRows,
  memorySealing,
  serveTestApi,
  testAdmission,
  testStack,
  writeRows,
  type TestApi,
  type ThreadStory,
} from '@threadlog/testing';
import { createQueryApi, type QueryApiDeps } from '../index';
import { indexRows } from './searchIndex';

export const LOG = { logId: 'log-1', partitions: 12 };

/** The query API on a read model of its own. Call it where a `describe` is set up. */
export function givenQueryApi(kind: MessageStore['kind'] = 'postgres', more: Pick<QueryApiDeps, 'presence'> = {}) {
  const stack = testStack();
  const sealing = memorySealing();
  const stop = new AbortController();
  const closers: (() => Promise<unknown>)[] = [];
  let target: { database: Database; generation: number; messages: MessageStore };
  let api: TestApi;

  beforeAll(async () => {
    const database = createDatabase({ url: await stack.freshDatabase() });
    closers.push(() => database.end());
    await migrate(database, { messages: kind });
    const messages =
      kind === 'postgres'
        ? createPostgresMessageStore({ database, generation: () => 1 })
        : await openMongo(stack.freshMongo(), closers);
    target = { database, generation: 1, messages };
    const role = createQueryApi({
      database,
      sealing,
      admission: testAdmission(),
      messageStore: () => messages,
      logger: createLogger({ service: 'test', level: 'silent' }),
      log: LOG,
      readWaitMs: 300,
      checkReplies: true,
      ...more,
    });
    const running = role.run(stop.signal);
    closers.push(() => (stop.abort(), running));
    api = await serveTestApi([role.routes!]);
    closers.push(() => api.close());
    await eventually(() => role.checks!.forEach(({ check }) => check()));
  });

  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  const write = (rows: Parameters<typeof writeRows>[1]) => writeRows(target, rows);
  return {
    sealing,
    database: () => target.database,
    api: () => api,
    write,
    /** Projects these threads as far as they have come. */
    async given(...stories: ThreadStory[]): Promise<void> {
      for (const story of stories) await write(foldRows(await story.events(sealing)));
    },
    /** Indexes what is projected of these threads, as the projector would. */
    async indexed(...stories: ThreadStory[]): Promise<void> {
      for (const story of stories) await indexRows(target.database, sealing, foldRows(await story.events(sealing)));
    },
    /** What the actor gets, which must be 200. */
    async read<T>(actor: Actor, path: string): Promise<T> {
      const reply = await api.get(path, { as: actor });
      expect(reply).toMatchObject({ status: 200 });
      return reply.body as T;
    },
    async refused(actor: Actor, path: string): Promise<{ status: number; code: string }> {
      const { status, body } = await api.get(path, { as: actor });
      return { status, code: (body as { code: string }).code };
    },
  };
}

async function openMongo(url: string, closers: (() => Promise<unknown>)[]): Promise<MessageStore> {
  const client = createMongo(url);
  closers.push(() => client.close());
  const store = createMongoMessageStore({ db: client.db(), generation: () => 1 });
  await store.prepare();
  return store;
}
