import { readStretch, type InspectedLog, type JudgedRecord } from './stretch';

/** The record at a place; null where there is none, or no longer. */
export async function oneRecord(log: InspectedLog, partition: number, offset: number): Promise<JudgedRecord | null> {
  if (partition >= log.partitions) return null;
  const [tail, head] = await Promise.all([log.tail(partition), log.head(partition)]);
  if (offset < tail || offset >= head) return null;
  const { records } = await readStretch(log, { partition, from: offset, to: offset + 1 }, 'last');
  return records.find(({ record }) => record.offset === offset) ?? null;
}
