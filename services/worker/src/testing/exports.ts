import type { CommandInput, CommandRequest, CommandRouter } from '@threadlog/commands';
import { tenantId, type Draft, type JsonObject, type Subject } from '@threadlog/events';
import {
  createDatabase,
  createMongo,
  createMongoMessageStore,
  createPostgresMessageStore,
  deletionLogsTable,
  exportLogsTable,
  foldDeletion,
  foldExport,
  isExportEvent,
  migrate,
  upsertSql,
  type Database,
  type DeletionLogRow,
  type ExportLogRow,
  type MessageStore,
} from '@threadlog/read-models';
import { createLogger } from '@threadlog/service';
import {
  foldRows,
  historyOf,
  memorySealing,
  readZip,
  testStack,
  writeRows,
  type ThreadStory,
} from '@threadlog/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createExportFiles } from '../export/files';
import { createExportHandler } from '../export/job';
import { createDirectoryStore } from '../export/store/directory';
import { createExportSweeper } from '../export/sweeper';
import type { JobRequest, JobRun } from '../jobs/job';

const outcomeOf = ({ command }: CommandRequest) => (command.input as CommandInput<'privacy.report'>).outcome;

/** Exports on a read model of its own, with a router that only remembers. Call it where a `describe` is set up. */
export function givenExports(kind: MessageStore['kind'] = 'postgres') {
  const stack = testStack();
  const sealing = memorySealing();
  const directory = mkdtempSync(join(tmpdir(), 'threadlog-exports-'));
  const closers: (() => unknown)[] = [() => rmSync(directory, { recursive: true })];
  const reported: CommandRequest[] = [];
  const router = remembering(reported);
  let database: Database;
  let messages: MessageStore;

  beforeAll(async () => {
    database = createDatabase({ url: await stack.freshDatabase() });
    closers.push(() => database.end());
    await migrate(database, { messages: kind });
    messages = kind === 'postgres' ? postgres(database) : await mongo(stack.freshMongo(), closers);
  });
  beforeEach(() => void (reported.length = 0));
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  const store = createDirectoryStore(directory);
  const made = () => {
    const files = createExportFiles({ database, store });
    const logger = createLogger({ service: 'test', level: 'silent' });
    const deps = { database, sealing, router, store, files, logger, ttlHours: 72, messageStore: () => messages };
    return {
      files,
      deps,
      sweeper: createExportSweeper({ database, store, files, logger }),
      handler: createExportHandler({ ...deps, log: { partitions: 0, head: () => Promise.resolve(0) } }),
    };
  };

  return {
    sealing,
    store,
    directory,
    made,
    log: (subject: Subject, drafts: readonly Draft[]) => log(database, subject, drafts),
    database: () => database,
    messages: () => messages,
    reported: () => reported.map(outcomeOf),
    router,
    requests: reported,
    async given(...stories: Pick<ThreadStory, 'events'>[]): Promise<void> {
      const target = { database, generation: 1, messages };
      for (const story of stories) await writeRows(target, foldRows(await story.events(sealing)));
    },
    /** Makes an export and gives its files by name. */
    async exported(subject: Subject, requestId = `r-${subject.kind}-${subject.id}`) {
      const { handler, files } = made();
      const run = jobRun(subject, requestId);
      await handler.run(run);
      const ready = await files.ready(run.request);
      if (!ready) return { run, ...NO_FILE };
      const zip = await buffer((await store.get(ready.objectName)).body);
      return { run, zip, files: await readZip(zip), outcome: ready.outcome };
    },
  };
}

/** Takes every command, and does nothing but remember it. */
function remembering(requests: CommandRequest[]): CommandRouter {
  return {
    execute(request) {
      requests.push(request);
      return Promise.resolve({ ok: true, status: 204, resource: null, position: null, replayed: false });
    },
  };
}

const NO_FILE = { zip: null, files: new Map<string, Buffer>(), outcome: null };

/** A run of an export's job that remembers what it was told. */
export function jobRun(subject: Subject, requestId: string, signal = new AbortController().signal) {
  const request: JobRequest = {
    tenantId: tenantId('acme'),
    requestId,
    kind: 'export',
    subject,
    requestedBy: 'olga',
    createdAt: '2026-11-20T00:00:00.000000Z',
    executeAfter: null,
    startedAt: null,
    erasedAt: null,
  };
  const steps: string[] = [];
  const progress: { done: number; total: number | null }[] = [];
  const run: JobRun<never> & { steps: string[]; progressed: typeof progress } = {
    request,
    state: null,
    signal,
    steps,
    progressed: progress,
    save: (_state: JsonObject, { step }) => Promise.resolve(void steps.push(step)),
    progress: (done, total = null) => void progress.push({ done, total }),
  };
  return run;
}

const postgres = (database: Database) => createPostgresMessageStore({ database, generation: () => 1 });

async function mongo(url: string, closers: (() => unknown)[]): Promise<MessageStore> {
  const client = createMongo(url);
  closers.push(() => client.close());
  const store = createMongoMessageStore({ db: client.db(), generation: () => 1 });
  await store.prepare();
  return store;
}

/** Puts what happened to the requests of a person into the logs of the read model. */
async function log(database: Database, subject: Subject, drafts: readonly Draft[]): Promise<void> {
  let [row, erasure]: [ExportLogRow | null, DeletionLogRow | null] = [null, null];
  for (const event of historyOf(drafts, { streamId: subject.id })) {
    if (isExportEvent(event)) row = foldExport(row, event);
    else erasure = foldDeletion(erasure, event);
  }
  if (row) await database.query(upsertSql(exportLogsTable, 'read_1', '$1'), [JSON.stringify([row])]);
  if (erasure) await database.query(upsertSql(deletionLogsTable, 'read_1', '$1'), [JSON.stringify([erasure])]);
}
