import type { Subject, TenantId } from '@threadlog/events';
import {
  createPersonThreadQueries,
  createProfiles,
  createSenderQueries,
  createStatements,
  createThreadQueries,
  type Database,
  type MessageStore,
  type PersonThreadQueries,
  type Profiles,
  type SenderQueries,
  type Statements,
  type ThreadQueries,
} from '@threadlog/read-models';
import type { Opener } from '@threadlog/sealing';

/** Where an export reads: one generation of the read model, and the keys that open it. */
export interface Reading {
  tenantId: TenantId;
  subject: Subject;
  messages: Pick<MessageStore, 'byKeys' | 'editsOfEach'>;
  opener: Opener;
  profiles: Profiles;
  threads: ThreadQueries;
  people: PersonThreadQueries;
  senders: SenderQueries;
  statements: Statements;
  /** Notes that text or profiles of these people are about to be in the file; durable when it resolves. */
  note(people: Iterable<string>): Promise<void>;
  /** Called before each page: throws where the export must not go on. */
  check(): Promise<void>;
}

export interface ReadingOptions extends Pick<
  Reading,
  'tenantId' | 'subject' | 'opener' | 'messages' | 'note' | 'check'
> {
  database: Database;
  generation: number;
}

const PROFILES_REMEMBERED = 2_000;

export function createReading({ database, generation, ...rest }: ReadingOptions): Reading {
  const source = { database, generation: () => generation };
  const threads = createThreadQueries(source);
  const profiles = createProfiles({
    opener: rest.opener,
    loadUsers: (tenantId, userIds) => threads.usersByIds(tenantId, userIds),
    maxUsers: PROFILES_REMEMBERED,
  });
  return {
    ...rest,
    threads,
    profiles,
    people: createPersonThreadQueries(source),
    senders: createSenderQueries(source),
    statements: createStatements(source),
  };
}

/** Walks pages that are asked for by the last key of the one before. */
export async function* paged<Row>(
  check: Reading['check'],
  page: (last: Row | undefined) => Promise<Row[]>,
  limit: number,
): AsyncIterable<Row[]> {
  let last: Row | undefined;
  for (;;) {
    await check();
    const rows = await page(last);
    if (rows.length > 0) yield rows;
    if (rows.length < limit) return;
    last = rows.at(-1);
  }
}

/** Splits into pieces of so many. */
export function* chunked<Item>(items: Iterable<Item>, size: number): Iterable<Item[]> {
  let chunk: Item[] = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
