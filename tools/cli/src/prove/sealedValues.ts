import type { EventLog } from '@threadlog/log';
import { generationSchema, liveGenerations, type Database } from '@threadlog/read-models';
import type { Operator } from '@threadlog/runtime';

/** A place where sealed values may be, and its records as text, one after another. */
export interface Source {
  store: string;
  what: string;
  records(): AsyncIterable<string>;
}

const ROWS = 500;

/** Every sealed value that stands in a text, also in bytes that Postgres writes as hexadecimal. */
export function sealedValuesIn(text: string): string[] {
  const direct = text.match(SEALED) ?? [];
  const hidden = [...text.matchAll(BYTES)].flatMap(
    ([, hex]) => Buffer.from(hex!, 'hex').toString('utf8').match(SEALED) ?? [],
  );
  return [...direct, ...hidden];
}

/** The shortest has one key: flags, key, event id, nonce and tag, 61 bytes. */
const SEALED = /\bv1\.[A-Za-z0-9_-]{82,}/g;
const BYTES = /\\x((?:[0-9a-f]{2}){61,})/g;

/** The log as it stands on disk, and every table and collection of every generation that is kept up. */
export async function sourcesOf(operator: Operator, events: EventLog): Promise<Source[]> {
  const { database, config, messageStore } = operator;
  const generations = (await liveGenerations(database)).map(({ generation }) => generation);
  const schemas = ['threadlog', ...generations.map(generationSchema)];
  const tables = await tablesOf(database, schemas);
  const log = Array.from({ length: events.partitions }, (_, partition) => partition).map((partition) => ({
    store: 'kafka',
    what: `${events.topic}/${partition}`,
    records: () => recordsOf(events, partition),
  }));
  const rows = tables.map((table) => ({ store: 'postgres', what: table, records: () => rowsOf(database, table) }));
  const documents = generations.flatMap((generation) => {
    const store = messageStore(generation);
    const whole = { messages: () => store.all(), 'former texts': () => store.allEdits() };
    return Object.entries(whole).map(([what, rows]) => ({
      store: 'mongodb',
      what: `${what} of generation ${generation}`,
      records: () => jsonOf(rows()),
    }));
  });
  return [...log, ...rows, ...(config.MONGO_URL === undefined ? [] : documents)];
}

async function* recordsOf(events: EventLog, partition: number): AsyncGenerator<string> {
  const [tail, head] = await Promise.all([events.tail(partition), events.head(partition)]);
  for await (const { records, malformed } of events.read(partition, { offset: tail, maxEpoch: 0 }, head))
    for (const { value } of [...records, ...malformed]) yield value.toString('utf8');
}

/** Names as they can stand in a statement. */
async function tablesOf(database: Database, schemas: string[]): Promise<string[]> {
  const { rows } = await database.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_schema = any($1) and table_type = 'BASE TABLE' order by 1`,
    [schemas],
  );
  return rows.map(({ name }) => name);
}

/** Through a cursor: tables may be larger than memory. */
async function* rowsOf(database: Database, table: string): AsyncGenerator<string> {
  const client = await database.connect();
  try {
    await client.query('begin transaction isolation level repeatable read, read only');
    await client.query(`declare prove no scroll cursor for select to_jsonb(t)::text as row from ${table} t`);
    for (;;) {
      const { rows } = await client.query<{ row: string }>(`fetch ${ROWS} from prove`);
      for (const { row } of rows) yield row;
      if (rows.length < ROWS) return;
    }
  } finally {
    // Ends the transaction too, in whatever state it is.
    client.release(true);
  }
}

async function* jsonOf(rows: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const row of rows) yield JSON.stringify(row);
}
