import { closesThread } from '@threadlog/events';
import { profileTaken, takingsOf, type Taking } from '@threadlog/read-models';
import type { Entry } from './decodeRecord';
import { parseRecordKey, timeOf } from './recordKey';

/** What a record that is set aside takes away all the same. */
export interface Loss {
  /** Taken at once: it depends on nothing that waits. */
  takings: readonly Taking[];
  /** It takes something away that cannot be told: nobody may see its thread until it is replayed. */
  closes: boolean;
}

const NO_LOSS: Loss = { takings: [], closes: false };
/** Above every version: whoever wrote the record, it is newer than what stands. */
const ANY_VERSION = 2_147_483_647;

/** Pure: every rebuild comes to the same. */
export function lossOf(entry: Entry): Loss {
  if (entry.kind === 'event') {
    const takings = takingsOf(entry.event);
    return takings.length > 0 ? { takings, closes: false } : NO_LOSS;
  }
  if (entry.kind !== 'undecodable') return NO_LOSS;
  const { ce_type: type = '' } = entry.record.headers;
  if (closesThread(type)) return { takings: [], closes: true };
  if (type !== 'CHAT_USER_REMOVED') return NO_LOSS;
  const key = parseRecordKey(entry.record.key);
  if (key?.streamType !== 'user') return NO_LOSS;
  const how = { timestamp: timeOf(entry), before: ANY_VERSION };
  return { takings: [profileTaken(key.tenantId, key.streamId, how)], closes: false };
}

/** Whether a record takes something away, so that it must not wait for what stands before it. */
export function isLoss(entry: Entry): boolean {
  const { takings, closes } = lossOf(entry);
  return closes || takings.length > 0;
}
