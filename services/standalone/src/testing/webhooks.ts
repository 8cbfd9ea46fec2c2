import { tenantId } from '@threadlog/events';
import type { Signals } from '@threadlog/runtime';
import { createLogger, createMetrics } from '@threadlog/service';
import { eventually } from '@threadlog/testing';
import { createWebhooks, WEBHOOK_EVENTS, type WebhookEndpoint } from '@threadlog/worker';
import { startReceiver, type Received, type Receiver } from './receiver';
import type { givenStandalone } from './standalone';

export const PATIENT = { timeoutMs: 90_000, intervalMs: 50 };
export const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;

interface Following {
  signals?: Signals;
  limits?: { ofEndpoint: number; ofTenant: number };
}

/** Webhooks of a system, told from this process, and a receiver of each test's own. Call it where a file is set up. */
export function givenWebhooks(api: ReturnType<typeof givenStandalone>) {
  const ends: (() => unknown)[] = [];
  let receiver: Receiver;
  let names = 0;
  beforeEach(async () => void (receiver = await startReceiver()));
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
    await receiver.close();
  });

  const rowsOf = async <Row extends object>(sql: string, values: unknown[]): Promise<Row[]> =>
    (await api.runtime().database.query<Row>(sql, values)).rows;

  const endpointOf = (tenant: string, more: Partial<WebhookEndpoint> = {}): WebhookEndpoint => ({
    ...registered(tenant, `endpoint-${(names += 1)}`),
    ...{ url: receiver.url, ...more },
  });

  /** It is told, and nothing of before is looked for any more. */
  const begun = (key: string): Promise<void> =>
    eventually(async () => {
      const sql = `select exists (select from threadlog.webhook_receivers where endpoint = $1) as told,
        exists (select from threadlog.webhook_positions where reader = $1) as behind`;
      expect(await rowsOf(sql, [key])).toEqual([{ told: true, behind: false }]);
    }, PATIENT);

  /** Follows the log for endpoints, which may be changed meanwhile. */
  async function follow(endpoints: WebhookEndpoint[], more: Following = {}) {
    const stopping = new AbortController();
    const ended = createWebhooks({
      ...api.runtime(),
      ...more,
      endpoints: { list: () => Promise.resolve([...endpoints]) },
      disable: () => Promise.resolve('done'),
      outbound: { allowHttp: true, allowedRanges: ['127.0.0.1'] },
      logger: createLogger({ service: 'test', level: 'silent' }),
      metrics: createMetrics({ defaults: false }),
    }).run(stopping.signal);
    const stop = async () => {
      stopping.abort();
      await ended;
    };
    ends.push(stop);
    for (const { key } of endpoints) await begun(key);
    return { stop };
  }

  return {
    receiver: () => receiver,
    /** Called when a test ends, the last one first. */
    atEnd: (end: () => unknown) => void ends.push(end),
    endpointOf,
    begun,
    follow,
    /** Follows it for one endpoint. */
    async start(tenant: string, more: Following = {}) {
      const endpoint = endpointOf(tenant);
      return { key: endpoint.key, ...(await follow([endpoint], more)) };
    },
    /** What an endpoint has not taken. */
    rows: (key: string) =>
      rowsOf<{ attempts: number; last_status: number | null; dead: boolean }>(
        `select attempts, last_status, dead_at is not null as dead from threadlog.webhook_deliveries
         where outlet = $1 order by log_offset`,
        [key],
      ),
    rowsOf,
    until: (said: string) => eventually(() => expect(contents(receiver.taken)).toContain(said), PATIENT),
  };
}

/** A tenant's endpoint, registered now. */
function registered(tenant: string, id: string): Omit<WebhookEndpoint, 'url'> {
  return {
    ...{ key: `${tenant}/${id}`, id, tenantId: tenantId(tenant), events: new Set(WEBHOOK_EVENTS), filter: null },
    ...{ payload: 'full', secrets: [{ value: WEBHOOK_SECRET, until: null }], since: new Date() },
    ...{ enabled: true, version: 1 },
  };
}

export const contents = (received: readonly Received[]) => received.flatMap(({ data }) => data.content ?? []);

/** The first copies of what was taken, in the order in which they came. */
export function deduplicated(received: readonly Received[]): Received[] {
  const known = new Set<string>();
  return received.filter(({ id }) => !known.has(id) && known.add(id));
}

/** What happened until now is dated before what begins then, whichever clock says so. */
export async function longBefore(): Promise<void> {
  const from = Date.now();
  await eventually(() => expect(Date.now()).toBeGreaterThan(from + 200), PATIENT);
}
