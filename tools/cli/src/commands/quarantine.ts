import { replayParkedKey } from '@threadlog/projector';
import { activeGeneration, generationSchema } from '@threadlog/read-models';
import type { Operator } from '@threadlog/runtime';
import { onDeployment, type CommandContext } from '../context';
import { table, type Outcome } from '../outcome';

export interface QuarantineOptions {
  /** By default the one that is served. */
  generation?: number | undefined;
}

interface Quarantined {
  record_key: string;
  partition: number;
  log_offset: string;
  type: string | null;
  reason: string;
  parked: boolean;
}

/** What waits in quarantine, in the order of the log, and whether its streams are parked. Never text. */
export async function quarantineList(context: CommandContext, options: QuarantineOptions): Promise<Outcome> {
  const records = await onDeployment(context, async (operator) => {
    const schema = generationSchema(await generationOf(operator, options));
    const { rows } = await operator.database.query<Quarantined>(
      `select q.record_key, q.partition, q.log_offset, q.headers ->> 'ce_type' as type, q.reason,
         p.record_key is not null as parked
       from ${schema}.quarantine q left join ${schema}.parked_keys p on p.record_key = q.record_key
       order by q.partition, q.log_offset`,
    );
    return rows;
  });
  const text =
    records.length === 0
      ? 'nothing is in quarantine'
      : table(
          ['key', 'partition', 'offset', 'type', 'parked', 'reason'],
          records.map((row) => [
            ...[row.record_key, row.partition, row.log_offset, row.type],
            ...[row.parked ? 'yes' : 'no', row.reason],
          ]),
        );
  return { ok: true, text, json: { records } };
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

async function generationOf({ database }: Operator, { generation }: QuarantineOptions): Promise<number> {
  return generation ?? activeGeneration(database);
}
