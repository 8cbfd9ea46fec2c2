import type { Actor } from '@threadlog/auth';
import { editBlobsOf, presentEdits, type EditResource, type MessageRow } from '@threadlog/read-models';
import { viewFor, type QueryContext } from '../context';
import { encodeEdit } from '../cursors';

export interface EditPage {
  items: EditResource[];
  hasMore: boolean;
  nextCursor: string | null;
  prevCursor: null;
}

/** A page of the former texts of a message that the actor may see, oldest first. */
export async function editPage(
  context: QueryContext,
  actor: Actor,
  { row, after, limit }: { row: MessageRow; after: number | undefined; limit: number },
): Promise<EditPage> {
  const found = row.edit === 0 ? [] : await context.messages().editsOf(row, { after, limit: limit + 1 });
  const rows = found.slice(0, limit);
  await context.opener.prepare(actor.tenantId, editBlobsOf(rows));
  const view = await viewFor(context, actor, { rows: [], userIds: [], messages: [] });
  const last = rows.at(-1);
  const nextCursor = found.length > limit && last ? encodeEdit(last.edit) : null;
  return { items: presentEdits(rows, view), hasMore: nextCursor !== null, nextCursor, prevCursor: null };
}
