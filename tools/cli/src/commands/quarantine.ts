import {
  DiscardError,
  discardRecord,
  listQuarantined,
  listQuarantinedStreams,
  replayParkedKey,
  showQuarantined,
} from '@threadlog/projector';
import { activeGeneration } from '@threadlog/read-models';
import type { Operator } from '@threadlog/runtime';
import { onDeployment, type CommandContext } from '../context';
import { CommandError, EXIT, table, type Outcome } from '../outcome';
import { userInfo } from 'node:os';

export interface QuarantineOptions {
  /** By default the one that is served. */
  generation?: number | undefined;
}

/** What waits in quarantine, in the order of the log, and whether its streams are parked. Never text. */
export async function quarantineList(context: CommandContext, options: QuarantineOptions): Promise<Outcome> {
  const records = await onDeployment(context, async (operator) =>
    listQuarantined(operator.database, await generationOf(operator, options)),
  );
  const text =
    records.length === 0
      ? 'nothing is in quarantine'
      : table(
          ['key', 'partition', 'offset', 'type', 'parked', 'reason'],
          records.map((row) => [
            ...[row.record_key, row.partition, row.log_offset, row.type],
            ...[row.closed ? 'closed' : row.parked ? 'yes' : 'no', row.discarded ? 'discarded' : row.reason],
          ]),
        );
  return { ok: true, text, json: { records } };
}

/** Streams listed at most. */
const MOST_STREAMS = 10_000;

/** What waits in quarantine, a line for each record key. */
export async function quarantineStreams(context: CommandContext, options: QuarantineOptions): Promise<Outcome> {
  const streams = await onDeployment(context, async (operator) =>
    listQuarantinedStreams(operator.database, await generationOf(operator, options), { limit: MOST_STREAMS }),
  );
  const rows = streams.map((row) => [
    ...[row.record_key, row.partition, row.records, row.first_offset],
    ...[row.closed ? 'closed' : row.parked ? 'yes' : 'no', row.reason],
  ]);
  const headings = ['key', 'partition', 'records', 'first offset', 'parked', 'reason'];
  const text = rows.length === 0 ? 'nothing is in quarantine' : table(headings, rows);
  return { ok: true, text, json: { streams } };
}

/** Applies what waits for a record key, after the fault was mended. */
export async function quarantineReplay(
  context: CommandContext,
  key: string,
  options: QuarantineOptions,
): Promise<Outcome> {
  const applied = await onDeployment(context, async (operator) => {
    const generation = await generationOf(operator, options);
    const { database, messageStore } = operator;
    return replayParkedKey({ database, generation, store: messageStore(generation) }, key);
  });
  const text = applied === 0 ? `${key} is not parked` : `${applied} records of ${key} applied`;
  return { ok: applied > 0, text, json: { key, applied } };
}

/** All that waits for one record key, and what was discarded of it, by whom and why. Headers and sizes, never text. */
export async function quarantineShow(
  context: CommandContext,
  key: string,
  options: QuarantineOptions,
): Promise<Outcome> {
  const { records, discarded } = await onDeployment(context, async (operator) =>
    showQuarantined(operator.database, await generationOf(operator, options), { key }),
  );
  const rows = [
    ...records.map((one) => [one.log_offset, one.headers.ce_time ?? '', one.type, one.bytes, one.reason]),
    ...discarded.map((one) => [one.log_offset, '', null, '', `discarded by ${one.discarded_by}: ${one.reason}`]),
  ];
  const text = rows.length === 0 ? `nothing of ${key}` : table(['offset', 'time', 'type', 'bytes', 'reason'], rows);
  return { ok: rows.length > 0, text, json: { key, records, discarded } };
}

export interface DiscardOptions {
  reason: string;
  by?: string | undefined;
  force?: boolean | undefined;
}

/** Gives a record up, in every generation and for good, and lets its streams go on. */
export async function quarantineDiscard(
  context: CommandContext,
  { key, offset }: { key: string; offset: number },
  { reason, by = userInfo().username, force = false }: DiscardOptions,
): Promise<Outcome> {
  if (reason.trim() === '') throw new CommandError('say why: --reason must not be empty', EXIT.usage);
  const outcomes = await onDeployment(context, ({ database, messageStore }) =>
    discardRecord({ database, messageStore }, { recordKey: key, offset, reason: reason.slice(0, 500), by, force }),
  ).catch((error: unknown) => {
    if (error instanceof DiscardError) throw new CommandError(error.message, EXIT.no, { cause: error });
    throw error;
  });
  const lines = outcomes.map(({ generation, applied, stillParked }) =>
    stillParked
      ? `generation ${generation}: next is offset ${stillParked.offset}: ${stillParked.reason}`
      : `generation ${generation}: goes on, ${applied} records applied or passed over`,
  );
  return {
    ok: true,
    text: [`${key} ${offset} discarded by ${by}`, ...lines].join('\n'),
    json: { key, offset, by, reason, outcomes },
  };
}

async function generationOf({ database }: Operator, { generation }: QuarantineOptions): Promise<number> {
  return generation ?? activeGeneration(database);
}
