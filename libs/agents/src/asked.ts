import { notThere, type TenantId } from '@threadlog/events';
import type { MessageRow } from '@threadlog/read-models';

/** A message that an agent answers, by who wrote it and when. */
export interface AskedMessage {
  askedBy: string;
  askedAt: string;
  triggerIndex: number;
}

type ReadMessage = (tenantId: TenantId, messageId: string) => Promise<MessageRow | undefined>;

/** Looks for it in the read model; throws `not_found` where it is not in the thread, or not there yet. */
export async function askedMessage(
  read: ReadMessage,
  tenantId: TenantId,
  { threadId, messageId }: { threadId: string; messageId: string },
): Promise<AskedMessage> {
  const row = await read(tenantId, messageId);
  if (row?.thread_id !== threadId) throw notThere();
  return { askedBy: row.sender_id, askedAt: row.created_at, triggerIndex: row.message_index };
}
