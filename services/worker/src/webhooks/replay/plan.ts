import { parseWebhookPosition, problem } from '@threadlog/events';
import type { EventLog } from '@threadlog/log';
import { placeAt, positionAt } from '../places';
import type { ReplayPlace } from './store';

type PlanLog = Pick<EventLog, 'partitions' | 'head' | 'tail' | 'read'>;

/** Where a replay begins or ends, as it was asked for. */
export type ReplayEdge = { at: Date } | { partition: number; offset: number };

export interface Plan {
  places: ReplayPlace[];
  fromTime: Date | null;
  toTime: Date | null;
}

/** An edge by its text: a position of the log, or a time. */
export function edgeOf(text: string, instant: (text: string) => string | null): ReplayEdge | null {
  const position = parseWebhookPosition(text);
  if (position) return position;
  const at = instant(text);
  return at === null ? null : { at: new Date(at) };
}

/**
 * Which stretches of the log a replay goes through. A position stands for one partition, and is part of it at both ends; what
 * happened at the time that it ends with is not. Throws `invalid_request` for what cannot be.
 */
export async function planReplay(log: PlanLog, from: ReplayEdge, to: ReplayEdge | null, now: Date): Promise<Plan> {
  if ('at' in from) return planTimes(log, from.at, to, now);
  const toTime = to && 'at' in to ? to.at : null;
  const place = await onePartition(log, from, to && !('at' in to) ? to : null);
  return { places: [place], fromTime: null, toTime };
}

async function planTimes(log: PlanLog, fromTime: Date, to: ReplayEdge | null, now: Date): Promise<Plan> {
  if (fromTime > now) throw invalid('from', 'is in the future');
  if (to && !('at' in to)) throw invalid('to', 'must be a time, as `from` is');
  if (to && to.at <= fromTime) throw invalid('to', 'is not after `from`');
  return { places: await wholeLog(log, fromTime), fromTime, toTime: to?.at ?? null };
}

type Place = { partition: number; offset: number };

async function wholeLog(log: PlanLog, from: Date): Promise<ReplayPlace[]> {
  const partitions = Array.from({ length: log.partitions }, (_, partition) => partition);
  return Promise.all(
    partitions.map(async (partition) => {
      const end = await log.head(partition);
      return { partition, next: await placeAt(log, { partition, end }, from), end };
    }),
  );
}

async function onePartition(log: PlanLog, { partition, offset }: Place, to: Place | null): Promise<ReplayPlace> {
  if (partition >= log.partitions) throw invalid('from', 'is no position of this log');
  const head = await log.head(partition);
  if (offset >= head) throw invalid('from', 'is behind the end of the log');
  if (to && to.partition !== partition) throw invalid('to', 'must be of the same partition as `from`');
  if (to && to.offset < offset) throw invalid('to', 'is before `from`');
  const begin = Math.max(offset, await log.tail(partition));
  return { partition, next: await positionAt(log, partition, begin), end: Math.min(head, (to?.offset ?? head) + 1) };
}

function invalid(field: 'from' | 'to', message: string) {
  const errors = [{ pointer: `/${field}`, code: 'invalid', message }];
  return problem('invalid_request', `/${field}: ${message}`, { errors });
}
