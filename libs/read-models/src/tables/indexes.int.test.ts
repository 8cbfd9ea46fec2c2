import { testStack } from '@threadlog/testing';
import type { Database } from '../database';
import { migrate } from '../migrate';
import type { MessageStoreKind } from '../schema/generationTables';

/**
 * Who needs an index, and what it asks, shortened to what decides which index serves it. An index costs every row that is
 * written, so one without a query does not stay; and a query that has lost its index reads a tenant's whole table.
 */
const NEEDED: Readonly<Record<string, [who: string, query: string]>> = {
  audit_by_time: ['GET /audit', `from audit_log where ${tenant()} order by at desc, event_id desc limit 50`],
  audit_by_actor: [
    'GET /audit?actorId, deeds of an export',
    `from audit_log where ${tenant()} and actor_id = 'actor_id7' order by at desc, event_id desc limit 50`,
  ],
  audit_about_threads: [
    'GET /audit?threadId',
    `from audit_log where ${tenant()} and stream_type <> 'thread' and thread_id = 'thread_id7'`,
  ],
  deletion_logs_by_stream: [
    'GET /privacy/requests, state of the write side',
    `from chat_deletion_logs where ${tenant()} and stream_id = 'stream_id7' order by created_at desc limit 100`,
  ],
  deletion_logs_by_learner: [
    'GET /privacy/requests of a learner',
    `from chat_deletion_logs where ${tenant()} and learner_id = 'learner_id100'`,
  ],
  deletion_logs_open: [
    'erasures that are due',
    `from chat_deletion_logs where status in ('requested', 'running') and execute_after <= 'now'`,
  ],
  export_logs_by_stream: [
    'GET /privacy/requests, state of the write side',
    `from chat_export_logs where ${tenant()} and stream_id = 'stream_id7' order by created_at desc limit 100`,
  ],
  export_logs_by_learner: [
    'GET /privacy/requests of a learner',
    `from chat_export_logs where ${tenant()} and learner_id = 'learner_id100'`,
  ],
  export_logs_open: [
    'exports to be made',
    `from chat_export_logs where status = 'requested' order by created_at limit 10`,
  ],
  receipts_by_age: ['pruning of receipts', `from command_receipts where created_at < 'created_at1'`],
  receipts_by_key: [
    'an idempotency key that is not remembered',
    `from command_receipts where ${tenant()} and key_hash = md5('7') and left(key_hash, 8) = left(md5('7'), 8)`,
  ],
  message_edits_by_author: [
    'what an erasure counts',
    `from message_edits where ${tenant()} and sender_id = 'sender_id7' and content is not null`,
  ],
  message_search_tokens: ['search for rare words', `from message_search where tokens @> array[7]`],
  message_search_newest: [
    'search for common words',
    `from message_search where ${tenant()} order by created_at desc, thread_id desc limit 20`,
  ],
  message_search_by_root: [
    'search in the threads of who has few, deleted threads',
    `from message_search where ${tenant()} and split_part(thread_id, '~', 1) = any('{thread_id7,thread_id8}')`,
  ],
  message_search_by_learner: [
    'search about a learner, what an erasure counts',
    `from message_search where ${tenant()} and learner_id = 'learner_id100'`,
  ],
  messages_by_id: ['a message by its id', `from messages where ${tenant()} and message_id = 'message_id7'`],
  messages_by_author: [
    'unread counts, exports, erasures',
    `from messages where ${tenant()} and sender_id = 'sender_id7' and thread_id = 'thread_id7' and message_index >= 3`,
  ],
  messages_by_time: [
    'GET /audit, which tells who posted what',
    `from messages where ${tenant()} and event_id is not null order by created_at desc, event_id desc limit 50`,
  ],
  messages_changed: [
    'changes of a thread, resuming sockets',
    `from messages where ${tenant()} and thread_id = 'thread_id7' and version > 3 and version > created_version
     order by version limit 500`,
  ],
  messages_deleted: [
    'unread counts',
    `from messages where ${tenant()} and thread_id = 'thread_id7' and message_index >= 3 and deleted_at is not null`,
  ],
  messages_pinned: [
    'pinned messages',
    `from messages where ${tenant()} and thread_id = 'thread_id7' and pinned order by message_index desc limit 50`,
  ],
  message_refs_by_id: ['a message by its id', `from message_refs where ${tenant()} and message_id = 'message_id7'`],
  message_refs_by_author: [
    'unread counts, exports, erasures',
    `from message_refs where ${tenant()} and sender_id = 'sender_id7' and thread_id = 'thread_id7' and message_index >= 3`,
  ],
  message_refs_deleted: [
    'unread counts',
    `from message_refs where ${tenant()} and thread_id = 'thread_id7' and message_index >= 3 and deleted`,
  ],
  parked_by_partition: ['parked streams of a lane', `from parked_keys where partition = 7`],
  participants_by_user: [
    'lists, memberships of a socket',
    `from participants where ${tenant()} and user_id = 'user_id7' and removed_at is null order by thread_id`,
  ],
  participants_former: [
    'exports and erasures: threads left',
    `from participants where ${tenant()} and user_id = 'user_id100' and removed_at is not null order by thread_id`,
  ],
  quarantine_by_key: ['replaying a stream', `from quarantine where record_key = 'record_key7' order by log_offset`],
  tenants_held: ['legal holds', `from tenants where holds <> '[]'::jsonb`],
  tenants_limited: ['retention', `from tenants where retention_days is not null order by tenant_id limit 100`],
  threads_by_activity: [
    'lists of who sees much',
    `from threads where ${tenant()} and deleted_at is null and parent_thread_id is null
     order by active_minute desc, updated_at desc, thread_id desc limit 50`,
  ],
  threads_by_learner: [
    'lists, exports and erasures about a learner',
    `from threads where ${tenant()} and learner_id = 'learner_id100' and thread_id > '' order by thread_id limit 500`,
  ],
  threads_by_parent: [
    'sub-threads, replies',
    `from threads where ${tenant()} and parent_thread_id = 'parent_thread_id100' and root_message_id = 'root_message_id100'`,
  ],
  threads_titled_by: [
    'exports and erasures: titles',
    `from threads where ${tenant()} and title_by = 'title_by100' and thread_id > '' order by thread_id limit 500`,
  ],
  threads_described_by: [
    'exports and erasures: metadata',
    `from threads where ${tenant()} and metadata_by = 'metadata_by100' and metadata_by is distinct from title_by
     and thread_id > '' order by thread_id limit 500`,
  ],
  user_threads_hidden: [
    'lists: hidden threads',
    `from user_threads where ${tenant()} and user_id = 'user_id7' and thread_id = 'thread_id7' and hidden`,
  ],
  user_threads_of_thread: [
    'who has read how far',
    `from user_threads where ${tenant()} and thread_id = 'thread_id7' and read_index > 0`,
  ],
  agents_live: [
    'agents that are asked',
    `from agents where ${tenant()} and agent_id > '' and deleted_at is null order by agent_id limit 10`,
  ],
  agents_by_time: [
    'GET /agents',
    `from agents where ${tenant()} and deleted_at is null order by created_at desc, agent_id desc limit 50`,
  ],
  webhook_endpoints_live: [
    'delivery to webhooks',
    `from webhook_endpoints where ${tenant()} and webhook_id > '' and deleted_at is null order by webhook_id limit 10`,
  ],
  webhook_endpoints_by_time: [
    'GET /webhooks',
    `from webhook_endpoints where ${tenant()} and deleted_at is null order by created_at desc, webhook_id desc limit 50`,
  ],
};

