import { randomUUID } from 'node:crypto';
import type { Queryable } from '@threadlog/read-models';
import { memoryFigures, pause, until, type HealthReport, type MemoryFigures, type Service } from '@threadlog/service';

/** How often a process says that it is there; milliseconds. */
const EVERY_MS = 5_000;
/** How often while it waits for something, as when it starts. */
const WAITING_MS = 500;
/** How long it may take to take it back. */
const GOODBYE_MS = 1_000;
/** A process that has said nothing for so long is gone, and is listed no more. */
const FORGOTTEN = "interval '15 minutes'";
/** Most processes listed. */
const MOST = 500;

/** A process as it said of itself last. */
export interface KnownProcess {
  id: string;
  /** Where its operations port is, for others of the deployment. */
  url: string;
  version: string;
  roles: string[];
  startedAt: string;
  /** Seconds since it said so; one that is alive says it every five. */
  silentSeconds: number;
  ready: boolean;
  /** What it waits for, by check; empty where it is ready. */
  waitsFor: Record<string, string>;
  memory: MemoryFigures;
}

export interface ProcessRegisterOptions {
  database: Queryable;
  opsUrl: string;
  version: string;
  roles: readonly string[];
  report(): Promise<HealthReport>;
  onFault(error: unknown): void;
  everyMs?: number;
}

/**
 * Says every few seconds in the database that this process is there, how it is, and what it waits for; takes that back when it
 * ends. A database that is away makes the process look silent, which nothing rests on.
 */
export function createProcessRegister(options: ProcessRegisterOptions): Service & { id: string } {
  const { database, opsUrl, version, roles, report, onFault, everyMs = EVERY_MS } = options;
  const id = randomUUID();
  const startedAt = new Date(Date.now() - process.uptime() * 1_000).toISOString();

  async function tell(): Promise<number | void> {
    const { ready, checks } = await report();
    const waitsFor = Object.fromEntries(Object.entries(checks).filter(([, said]) => said !== 'ok'));
    await database.query(
      `with old as (delete from threadlog.processes where seen_at < clock_timestamp() - ${FORGOTTEN})
       insert into threadlog.processes (process_id, ops_url, version, roles, started_at, seen_at, ready, waits_for, memory)
       values ($1, $2, $3, $4, $5, clock_timestamp(), $6, $7, $8)
       on conflict (process_id) do update set seen_at = excluded.seen_at, ready = excluded.ready,
         waits_for = excluded.waits_for, memory = excluded.memory`,
      [id, opsUrl, version, roles, startedAt, ready, JSON.stringify(waitsFor), JSON.stringify(memoryFigures())],
    );
    if (!ready) return Math.min(everyMs, WAITING_MS);
  }

  return {
    id,
    name: 'process-register',
    async run(signal) {
      await until(signal, tell, { everyMs, onFault });
      // A database that is away must not keep the process from ending: it is forgotten in time.
      const gone = database.query('delete from threadlog.processes where process_id = $1', [id]);
      await Promise.race([gone.catch(onFault), pause(GOODBYE_MS, new AbortController().signal)]);
    },
  };
}

/** Every process that said lately that it is there, by its roles. */
export async function readProcesses(database: Queryable): Promise<KnownProcess[]> {
  const { rows } = await database.query<KnownProcess & { startedAt: Date | string }>(
    `select process_id as id, ops_url as url, version, roles, started_at as "startedAt",
       extract(epoch from clock_timestamp() - seen_at)::float8 as "silentSeconds",
       ready, waits_for as "waitsFor", memory
     from threadlog.processes where seen_at >= clock_timestamp() - ${FORGOTTEN}
     order by roles, process_id limit ${MOST}`,
  );
  return rows.map((row) => ({
    ...row,
    startedAt: new Date(row.startedAt).toISOString(),
    silentSeconds: Math.max(0, Math.round(row.silentSeconds)),
  }));
}
