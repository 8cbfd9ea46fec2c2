import { canonicalDump } from '@threadlog/read-models';
import type { Operator } from '@threadlog/runtime';

export interface Without {
  /** Rows that name any of these are left out: they may change. */
  names: readonly string[];
  /** Threads in which people come together; of theirs, the messages stay in. */
  shared: readonly string[];
}

/** Of these, every row is of the tenant as a whole, or of how far the projector is. */
const LEFT_OUT = new Set(['tenants', 'checkpoints', 'chat_deletion_logs', 'chat_export_logs', 'command_receipts']);
const OF_TENANT = /^\["[^"]+", "tenant", /;
const OF_MESSAGES = new Set(['messages', 'message_refs']);

/** Rows of a generation that have nothing to do with the given names, byte for byte, in the order of their keys. */
export async function rowsOfOthers(
  { database, messageStore }: Operator,
  generation: number,
  { names, shared }: Without,
): Promise<string[]> {
  const dump = await canonicalDump(database, generation, { store: messageStore(generation) });
  const quoted = names.map((name) => `"${name}`);
  const rows: string[] = [];
  let table = '';
  for (const line of dump.split('\n')) {
    if (line.startsWith('# ')) table = line.slice(2);
    else if (LEFT_OUT.has(table) || OF_TENANT.test(line) || quoted.some((name) => line.includes(name))) continue;
    else if (OF_MESSAGES.has(table) || !shared.some((thread) => line.includes(thread))) rows.push(`${table} ${line}`);
  }
  return rows;
}
