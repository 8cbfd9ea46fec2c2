import type {
  MessageEditRow,
  MessageRow,
  MessageStore,
  PrivacyLogName,
  PrivacyLogRows,
  Projection,
} from '@threadlog/read-models';
import type { Registry } from '../projections/registry';

/**
 * Writes what does not travel with the checkpoint: messages, and the logs of privacy requests where the message store
 * keeps them as well. Comes before the checkpoint moves, so the store may be ahead of it and is never behind.
 */
export async function writeStored(
  store: Pick<MessageStore, 'apply' | 'applyEdits' | 'privacyLogs'>,
  { stored, storedEdits, mirrored }: Registry,
  changes: ReadonlyMap<Projection<object>, ReadonlyMap<string, object>>,
): Promise<void> {
  // Former texts first: an edit of which the message is there already makes none of them again.
  const edits = storedEdits && changes.get(storedEdits);
  if (edits) await store.applyEdits([...edits.values()] as MessageEditRow[]);
  const messages = stored && changes.get(stored);
  if (messages) await store.apply([...messages.values()] as MessageRow[]);
  if (!store.privacyLogs) return;
  for (const projection of mirrored) {
    const rows = changes.get(projection);
    if (!rows) continue;
    await store.privacyLogs.apply(
      projection.table.name as PrivacyLogName,
      [...rows.values()] as PrivacyLogRows[PrivacyLogName][],
    );
  }
}
