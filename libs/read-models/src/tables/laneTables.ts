import { bigint, boolean, bytes, instant, integer, json, nullable, text } from './columns';
import type { TableShape } from './table';

/**
 * Where each partition's lane stands. `revision` moves whenever somebody other than the lane changes the rows of a
 * partition (a replay of parked records): the lane's guard names it, so that rows the lane remembers from before are
 * never written over newer ones. `parkings` moves whenever streams of the partition are parked or go on again: who
 * remembers which ones are asks for them again.
 */
export const checkpointsTable = {
  name: 'checkpoints',
  columns: {
    partition: integer(),
    next_offset: bigint(),
    max_epoch: bigint(),
    revision: integer('0'),
    parkings: integer('0'),
    updated_at: instant('now()'),
  },
  key: ['partition'],
  fillFactor: 50,
} satisfies TableShape;

/** What a lane could not apply, and what waits behind it, as it came. */
export const quarantineTable = {
  name: 'quarantine',
  columns: {
    partition: integer(),
    log_offset: bigint(),
    record_key: text(),
    reason: text(),
    value: bytes(),
    headers: json<Record<string, string>>(),
    created_at: instant('now()'),
  },
  key: ['partition', 'log_offset'],
  indexes: { quarantine_by_key: { on: 'record_key, log_offset' } },
} satisfies TableShape;

/** Record keys whose streams are parked. `closed`: nobody may see their threads until they are replayed. */
export const parkedKeysTable = {
  name: 'parked_keys',
  columns: { record_key: text(), partition: integer(), since_offset: bigint(), closed: boolean('false') },
  key: ['record_key'],
  indexes: { parked_by_partition: { on: 'partition' } },
} satisfies TableShape;

/** In SQL: the root of a thread, which is itself or what its id begins with. The index of roots is of this very expression. */
export function rootOfThread(threadId: string): string {
  return `split_part(${threadId}, '~', 1)`;
}

/**
 * The blind index of messages and titles (a title has index 0), and how far it has come. Tokens are keyed hashes of
 * words; beside them stands what access and order need, and nothing that tells the text.
 *
 * Both tables are unlogged, so that tokens reach neither the write-ahead log nor base backups. A crash of the database
 * empties both together: the index then begins again at the start of the log.
 */
export const messageSearchTable = {
  name: 'message_search',
  columns: {
    tenant_id: text(),
    thread_id: text(),
    message_index: integer(),
    version: integer(),
    created_at: text(),
    learner_id: nullable(text()),
    tokens: { type: 'integer[]', nullable: false },
  },
  key: ['tenant_id', 'thread_id', 'message_index'],
  unlogged: true,
  indexes: {
    // What waits to be sorted in is looked through by every search, and sorted in by one unlucky insert.
    message_search_tokens: { using: 'gin', on: 'tokens', with: 'gin_pending_list_limit = 512' },
    message_search_newest: { on: 'tenant_id, created_at desc, thread_id desc' },
    message_search_by_root: { on: `tenant_id, ${rootOfThread('thread_id')}` },
    message_search_by_learner: { on: 'tenant_id, learner_id', where: 'learner_id is not null' },
  },
} satisfies TableShape;

export const searchCheckpointsTable = {
  name: 'search_checkpoints',
  columns: { partition: integer(), next_offset: bigint(), max_epoch: bigint() },
  key: ['partition'],
  unlogged: true,
  fillFactor: 50,
} satisfies TableShape;
