import type { Statements } from '../statements';
import { upsertSql } from '../tables/table';
import { messageEditsTable } from '../tables/tables';
import { allRows } from './allRows';
import type { MessageStore } from './port';

const COLUMNS = Object.keys(messageEditsTable.columns).join(', ');

/** Former texts beside the messages, in a table of their own. */
export function createPostgresEdits(statements: Statements): Pick<MessageStore, 'applyEdits' | 'editsOf' | 'allEdits'> {
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
    allEdits: () => allRows(statements, messageEditsTable),
  };
}
