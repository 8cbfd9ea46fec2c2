import type { TenantId } from '@threadlog/events';
import type { MessageStore } from '@threadlog/read-models';

export interface TimePlaceRequest {
  tenantId: TenantId;
  threadId: string;
  /** Index of the thread's last message. */
  lastIndex: number;
  /** As events write their times: of one form, so that they compare as texts. */
  instant: string;
}

/** So many messages are looked at at a time: a thread of 100,000 takes three turns. */
const PROBES = 48;

/**
 * Index of the first message that was not written before an instant, or the one after the last. The times of a thread's
 * messages strictly grow with their index, so it is found by looking at some of them, then at some between two of those.
 * A message whose row is missing tells nothing; where only such are left the answer is too high rather than too low, which
 * shows a message twice and skips none.
 */
export async function indexAt(store: Pick<MessageStore, 'byKeys'>, request: TimePlaceRequest): Promise<number> {
  const { tenantId: tenant_id, threadId: thread_id, lastIndex, instant } = request;
  let [low, high] = [0, lastIndex + 1];
  while (high - low > 1) {
    const keys = between(low, high).map((message_index) => ({ tenant_id, thread_id, message_index }));
    const rows = await store.byKeys(keys);
    if (rows.length === 0) return high;
    for (const { message_index, created_at } of rows) {
      if (created_at < instant) low = Math.max(low, message_index);
      else high = Math.min(high, message_index);
    }
  }
  return high;
}

/** All indexes that lie between two, or `PROBES` of them, evenly. */
function between(low: number, high: number): number[] {
  const all = high - low - 1;
  const many = Math.min(PROBES, all);
  return Array.from({ length: many }, (_, at) => low + 1 + Math.floor((at * all) / many));
}
