import type { LogBatch } from '@threadlog/log';
import { dueOf, type DueDeps } from './due';
import { acceptLive } from './reading';
import type { Outlet } from './outletPorts';
import type { Registry } from './registry';
import type { Room } from './room';
import type { Positions } from './store/positions';
import type { Watermark } from './watermark';

export interface LiveDeps extends DueDeps {
  registry: Registry;
  watermark: Watermark;
  room: Room;
  readFrom(outlet: Outlet, positions: Positions): void;
}

/**
 * Hands what is new to whom is told of it, batch by batch, and waits for none of them: each has a second to take it,
 * then it is noted. The position moves over a batch once all of it was taken or noted, so a process that ends in between
 * repeats deliveries, and leaves none out.
 */
export function createLiveReader(deps: LiveDeps, signal: AbortSignal): (batch: LogBatch) => Promise<void> {
  const { registry, watermark, room } = deps;
  return async ({ partition, records, next }) => {
    await room.some(signal);
    const from = watermark.handedOut(partition).offset;
    if (next.offset <= from) return;
    const fresh = records.filter(({ offset }) => offset >= from);
    let version: number;
    let found: Awaited<ReturnType<typeof dueOf<ReturnType<Registry['toldOf']>[number]>>>;
    // Who comes meanwhile is handed out for from here on, and so must be among those asked for.
    do {
      version = registry.version;
      found = await dueOf(deps, fresh, registry.toldOf);
      signal.throwIfAborted();
    } while (version !== registry.version);
    const told = found.flatMap(({ due, by }) =>
      by.map((receiver) => ({ due, outlet: registry.outlet(receiver, due.event.tenantId) })),
    );
    for (const { outlet } of told)
      if (!outlet.own && registry.isCrowded(outlet)) deps.readFrom(outlet, here(watermark));
    const mark = watermark.begin(partition, next);
    for (const { due, outlet } of told) acceptLive(outlet, due, mark);
    mark.release();
  };
}

/** Before the batch at hand, of which the outlet is handed nothing then. */
function here(watermark: Watermark): Positions {
  return new Map(watermark.partitions().map((partition) => [partition, watermark.handedOut(partition)]));
}
