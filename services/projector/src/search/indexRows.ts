import { streamName, type ChatEvent, type Sealed, type TenantId } from '@threadlog/events';
import { createTurn, indexTerms, type SearchTokens } from '@threadlog/read-models';
import { SealingError, type Sealing } from '@threadlog/sealing';
import { indexChanges, type IndexChanges, type IndexedText } from './changes';

/** A row as it is stored: tokens in place of the text. */
export type IndexRow = Omit<IndexedText, 'text'> & { tokens: number[] };
export interface IndexWrite extends Omit<IndexChanges, 'texts'> {
  rows: IndexRow[];
}

export type IndexSealing = Pick<Sealing, 'prepare' | 'open' | 'prepareTenant' | 'tenantHmac'>;

/** Texts whose keys are asked for together. */
const STRETCH = 50;

/**
 * Opens what events sealed and makes index rows of it. A text that no key opens any more has no row. Throws what a key
 * store throws that does not answer.
 */
export async function indexRows(
  events: readonly ChatEvent[],
  { sealing, tokens }: { sealing: IndexSealing; tokens: SearchTokens },
): Promise<IndexWrite> {
  const { texts, removed, removedThreads } = indexChanges(events);
  const turn = createTurn();
  const write: IndexWrite = { rows: [], removed: [...removed], removedThreads };
  for (const [tenantId, given] of byTenant(texts)) {
    for (let from = 0; from < given.length; from += STRETCH) {
      const stretch = given.slice(from, from + STRETCH);
      const alive = await prepared(sealing, tenantId, stretch);
      for (const { text: sealed, ...row } of stretch) {
        const text = alive ? open(sealing, { ...row, sealed }) : undefined;
        if (text === undefined) write.removed.push(row);
        else write.rows.push({ ...row, tokens: tokens.of(tenantId, indexTerms(text)) });
        if (turn.over) await turn.next();
      }
    }
  }
  return write;
}

function byTenant(texts: readonly IndexedText[]): Map<TenantId, IndexedText[]> {
  const tenants = new Map<TenantId, IndexedText[]>();
  for (const text of texts) {
    const known = tenants.get(text.tenant_id);
    if (known) known.push(text);
    else tenants.set(text.tenant_id, [text]);
  }
  return tenants;
}

/** False for a tenant that was erased: nothing of it can be opened or hashed. */
async function prepared(sealing: IndexSealing, tenantId: TenantId, texts: readonly IndexedText[]): Promise<boolean> {
  try {
    await sealing.prepareTenant(tenantId);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'subject_erased') return false;
    throw error;
  }
  const readable = texts.map(({ text }) => text);
  await sealing.prepare(tenantId, readable).catch((error: unknown) => {
    if (!(error instanceof SealingError)) throw error;
  });
  return true;
}

/** The text; undefined where it is erased, or was tampered with: its readers are told so, the index need not be. */
function open(
  sealing: IndexSealing,
  { tenant_id, thread_id, message_index, sealed }: Omit<IndexedText, 'text'> & { sealed: Sealed },
): string | undefined {
  const stream = streamName({ tenantId: tenant_id, type: 'thread', id: thread_id });
  try {
    const text = sealing.open(tenant_id, sealed, { stream, field: message_index === 0 ? 'title' : 'content' });
    return typeof text === 'string' ? text : undefined;
  } catch (error) {
    if (error instanceof SealingError) return undefined;
    throw error;
  }
}
