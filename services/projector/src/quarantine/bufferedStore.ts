import {
  messagesTable,
  rowKey,
  type MessageRow,
  type MessageStore,
  type PrivacyLogName,
  type PrivacyLogRows,
  type PrivacyLogs,
} from '@threadlog/read-models';

export interface BufferedStore extends Pick<
  MessageStore,
  'kind' | 'byKeys' | 'apply' | 'applyEdits' | 'take' | 'privacyLogs'
> {
  /** Writes what was held back. */
  flush(): Promise<void>;
}

type Writes = (() => Promise<void>)[];

/**
 * A message store whose writes are held back until all else of a transaction has succeeded: records that are replayed may
 * meet an entry that cannot be applied at the very end, and then nothing of them may be seen.
 */
export function bufferedStore(store: MessageStore): BufferedStore {
  const rows = new Map<string, MessageRow>();
  const writes: Writes = [];
  const { take } = store;
  const nameOf = (row: MessageRow): string => rowKey(messagesTable, row);

  async function byKeys(keys: Parameters<MessageStore['byKeys']>[0]): Promise<MessageRow[]> {
    const stored = await store.byKeys(keys);
    const found = new Map(stored.map((row) => [nameOf(row), row]));
    for (const key of keys) {
      const held = rows.get(nameOf(key as MessageRow));
      if (held) found.set(nameOf(held), held);
    }
    return [...found.values()];
  }

  return {
    kind: store.kind,
    byKeys,
    apply(given) {
      for (const row of given) rows.set(nameOf(row), row);
      writes.push(() => store.apply(given));
      return Promise.resolve();
    },
    applyEdits(given) {
      writes.push(() => store.applyEdits(given));
      return Promise.resolve();
    },
    take: take
      ? async (key, before, columns) => {
          const [row] = await byKeys([key]);
          if (row && row.version < before) rows.set(nameOf(row), { ...row, ...columns });
          writes.push(() => take(key, before, columns));
        }
      : null,
    privacyLogs: store.privacyLogs && bufferedLogs(store.privacyLogs, writes),
    async flush() {
      for (const write of writes.splice(0)) await write();
    },
  };
}

function bufferedLogs(logs: PrivacyLogs, writes: Writes): PrivacyLogs {
  return {
    all: (log) => logs.all(log),
    apply<Name extends PrivacyLogName>(log: Name, given: readonly PrivacyLogRows[Name][]) {
      writes.push(() => logs.apply(log, given));
      return Promise.resolve();
    },
  };
}
