import type { TenantId } from '@threadlog/events';

interface Slot<TKey, TValue> {
  key: TKey;
  promise: Promise<TValue>;
  resolve(value: TValue): void;
  reject(error: unknown): void;
}

/**
 * Gathers what several callers ask for in one turn of the event loop into one load per tenant. A key that is already
 * being loaded is waited for, not loaded twice.
 */
export function createBatchLoader<TKey, TValue>(
  nameOf: (key: TKey) => string,
  load: (tenantId: TenantId, keys: TKey[]) => Promise<(key: TKey) => TValue>,
): (tenantId: TenantId, key: TKey) => Promise<TValue> {
  const running = new Map<string, Slot<TKey, TValue>>();
  let gathered = new Map<TenantId, Slot<TKey, TValue>[]>();

  async function run(tenantId: TenantId, slots: Slot<TKey, TValue>[]): Promise<void> {
    try {
      const valueOf = await load(
        tenantId,
        slots.map((slot) => slot.key),
      );
      for (const slot of slots) slot.resolve(valueOf(slot.key));
    } catch (error) {
      for (const slot of slots) slot.reject(error);
    } finally {
      for (const slot of slots) running.delete(`${tenantId}/${nameOf(slot.key)}`);
    }
  }

  function flush(): void {
    const batches = gathered;
    gathered = new Map();
    for (const [tenantId, slots] of batches) void run(tenantId, slots);
  }

  return (tenantId, key) => {
    const name = `${tenantId}/${nameOf(key)}`;
    const known = running.get(name);
    if (known) return known.promise;
    const slot: Slot<TKey, TValue> = { key, ...Promise.withResolvers<TValue>() };
    running.set(name, slot);
    if (gathered.size === 0) setImmediate(flush);
    const batch = gathered.get(tenantId);
    if (batch) batch.push(slot);
    else gathered.set(tenantId, [slot]);
    return slot.promise;
  };
}
