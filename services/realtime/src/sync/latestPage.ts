import type { Actor } from '@threadlog/auth';
import type { MessagePage } from '@threadlog/events';
import { messageCursor, presentMessage, sealedBlobsOf, type ReadTarget } from '@threadlog/read-models';
import type { Views } from '../views';
import type { SyncReader } from './reader';
import type { References } from './references';

/** Messages on a page, as REST has it by default. */
const PAGE = 50;

/** The newest messages of a thread that the actor may see, newest first; its cursors are those of REST. */
export type LatestPage = (actor: Actor, target: Pick<ReadTarget, 'threadId' | 'visibleFrom'>) => Promise<MessagePage>;

export interface LatestPageDeps {
  reader: SyncReader;
  views: Pick<Views, 'of'>;
  references: Pick<References, 'hiddenOf'>;
}

export function createLatestPage({ reader, views, references }: LatestPageDeps): LatestPage {
  return async ({ tenantId, id: viewerId }, { threadId, visibleFrom }) => {
    const found = await reader.latest(tenantId, threadId, { visibleFrom, limit: PAGE + 1 });
    const rows = found.slice(0, PAGE);
    const people = rows.map(({ sender_id }) => sender_id);
    const [view, hidden] = await Promise.all([
      views.of(tenantId, sealedBlobsOf(rows), people),
      references.hiddenOf(tenantId, rows, visibleFrom),
    ]);
    const hasMore = found.length > PAGE;
    const [first, last] = [rows[0], rows.at(-1)];
    return {
      messages: rows.map((row) => presentMessage(row, { ...view, viewerId, hidden })),
      hasMore,
      nextCursor: hasMore && last ? messageCursor(last.message_index) : null,
      prevCursor: first ? messageCursor(first.message_index) : null,
    };
  };
}
