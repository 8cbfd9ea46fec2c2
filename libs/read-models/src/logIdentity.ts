import type { Queryable } from './database';

/** The log that a read model was built from. */
export interface LogIdentity {
  /** Changes when the topic is created again. */
  logId: string;
  topic: string;
  partitions: number;
}

/** The database belongs to another log. Starting would fold one log's offsets onto another's rows. */
export class LogIdentityError extends Error {
  override readonly name = 'LogIdentityError';
  constructor(
    readonly recorded: LogIdentity,
    readonly found: LogIdentity,
  ) {
    super(
      `this database was built from log ${describe(recorded)}, but the log found is ${describe(found)}; ` +
        'point both at the same pair, or start with an empty database',
    );
  }
}

const describe = (log: LogIdentity): string => `${log.logId} (topic ${log.topic}, ${log.partitions} partitions)`;

/** The log that this database was built from; null before there was any. */
export async function readLogIdentity(database: Queryable): Promise<LogIdentity | null> {
  const { rows } = await database.query<LogIdentity>(
    'select log_id as "logId", topic, partitions from threadlog.log_identity',
  );
  return rows[0] ?? null;
}

/** Records the log on first use; afterwards throws `LogIdentityError` unless it is the same. */
export async function claimLogIdentity(database: Queryable, found: LogIdentity): Promise<void> {
  await database.query(
    'insert into threadlog.log_identity (log_id, topic, partitions) values ($1, $2, $3) on conflict do nothing',
    [found.logId, found.topic, found.partitions],
  );
  const recorded = (await readLogIdentity(database)) as LogIdentity;
  const same =
    recorded.logId === found.logId && recorded.topic === found.topic && recorded.partitions === found.partitions;
  if (!same) throw new LogIdentityError(recorded, found);
}
