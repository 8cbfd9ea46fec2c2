import type { EventLog, LogRecord } from '@threadlog/log';
import { dueOf, onlyOf, type Due, type DueDeps } from './due';
import type { Outlet } from './outletPorts';
import type { LateDelivery } from './store/deliveries';

export interface FindDeps extends DueDeps {
  log: Pick<EventLog, 'read'>;
}

/** Further apart in the log they are read one by one. */
const MAX_SPAN = 500;

/** Deliveries of one lane, read from the log and opened now, by offset. Those that are not to be told are not there. */
export async function findDue(
  deps: FindDeps,
  outlet: Pick<Outlet, 'endpoint' | 'tenantId'>,
  deliveries: readonly LateDelivery[],
): Promise<ReadonlyMap<number, Due>> {
  const offsets = new Set(deliveries.map(({ offset }) => offset));
  const records: LogRecord[] = [];
  for (const [from, to] of rangesOf(deliveries)) {
    const { partition } = deliveries[0]!;
    // What was noted was no record of a former owner, so the epoch before it does not matter.
    for await (const batch of deps.log.read(partition, { offset: from, maxEpoch: 0 }, to + 1))
      records.push(...batch.records.filter(({ offset }) => offsets.has(offset)));
  }
  const found = await dueOf(deps, records, onlyOf(outlet));
  return new Map(found.map(({ due }) => [due.offset, due]));
}

/** Runs of deliveries near each other: the first and the last offset of each. */
function rangesOf(deliveries: readonly LateDelivery[]): [from: number, to: number][] {
  const ranges: [number, number][] = [];
  for (const { offset } of deliveries) {
    const last = ranges.at(-1);
    if (last && offset - last[0] < MAX_SPAN) last[1] = offset;
    else ranges.push([offset, offset]);
  }
  return ranges;
}
