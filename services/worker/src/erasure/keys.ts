import type { TenantId } from '@threadlog/events';
import type { EventLog } from '@threadlog/log';
import { decodeErasure, ERASURES_TOPIC, type Runtime } from '@threadlog/runtime';
import type { ErasureKeys } from './ports';

/** Keys over the key store and the erasure list of the runtime. */
export function createErasureKeys({
  sealing,
  erasures,
  openTopic,
}: Pick<Runtime, 'sealing' | 'erasures' | 'openTopic'>): ErasureKeys {
  let opened: ReturnType<typeof openTopic> | undefined;
  /** Opened once, and closed with the runtime; a failure is not remembered. */
  const list = () => {
    opened ??= openTopic(ERASURES_TOPIC);
    opened.catch(() => (opened = undefined));
    return opened;
  };
  return {
    letGoMs: sealing.letGoMs,
    close: (tenantId, target) => sealing.close(tenantId, target),
    destroy: (tenantId, target, reason) => erasures.destroy(tenantId, target, reason),
    keysOf: (tenantId, target) => sealing.keysOf(tenantId, target),
    masterKeyDue: (version) => sealing.masterKeyDue(version),
    unlisted: async (tenantId, keyIds) => (keyIds.length === 0 ? [] : unlisted(await list(), tenantId, keyIds)),
  };
}

/** Reads the list from its beginning: it is short, and what an earlier erasure wrote down counts as well. */
async function unlisted(topic: EventLog, tenantId: TenantId, keyIds: readonly string[]): Promise<string[]> {
  const missing = new Set(keyIds);
  const [from, head] = await Promise.all([topic.tail(0), topic.head(0)]);
  for await (const { records } of topic.read(0, { offset: from, maxEpoch: 0 }, head)) {
    for (const { value, offset } of records) {
      const entry = decodeErasure(value, offset);
      if (entry.tenantId === tenantId) for (const { keyId } of entry.keys) missing.delete(keyId);
    }
  }
  return [...missing];
}
