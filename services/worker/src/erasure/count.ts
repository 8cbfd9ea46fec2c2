import { createStatements, settingsBy, type Database, type MessageStore, type TextScope } from '@threadlog/read-models';
import { holdsSettingsOf, isParked } from './findings';
import { findParked } from './parked';
import type { Erased, StoreFinding } from './state';

export interface Counted {
  findings: StoreFinding[];
  /** Record keys of parked streams. */
  parked: string[];
}

/** One generation of the read model, and where its messages are. */
export interface CountedStores {
  database: Database;
  generation: number;
  store: MessageStore;
}

/** Threads counted at a time. */
const PAGE = 500;

/** Counts, by their keys, the rows of a generation that belong to the erased, and those of them that still hold text. */
export async function countText(stores: CountedStores, erased: Erased): Promise<Counted> {
  const parked = await findParked(stores, erased);
  const findings = [...(await countMessages(stores, erased, parked.threadIds)), ...(await countRows(stores, erased))];
  return { findings, parked: parked.recordKeys };
}

async function countMessages(
  stores: CountedStores,
  erased: Erased,
  parkedThreads: readonly string[],
): Promise<StoreFinding[]> {
  const { store, generation } = stores;
  const name = `messages of read model ${generation} (${store.kind})`;
  const { personId } = erased;
  const found = [];
  if (personId !== null) {
    const parts = { store, erased, parkedThreads };
    found.push({ store: name, what: 'messages written', ...(await countPart(parts, { senderId: personId })) });
  }
  const sum = { checked: 0, remaining: 0, unreadable: 0 };
  for await (const threadIds of threadsOf(stores, erased)) {
    const part = await countPart({ store, erased, parkedThreads }, { threadIds });
    for (const key of ['checked', 'remaining', 'unreadable'] as const) sum[key] += part[key];
  }
  const what = personId === null ? 'messages of the tenant' : 'messages in threads about the learner';
  return [...found, { store: name, what, ...sum }];
}

async function countPart(
  { store, erased, parkedThreads }: { store: MessageStore; erased: Erased; parkedThreads: readonly string[] },
  scope: TextScope,
): Promise<Pick<StoreFinding, 'checked' | 'remaining' | 'unreadable'>> {
  const { messages, withText } = await store.countText(erased.tenantId, scope);
  const apart = scope.threadIds ? scope.threadIds.filter((id) => parkedThreads.includes(id)) : parkedThreads;
  const parked = apart.length > 0 ? await store.countText(erased.tenantId, { ...scope, threadIds: apart }) : null;
  const unreadable = parked?.withText ?? 0;
  return { checked: messages, remaining: withText - unreadable, unreadable };
}

/** Ids of the threads about a learner, or of all of a tenant, a page at a time; deleted ones too. */
async function* threadsOf(
  { database, generation }: CountedStores,
  { tenantId, personId }: Erased,
): AsyncIterable<string[]> {
  const statements = createStatements({ database, generation: () => generation });
  for (let after = ''; ;) {
    const rows = await statements.planned<{ thread_id: string }>(
      (schema) => `select thread_id from ${schema}.threads
        where tenant_id = $1 and ($2::text is null or learner_id = $2) and thread_id > $3
        order by thread_id limit ${PAGE}`,
      [tenantId, personId, after],
    );
    if (rows.length > 0) yield rows.map(({ thread_id }) => thread_id);
    if (rows.length < PAGE) return;
    after = rows.at(-1)!.thread_id;
  }
}

interface CountedTable {
  table: string;
  what: string;
  /** The rows that belong to the erased: `$1` the tenant, `$2` the person or null. */
  from: string;
  holdsText: string;
  parked: string;
}

async function countRows({ database, generation }: CountedStores, erased: Erased): Promise<StoreFinding[]> {
  const statements = createStatements({ database, generation: () => generation });
  const findings: StoreFinding[] = [];
  for (const of of tablesOf) {
    const [row] = await statements.planned<Pick<StoreFinding, 'checked' | 'remaining' | 'unreadable'>>(
      (schema) => countSql(of(schema)),
      [erased.tenantId, erased.personId],
    );
    const { table, what } = of('');
    findings.push({ store: `${table} of read model ${generation}`, what, ...row! });
  }
  return findings;
}

const countSql = ({ from, holdsText, parked }: CountedTable): string => `
  select count(*)::integer as checked,
    count(*) filter (where ${holdsText} and not ${parked})::integer as remaining,
    count(*) filter (where ${holdsText} and ${parked})::integer as unreadable
  from ${from}`;

const tablesOf: ((schema: string) => CountedTable)[] = [
  (schema) => ({
    table: 'threads',
    what: 'titles and metadata in threads about the learner, or of the tenant',
    from: `${schema}.threads t where tenant_id = $1 and ($2::text is null or learner_id = $2)`,
    holdsText: '(title is not null or metadata is not null)',
    parked: isParked(schema, 'thread', 't.thread_id'),
  }),
  (schema) => ({
    table: 'threads',
    what: 'titles and metadata written',
    from: `${schema}.threads t where tenant_id = $1 and ${settingsBy('$2', 't')}`,
    holdsText: holdsSettingsOf('$2', 't'),
    parked: isParked(schema, 'thread', 't.thread_id'),
  }),
  (schema) => ({
    table: 'users',
    what: 'profiles',
    from: `${schema}.users u where tenant_id = $1 and ($2::text is null or user_id = $2)`,
    holdsText: '(display_name is not null or avatar_url is not null or email is not null or metadata is not null)',
    parked: isParked(schema, 'user', 'u.user_id'),
  }),
  (schema) => ({
    table: 'webhook_endpoints',
    what: 'endpoints of the tenant',
    from: `${schema}.webhook_endpoints w where tenant_id = $1 and $2::text is null`,
    holdsText: "(url is not null or description is not null or secrets <> '[]'::jsonb)",
    parked: isParked(schema, 'webhook', 'w.webhook_id'),
  }),
  (schema) => ({
    table: 'agents',
    what: 'agents of the tenant',
    from: `${schema}.agents a where tenant_id = $1 and $2::text is null`,
    holdsText: "(url is not null or display_name is not null or secrets <> '[]'::jsonb)",
    parked: isParked(schema, 'agent', 'a.agent_id'),
  }),
  (schema) => ({
    table: 'message_search',
    what: 'rows of the index',
    from: `(
      select thread_id, message_index from ${schema}.message_search where tenant_id = $1 and $2::text is null
      union select thread_id, message_index from ${schema}.message_search where tenant_id = $1 and learner_id = $2
      union select thread_id, message_index from ${schema}.message_refs r
        join ${schema}.message_search using (tenant_id, thread_id, message_index)
        where tenant_id = $1 and r.sender_id = $2
      union select t.thread_id, i.message_index from ${schema}.threads t
        join ${schema}.message_search i on i.tenant_id = $1 and i.thread_id = t.thread_id and i.message_index = 0
        where t.tenant_id = $1 and t.title_by = $2 and t.title is not null
    ) s`,
    holdsText: 'true',
    parked: isParked(schema, 'thread', 's.thread_id'),
  }),
];
