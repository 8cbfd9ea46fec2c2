import {
  takeAway,
  type MessageKey,
  type MessageRow,
  type MessageStore,
  type Queryable,
  type Taking,
} from '@threadlog/read-models';

type Taker = Pick<MessageStore, 'take'>;

/** Takes from messages in a store of their own. Repeating it is harmless. */
export async function takeMessages({ take }: Taker, takings: readonly Taking[]): Promise<void> {
  for (const { table, key, before, columns } of takings) {
    if (table === 'messages') await take?.(key as MessageKey, before, columns as Partial<MessageRow>);
  }
}

/** Takes from all that is relational: where messages are, their refs are a view. */
export async function takeRows(
  { client, schema, store }: { client: Queryable; schema: string; store: Taker },
  takings: readonly Taking[],
): Promise<void> {
  const elsewhere: Taking['table'][] = store.take ? ['messages', 'message_edits'] : ['message_refs'];
  for (const taking of takings) if (!elsewhere.includes(taking.table)) await takeAway(client, schema, taking);
}
