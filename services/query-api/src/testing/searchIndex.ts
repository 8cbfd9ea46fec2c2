import { createSearchTokens, indexTerms, openColumn, type Database, type ThreadRow } from '@threadlog/read-models';
import type { SealingService } from '@threadlog/sealing';
import type { FoldedRows } from '@threadlog/testing';

/** Writes the index rows of messages and titles: what the projector's index comes to in the end. */
export async function indexRows(database: Database, sealing: SealingService, rows: FoldedRows): Promise<void> {
  const tokens = createSearchTokens(sealing);
  const threads = new Map<string, ThreadRow>(rows.threads.map((thread) => [thread.thread_id, thread]));
  const texts = [
    ...rows.threads.map((row) => ({ ...row, message_index: 0, text: row.title, field: 'title' })),
    ...rows.messages.map((row) => ({ ...row, text: row.content, field: 'content' })),
  ];
  for (const { text, field, ...row } of texts) {
    if (text === null) continue;
    await sealing.prepareTenant(row.tenant_id);
    await sealing.prepare(row.tenant_id, [{ sealed: text }]);
    const place = { tenantId: row.tenant_id, streamType: 'thread' as const, streamId: row.thread_id, field };
    const terms = indexTerms(openColumn(sealing, text, place) as string);
    await database.query(
      `insert into read_1.message_search
         (tenant_id, thread_id, message_index, learner_id, created_at, version, tokens)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict (tenant_id, thread_id, message_index)
         do update set tokens = excluded.tokens`,
      [
        row.tenant_id,
        row.thread_id,
        row.message_index,
        threads.get(row.thread_id)!.learner_id,
        row.created_at,
        row.version,
        tokens.of(row.tenant_id, terms),
      ],
    );
  }
}
