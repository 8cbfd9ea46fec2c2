import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  foldDeletion,
  foldExport,
  foldMessage,
  foldMessageEdit,
  foldParticipant,
  foldTenant,
  foldThread,
  foldUser,
  foldAgent,
  foldWebhookEndpoint,
  isExportEvent,
  messageEditsOf,
  messageIdOf,
  participantsOf,
  privacyRequestOf,
  type DeletionLogRow,
  type ExportLogRow,
  type MessageEditRow,
  type MessageRow,
  type ParticipantRow,
  type TenantRow,
  type ThreadRow,
  type UserRow,
  type AgentRow,
  type WebhookEndpointRow,
} from '@threadlog/read-models';
import { EVENT_TYPES } from './arbitrary.testing';
import { decodeEvent, encodeControl, encodeEvent } from './codec';
import type { ChatEvent } from './envelope';

/**
 * Logs as former builds wrote them, and what they came to. They only ever grow in number: a golden log is never
 * rewritten, since the real ones cannot be either. When a fold learns something new, its outcome beside it is reviewed
 * and replaced (`UPDATE_GOLDEN=1` writes it); when a fold or a reader forgets something, a test here fails.
 */
const DIRECTORY = join(__dirname, '../golden');
const LOGS = readdirSync(DIRECTORY).filter((file) => file.endsWith('.ndjson'));

interface GoldenRecord {
  key: string;
  headers: Record<string, string>;
  value: Record<string, unknown>;
}

function recordsOf(log: string): GoldenRecord[] {
  const lines = readFileSync(join(DIRECTORY, log), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as GoldenRecord);
}

const decode = (record: GoldenRecord) => decodeEvent(Buffer.from(JSON.stringify(record.value)));

/** Rows by table and key. */
interface Tables {
  threads: Map<string, ThreadRow>;
  participants: Map<string, ParticipantRow>;
  messages: Map<string, MessageRow>;
  edits: Map<string, MessageEditRow>;
  users: Map<string, UserRow>;
  exports: Map<string, ExportLogRow>;
  deletions: Map<string, DeletionLogRow>;
  tenants: Map<string, TenantRow>;
  webhooks: Map<string, WebhookEndpointRow>;
  agents: Map<string, AgentRow>;
}

function fold(events: ChatEvent[]): Tables {
  const tables: Tables = {
    threads: new Map(),
    participants: new Map(),
    messages: new Map(),
    edits: new Map(),
    users: new Map(),
    exports: new Map(),
    deletions: new Map(),
    tenants: new Map(),
    webhooks: new Map(),
    agents: new Map(),
  };
  for (const event of events) {
    const id = event.stream_id;
    if (event.stream_type === 'user') apply(tables.users, id, (row) => foldUser(row, event));
    foldOfTenants(tables, event);
    foldRequest(tables, event);
    if (event.stream_type !== 'thread') continue;
    apply(tables.threads, id, (row) => foldThread(row, event));
    for (const user of participantsOf(event)) {
      apply(tables.participants, `${id} ${user}`, (row) =>
        foldParticipant(row, event, user, tables.threads.get(id) ?? null),
      );
    }
    const message = messageIdOf(event);
    const before = tables.messages.get(`${id} ${message}`) ?? null;
    for (const key of messageEditsOf(event)) {
      const name = `${id} ${message} ${key.slot}`;
      apply(tables.edits, name, (row) => foldMessageEdit(row, event, { message: before, key }));
    }
    if (message) apply(tables.messages, `${id} ${message}`, (row) => foldMessage(row, event));
  }
  return tables;
}

function foldOfTenants(tables: Tables, event: ChatEvent): void {
  const id = event.stream_id;
  if (event.stream_type === 'tenant') apply(tables.tenants, id, (row) => foldTenant(row, event));
  if (event.stream_type === 'webhook') apply(tables.webhooks, id, (row) => foldWebhookEndpoint(row, event, null));
  if (event.stream_type === 'agent') apply(tables.agents, id, (row) => foldAgent(row, event));
}

function foldRequest(tables: Tables, event: ChatEvent): void {
  const id = privacyRequestOf(event);
  if (id === null) return;
  if (isExportEvent(event)) apply(tables.exports, id, (row) => foldExport(row, event));
  else apply(tables.deletions, `${event.stream_id} ${id}`, (row) => foldDeletion(row, event));
}

function apply<Row>(table: Map<string, Row>, key: string, next: (row: Row | null) => Row | null): void {
  const row = next(table.get(key) ?? null);
  if (row) table.set(key, row);
}

function outcomeOf(log: string): object {
  const decoded = recordsOf(log).map(decode);
  const tables = fold(decoded.flatMap((one) => (one.kind === 'event' ? [one.event] : [])));
  return {
    kinds: Object.fromEntries(
      Object.entries(Object.groupBy(decoded, ({ kind }) => kind)).map(([k, all]) => [k, all.length]),
    ),
    unknown: decoded.flatMap((one) => (one.kind === 'unknown' ? [[one.type, one.event?.stream_version ?? null]] : [])),
    ...Object.fromEntries(Object.entries(tables).map(([name, rows]) => [name, Object.fromEntries([...rows].sort())])),
  };
}

describe.each(LOGS)('%s', (log) => {
  test('comes to what it came to', () => {
    const file = join(DIRECTORY, log.replace('.ndjson', '.json'));
    const outcome = JSON.stringify(outcomeOf(log), null, 2);
    if (process.env.UPDATE_GOLDEN) writeFileSync(file, `${outcome}\n`);
    expect(JSON.parse(outcome)).toEqual(JSON.parse(readFileSync(file, 'utf8')));
  });

  test('holds nothing that readers of today cannot decode', () => {
    const faults = recordsOf(log)
      .map(decode)
      .filter(({ kind }) => kind === 'undecodable');
    expect(faults).toEqual([]);
  });

  test('would be written under the same keys and headers today', () => {
    for (const record of recordsOf(log)) {
      const decoded = decode(record);
      if (decoded.kind === 'unknown' || decoded.kind === 'undecodable') continue;
      const today = decoded.kind === 'control' ? encodeControl(decoded.event) : encodeEvent(decoded.event);
      const { traceparent: _perRequest, ...headers } = record.headers;
      expect(today).toMatchObject({ key: record.key, headers });
    }
  });
});

test('there is a golden record of every type in the catalogue', () => {
  const seen = new Set(LOGS.flatMap((log) => recordsOf(log).map(({ value }) => value.event_type)));
  expect(EVENT_TYPES.filter((type) => !seen.has(type))).toEqual([]);
});
