import { logPage, maskedRecord, oneRecord, type LogPage, type LogRow, type LogStart } from '@threadlog/projector';
import { onDeployment, openEvents, type CommandContext } from '../context';
import { tenantOf } from '../given';
import { CommandError, EXIT, table, type Outcome } from '../outcome';

export interface TailOptions {
  partition?: number | undefined;
  tenant?: string | undefined;
  type?: string | undefined;
  /** Offset of the first record shown, of a partition; by default the newest are. */
  from?: number | undefined;
  limit: number;
}

/** Newest records of the log, or those from an offset on, in the order of time. What people wrote is not shown. */
export async function eventsTail(context: CommandContext, options: TailOptions): Promise<Outcome> {
  return list(context, options, undefined);
}

/** The newest records in which a text stands, in what is shown of them. What people wrote is not looked through. */
export async function eventsGrep(context: CommandContext, text: string, options: TailOptions): Promise<Outcome> {
  return list(context, options, text);
}

/** One record with its data, sealed fields masked. */
export async function eventsShow(context: CommandContext, partition: number, offset: number): Promise<Outcome> {
  const found = await onDeployment(context, async (operator) => {
    const judged = await oneRecord(await openEvents(operator), partition, offset);
    return judged && maskedRecord(judged);
  });
  if (!found) return { ok: false, text: 'there is no record at this place', json: { partition, offset } };
  const text = [listed([found]), found.fault, found.data].filter((part) => part !== null).join('\n\n');
  return { ok: true, text, json: found };
}

async function list(context: CommandContext, options: TailOptions, text: string | undefined): Promise<Outcome> {
  const { partition, type, from, limit } = options;
  if (from !== undefined && partition === undefined)
    throw new CommandError('--from is an offset of one partition: name it with --partition', EXIT.usage);
  const tenantId = options.tenant === undefined ? undefined : tenantOf(options.tenant);
  const rows = await onDeployment(context, async (operator) => {
    const log = await openEvents(operator);
    if (partition !== undefined && partition >= log.partitions)
      throw new CommandError(`there are ${log.partitions} partitions, the first is 0`, EXIT.usage);
    const start: LogStart = from === undefined ? { before: null } : { after: new Map([[partition!, from]]) };
    const page = (at: LogStart) => logPage(log, { partition, tenantId, type, text }, at);
    return gather(page, start, { limit, report: context.report });
  });
  return { ok: rows.length > 0, text: rows.length === 0 ? 'no records' : listed(rows), json: { records: rows } };
}

interface Gathering {
  limit: number;
  report(line: string): void;
}

const REPORT_EVERY = 100_000;

/** As many rows as are wanted, the oldest first. */
async function gather(
  pageAt: (start: LogStart) => Promise<LogPage>,
  first: LogStart,
  { limit, report }: Gathering,
): Promise<LogRow[]> {
  const rows: LogRow[] = [];
  let [looked, told] = [0, 0];
  for (let start: LogStart | null = first; start && rows.length < limit;) {
    const page = await pageAt(start);
    rows.push(...('after' in first ? page.rows.reverse() : page.rows));
    looked += page.looked;
    if (looked - told >= REPORT_EVERY) report(`${(told = looked)} records looked at`);
    if ('after' in first) start = page.more ? { after: page.newer } : null;
    else start = page.older && { before: page.older };
  }
  const wanted = rows.slice(0, limit);
  return 'after' in first ? wanted : wanted.reverse();
}

function listed(rows: readonly LogRow[]): string {
  return table(
    ['partition', 'offset', 'time', 'type', 'stream', 'seq', 'by', 'bytes'],
    rows.map(({ partition, offset, at, standing, key, type, tenant, stream, seq, actor, bytes }) => [
      ...[partition, offset, at, standing === 'counts' ? type : `${type ?? '-'} (${standing})`],
      ...[stream ? `${tenant}/${stream.type}/${stream.id}` : printable(key), seq, actor?.id, bytes],
    ]),
  );
}

/** Keys of records that nobody of ours wrote may say anything, to a terminal too. */
const printable = (text: string): string => text.replace(/[^\P{C}]/gu, '?');
