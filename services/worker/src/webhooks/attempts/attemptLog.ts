import type { Database } from '@threadlog/read-models';
import { until, type Logger } from '@threadlog/service';
import { insertAttempts, pruneAttempts } from './store';
import { sealAnswers, type AnswerSealing } from './answers';
import type { AttemptRecord } from './attemptRecord';

/** Notes attempts beside the deliveries, which never wait for it. */
export interface AttemptLog {
  note(record: AttemptRecord): void;
  /** Writes what was noted, again and again, and at last once more. What a kill takes away is missing from the list. */
  run(signal: AbortSignal): Promise<void>;
}

export interface AttemptLogDeps {
  database: Database;
  sealing: AnswerSealing;
  logger: Logger;
  /** Hears of attempts that are left out of the list. */
  observer: { unlisted(count: number): void };
}

const WRITE_EVERY_MS = 1_000;
/** Of an endpoint, in one write; of more the newest. Those that failed are what is looked for. */
const MAX_TAKEN_A_WRITE = 200;
const MAX_FAILED_A_WRITE = 1_000;
/** Of all endpoints together, until they are written. */
const MAX_UNWRITTEN = 20_000;
/** New rows of an endpoint after which the oldest go. */
const PRUNE_EVERY = 250;

interface Unwritten {
  webhook: Pick<AttemptRecord, 'tenantId' | 'webhookId'>;
  taken: AttemptRecord[];
  failed: AttemptRecord[];
}

export function createAttemptLog(deps: AttemptLogDeps): AttemptLog {
  const { observer, logger } = deps;
  let unwritten = new Map<string, Unwritten>();
  let size = 0;
  const rows = new Map<string, number>();

  function note(record: AttemptRecord): void {
    if (size >= MAX_UNWRITTEN) return observer.unlisted(1);
    const key = `${record.tenantId}/${record.webhookId}`;
    const own = unwritten.get(key) ?? { webhook: record, taken: [], failed: [] };
    unwritten.set(key, own);
    const [list, most] = record.delivered ? [own.taken, MAX_TAKEN_A_WRITE] : [own.failed, MAX_FAILED_A_WRITE];
    list.push(record);
    size += 1;
    // Now and then, not with each: an array is moved as a whole.
    if (list.length >= 2 * most) size -= leaveOut(list, most);
  }

  function leaveOut(list: AttemptRecord[], most: number): number {
    const left = list.splice(0, Math.max(0, list.length - most)).length;
    if (left > 0) observer.unlisted(left);
    return left;
  }

  async function write(): Promise<void> {
    const all = unwritten;
    [unwritten, size] = [new Map(), 0];
    for (const { taken, failed } of all.values()) {
      leaveOut(taken, MAX_TAKEN_A_WRITE);
      leaveOut(failed, MAX_FAILED_A_WRITE);
    }
    const records = [...all.values()].flatMap(({ taken, failed }) => [...taken, ...failed]);
    if (records.length === 0) return;
    await insertAttempts(deps.database, await sealAnswers(deps.sealing, records));
    for (const [key, { webhook, taken, failed }] of all) await prune(key, webhook, taken.length + failed.length);
  }

  async function prune(key: string, webhook: Unwritten['webhook'], added: number): Promise<void> {
    const now = (rows.get(key) ?? 0) + added;
    rows.set(key, now);
    if (now < PRUNE_EVERY) return;
    rows.delete(key);
    await pruneAttempts(deps.database, webhook);
  }

  const onFault = (err: unknown) => logger.warn({ err }, 'attempts of webhooks cannot be noted');
  return {
    note,
    async run(signal) {
      await until(signal, write, { everyMs: WRITE_EVERY_MS, onFault });
      await write().catch(onFault);
    },
  };
}
