import type { Statements } from '../statements';
import { columnsOf, upsertSql } from '../tables/table';
import { messageEditsTable } from '../projections';
import { allRows } from './allRows';
import type { MessageStore } from './port';

const COLUMNS = columnsOf(messageEditsTable);

/** Former texts beside the messages, in a table of their own. */
export function createPostgresEdits(
  statements: Statements,
): Pick<MessageStore, 'applyEdits' | 'editsOf' | 'editsOfEach' | 'allEdits'> {
  return {
    async applyEdits(rows) {
      if (rows.length === 0) return;
      await statements.rows('message_edits_apply', (schema) => upsertSql(messageEditsTable, schema, '$1'), [
        JSON.stringify(rows),
      ]);
    },
    editsOf: ({ tenant_id, thread_id, message_index, edit }, { after = -1, limit }) =>
      statements.rows(
        'message_edits_of',
        (schema) => `select ${COLUMNS} from ${schema}.message_edits
          where tenant_id = $1 and thread_id = $2 and message_index = $3 and edit > $4 and edit < $5 and content is not null
          order by edit limit $6`,
        [tenant_id, thread_id, message_index, after, edit, limit],
      ),
    async editsOfEach(tenantId, messages) {
      if (messages.length === 0) return [];
      return statements.rows(
        'message_edits_of_each',
        (schema) => `select ${columnsOf(messageEditsTable, 'e')}
          from unnest($2::text[], $3::integer[], $4::integer[]) as wanted(thread_id, message_index, edits)
          join ${schema}.message_edits e on e.tenant_id = $1 and e.thread_id = wanted.thread_id
            and e.message_index = wanted.message_index and e.edit < wanted.edits
          where e.content is not null order by e.edit`,
        [
          tenantId,
          messages.map(({ thread_id }) => thread_id),
          messages.map(({ message_index }) => message_index),
          messages.map(({ edit }) => edit),
        ],
      );
    },
    allEdits: () => allRows(statements, messageEditsTable),
  };
}