function tenant(): string {
  return `tenant_id = 'tenant_id1'`;
}

const ROWS = 3_000;
/** Indexes of tables that are only there with messages in the other store. */
const ELSEWHERE = { postgres: /^message_refs_/, mongo: /^(messages|message_edits)_/ };

describe.each<MessageStoreKind>(['postgres', 'mongo'])('indexes of a generation with messages in %s', (kind) => {
  const stack = testStack();
  const needed = Object.keys(NEEDED).filter((name) => !ELSEWHERE[kind].test(name));
  let database: Database;

  beforeAll(async () => {
    database = await stack.freshPool();
    await migrate(database, { messages: kind });
    await fill(database);
  }, 60_000);

  it('are those that somebody needs, and no more', async () => {
    expect(await indexesOf(database)).toEqual(needed.toSorted());
  });

  it('serve those who need them', async () => {
    const client = await database.connect();
    try {
      await client.query(`set search_path = read_1; set enable_seqscan = off; set max_parallel_workers_per_gather = 0`);
      const missed: string[] = [];
      for (const name of needed) {
        const [who, query] = NEEDED[name]!;
        const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain select * ${query}`);
        const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
        if (!plan.includes(name)) missed.push(`${name}, for ${who}: ${plan}`);
      }
      expect(missed).toEqual([]);
    } finally {
      client.release(true);
    }
  });
});

/** All but primary keys, which are what rows are written by. */
async function indexesOf(database: Database): Promise<string[]> {
  const { rows } = await database.query<{ name: string }>(
    `select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid
     where c.relnamespace = 'read_1'::regnamespace and not i.indisprimary order by c.relname`,
  );
  return rows.map(({ name }) => name);
}

/** Rows of any values: texts begin with the name of their column, and each hundredth row has what may be null, or is true. */
async function fill(database: Database): Promise<void> {
  const { rows } = await database.query<{ name: string; columns: { name: string; type: string; nullable: boolean }[] }>(
    `select c.relname as name, json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, null),
       'nullable', not a.attnotnull) order by a.attnum) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and a.attgenerated = ''
     where c.relnamespace = 'read_1'::regnamespace and c.relkind = 'r' group by c.relname`,
  );
  for (const { name, columns } of rows) {
    const values = columns.map(({ name: column, type, nullable }) =>
      nullable ? `case when n % 100 = 0 then ${VALUES[type]!(column)} end` : VALUES[type]!(column),
    );
    await database.query(
      `insert into read_1.${name} (${columns.map((column) => column.name).join(', ')})
       select ${values.join(', ')} from generate_series(1, ${ROWS}) n on conflict do nothing`,
    );
    await database.query(`analyze read_1.${name}`);
  }
}

const VALUES: Readonly<Record<string, (column: string) => string>> = {
  text: (column) => {
    if (column === 'key_hash') return 'md5(n::text)';
    return `'${column}' || ${column === 'tenant_id' ? 'n % 3' : 'n'}`;
  },
  integer: () => 'n',
  bigint: () => 'n',
  boolean: () => 'n % 100 = 0',
  jsonb: () => `'[]'::jsonb`,
  uuid: () => 'gen_random_uuid()',
  bytea: () => `''::bytea`,
  'text[]': () => `'{}'::text[]`,
  'integer[]': () => 'array[n, n + 1, n + 2]',
  'timestamp with time zone': () => 'now()',
};
