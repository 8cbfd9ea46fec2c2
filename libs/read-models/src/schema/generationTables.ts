import {
  agentsTable,
  auditTable,
  auditTrailSql,
  deletionLogsTable,
  exportLogsTable,
  messageEditsTable,
  messageRefsTable,
  messageRefsViewSql,
  messagesTable,
  participantsTable,
  receiptsTable,
  streamsTable,
  tenantsTable,
  threadMembersTable,
  threadsTable,
  usersTable,
  userThreadsTable,
  webhookEndpointsTable,
} from '../projections';
import { generationSchema } from './generation';
import { tableSql } from '../tables/ddl';
import {
  checkpointsTable,
  messageSearchTable,
  parkedKeysTable,
  quarantineTable,
  searchCheckpointsTable,
} from '../tables/laneTables';
import type { TableShape } from '../tables/table';

/** Where messages live. */
export type MessageStoreKind = 'postgres' | 'mongo';

/** Tables of rows folded from events, in every generation, wherever its messages live. */
export const FOLDED_TABLES: readonly TableShape[] = [
  streamsTable,
  receiptsTable,
  threadsTable,
  participantsTable,
  threadMembersTable,
  usersTable,
  userThreadsTable,
  auditTable,
  exportLogsTable,
  deletionLogsTable,
  tenantsTable,
  webhookEndpointsTable,
  agentsTable,
];
/** What lanes and the search index keep beside them. */
const LANE_TABLES = [checkpointsTable, quarantineTable, parkedKeysTable, messageSearchTable, searchCheckpointsTable];

/**
 * All tables of one generation, for either message store; safe to repeat. Every personal field holds the sealed blob's
 * text (`v1.…`) or null, and beside it stands nothing that tells it. Timestamps are the events' own strings
 * (microseconds; `Date` would cut them) and compare as text. `version` is the stream version of the last event that
 * changed the row, which guards every replayed write.
 *
 * `message_refs` is what relational queries (unread, last message, look-up by message id) join: a view of the messages, or
 * a slim table where the messages live in Mongo.
 */
export function generationTables(generation: number, messages: MessageStoreKind): string {
  const schema = generationSchema(generation);
  const inPostgres = messages === 'postgres';
  const tables = [
    ...FOLDED_TABLES,
    ...LANE_TABLES,
    ...(inPostgres ? [messagesTable, messageEditsTable] : [messageRefsTable]),
  ];
  return [
    `create schema if not exists ${schema};`,
    ...tables.map((table) => tableSql(table, schema)),
    ...(inPostgres ? [messageRefsViewSql(schema)] : []),
    auditTrailSql(schema, inPostgres),
  ].join('\n');
}
