import { randomUUID } from 'node:crypto';
import type { Database } from '@threadlog/read-models';
import { until, type LimitName, type RateLimits, type Service } from '@threadlog/service';

/** How often instances tell each other what they let through; milliseconds. */
const EXCHANGE_EVERY_MS = 1_000;
/** Usage older than this was read by everybody who lives. */
const KEPT = "interval '15 seconds'";
/** Buckets told of at a time; what is above is told the next time. */
const MAX_BUCKETS = 5_000;
/** Buckets remembered while the database is away; new ones beyond are not exchanged. */
const MAX_REMEMBERED = 50_000;

/** Brings the local buckets of several instances together, off the hot path. */
export interface RateExchange extends Service {
  /** For `createRateLimits`: remembers what was counted here. */
  onConsume(limit: LimitName, key: string): void;
}

export interface RateExchangeOptions {
  database: Database;
  /** Only asked for once the exchange runs. */
  limits(): Pick<RateLimits, 'charge'>;
  onFault(error: unknown): void;
  everyMs?: number;
}

/**
 * Each instance counts alone and at once; every second it writes what it counted and charges its buckets with what the
 * others wrote. So a limit may be exceeded by what comes within a second on each instance, and a database that is away
 * costs accuracy, not requests. The table is unlogged and short-lived: addresses and user ids do not stay.
 */
export function createRateExchange({
  database,
  limits,
  onFault,
  everyMs = EXCHANGE_EVERY_MS,
}: RateExchangeOptions): RateExchange {
  const instance = randomUUID();
  const counted = new Map<string, number>();
  let seen: number | null = null;

  async function tell(): Promise<void> {
    if (counted.size === 0) return;
    const told = [...counted].slice(0, MAX_BUCKETS);
    for (const [bucket] of told) counted.delete(bucket);
    await database.query(
      `with old as (delete from threadlog.rate_usage where at < clock_timestamp() - ${KEPT})
       insert into threadlog.rate_usage (instance, bucket, points)
       select $1, * from unnest($2::text[], $3::integer[])`,
      [instance, told.map(([bucket]) => bucket), told.map(([, points]) => points)],
    );
  }

  async function hear(): Promise<void> {
    if (seen === null) {
      const { rows } = await database.query<{ last: number }>(
        'select coalesce(max(id), 0) as last from threadlog.rate_usage',
      );
      seen = rows[0]!.last;
      return;
    }
    const { rows } = await database.query<{ id: number; bucket: string; points: number }>(
      'select id, bucket, points from threadlog.rate_usage where id > $1 and instance <> $2 order by id',
      [seen, instance],
    );
    for (const { id, bucket, points } of rows) {
      const cut = bucket.indexOf(' ');
      await limits().charge(bucket.slice(0, cut) as LimitName, bucket.slice(cut + 1), points);
      seen = id;
    }
  }

  return {
    name: 'rate-exchange',
    onConsume(limit, key) {
      const bucket = `${limit} ${key}`;
      if (counted.size >= MAX_REMEMBERED && !counted.has(bucket)) return;
      counted.set(bucket, (counted.get(bucket) ?? 0) + 1);
    },
    async run(signal) {
      await until(signal, () => hear().then(tell), { everyMs, onFault });
    },
  };
}
