import type { CommandContext } from '../context';
import { askOperations } from '../operations';
import { table, type Outcome } from '../outcome';

export interface OfTenant {
  tenant: string;
}

/** Of lists: where a page begins, and how long it is. */
export interface PageOptions extends OfTenant {
  cursor?: string;
  limit?: number;
}

interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** A page of a list that the operations port has. */
export async function listOf<Item>(
  context: CommandContext,
  path: string[],
  { cursor, limit = 50 }: PageOptions,
  { headings, row }: { headings: string[]; row(item: Item): unknown[] },
): Promise<Outcome> {
  const page = await askOperations<Page<Item>>(context, path, { query: { cursor, limit: String(limit) } });
  const text = page.items.length === 0 ? 'none' : table(headings, page.items.map(row));
  const more = page.nextCursor === null ? '' : `\n\nmore: --cursor ${page.nextCursor}`;
  return { ok: true, text: text + more, json: page };
}
