import type { KeptMessage } from '../live/outbox.ts';
import type { NewMessage } from '../resources/messages.ts';
import { answer, type Tables } from './database.ts';
import type { Page } from './page.ts';

/** A message as it is stored. */
interface Stored {
  /** API, tenant and user: messages of others are never looked at. */
  owner: string;
  localId: string;
  threadId: string;
  /** JSON: what would be sent, and nothing that cannot be stored. */
  input: string;
  at: number;
  failed: KeptMessage['failed'];
  /** The page that sends it. */
  page: string;
}

export interface Bounds {
  maxMessages: number;
  /** Characters of the messages' JSON. */
  maxSize: number;
}

export interface Owned {
  owner: string;
  /** Every key of the owner. */
  range: unknown;
  bounds: Bounds;
}

const allOf = async ({ messages }: Tables, { range }: Owned) => (await answer(messages.getAll(range))) as Stored[];

/** False where it would be too many or too much. */
export async function put(
  tables: Tables,
  { page, ...owned }: Owned & { page: Page },
  { input, ...message }: KeptMessage,
  instead: string | undefined,
): Promise<boolean> {
  const { owner, bounds } = owned;
  const stored: Stored = { ...message, owner, input: JSON.stringify(input), page: page.name };
  const others = (await allOf(tables, owned)).filter((one) => ![message.localId, instead].includes(one.localId));
  const size = others.reduce((sum, one) => sum + one.input.length, stored.input.length);
  if (instead !== undefined) await answer(tables.messages.delete([owner, instead]));
  if (others.length >= bounds.maxMessages || size > bounds.maxSize) return false;
  await page.sign(tables);
  await answer(tables.messages.put(stored));
  return true;
}

export async function isOf({ messages }: Tables, { owner, page }: Owned & { page: Page }, localId: string) {
  const stored = (await answer(messages.get([owner, localId]))) as Stored | undefined;
  return stored?.page === page.name;
}

export async function remove({ messages }: Tables, { owner }: Owned, localId: string): Promise<void> {
  await answer(messages.delete([owner, localId]));
}

export async function removeAll({ messages }: Tables, { range }: Owned): Promise<void> {
  await answer(messages.delete(range));
}

/** Other pages that have messages of this owner. */
export async function otherPages(tables: Tables, owned: Owned & { page: Page }): Promise<string[]> {
  const pages = new Set((await allOf(tables, owned)).map(({ page }) => page));
  pages.delete(owned.page.name);
  return [...pages];
}

/** What pages that have ended have left, which is this page's from now on; in the order in which it was written. */
export async function takeOver(
  tables: Tables,
  { page, ...owned }: Owned & { page: Page },
  ended: readonly string[],
): Promise<KeptMessage[]> {
  const left = (await allOf(tables, owned)).filter((stored) => ended.includes(stored.page));
  await page.sign(tables);
  for (const stored of left) await answer(tables.messages.put({ ...stored, page: page.name }));
  for (const name of ended) await answer(tables.pages.delete(name));
  return left.sort((one, other) => one.at - other.at).map(kept);
}

function kept({ localId, threadId, input, at, failed }: Stored): KeptMessage {
  return { localId, threadId, input: JSON.parse(input) as NewMessage, at, failed };
}
