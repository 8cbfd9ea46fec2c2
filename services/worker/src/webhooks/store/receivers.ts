import { inTransaction, type Database, type Queryable } from '@threadlog/read-models';
import { dropReaders, storePositions, type Positions } from './positions';

/** What is kept of an endpoint that is told of something. */
export interface KnownReceiver {
  /** From when on it is told: another time means that it was switched on again. */
  since: Date;
  /** Since when it has taken nothing that was tried. */
  failingSince: Date | null;
}

export interface ReceiverStore {
  all(): Promise<Map<string, KnownReceiver>>;
  /** It is told from then on; of what lies behind these positions by itself, where some are given. */
  begin(endpoint: string, since: Date, own: { reader: string; positions: Positions } | null): Promise<void>;
  failing(endpoint: string, since: Date | null): Promise<void>;
  forget(endpoints: readonly string[]): Promise<void>;
}

export function createReceiverStore(database: Database): ReceiverStore {
  return {
    async all() {
      const { rows } = await database.query<{ endpoint: string } & KnownReceiver>(
        `select endpoint, since, failing_since as "failingSince" from threadlog.webhook_receivers`,
      );
      return new Map(rows.map(({ endpoint, ...known }) => [endpoint, known]));
    },
    begin: (endpoint, since, own) =>
      inTransaction(database, async (client) => {
        if (own) await placeReader(client, own);
        await client.query(
          `insert into threadlog.webhook_receivers (endpoint, since) values ($1, $2)
           on conflict (endpoint) do update set since = excluded.since, failing_since = null`,
          [endpoint, since],
        );
      }),
    async failing(endpoint, since) {
      await database.query('update threadlog.webhook_receivers set failing_since = $2 where endpoint = $1', [
        endpoint,
        since,
      ]);
    },
    async forget(endpoints) {
      await database.query('delete from threadlog.webhook_receivers where endpoint = any($1)', [endpoints]);
    },
  };
}

/** Positions that it had when it was told earlier do not count. */
async function placeReader(client: Queryable, { reader, positions }: { reader: string; positions: Positions }) {
  await dropReaders(client, [reader]);
  await storePositions(
    client,
    [...positions].map(([partition, at]) => ({ reader, partition, at })),
  );
}
