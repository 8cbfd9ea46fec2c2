import { migrate, type Database } from '@threadlog/read-models';
import { createRateLimits, type RateLimits } from '@threadlog/service';
import { eventually, testStack } from '@threadlog/testing';
import { createRateExchange } from './rateExchange';

const RATES = { actor: { points: 10, seconds: 60 } };

describe('rate limits of several instances', () => {
  let database: Database;
  const stack = testStack();
  const stop = new AbortController();
  const running: Promise<void>[] = [];
  afterAll(async () => {
    stop.abort();
    await Promise.all(running);
  });

  function instance(faults: unknown[] = []): RateLimits {
    const exchange = createRateExchange({
      database,
      limits: () => limits,
      onFault: (error) => void faults.push(error),
      everyMs: 20,
    });
    const limits = createRateLimits({ rates: RATES, onConsume: exchange.onConsume });
    running.push(exchange.run(stop.signal));
    return limits;
  }

  beforeAll(async () => {
    database = await stack.freshPool();
    await migrate(database, { messages: 'postgres' });
  });

  test('count together what is spent on each', async () => {
    const [here, there] = [instance(), instance()];
    // Both have begun to listen once each has heard of a first request at the other.
    await eventually(async () => {
      await here.consume('actor', 'warm/here');
      expect((await there.consume('actor', 'warm/here'))!.remaining).toBeLessThan(8);
    });
    for (let count = 0; count < 8; count += 1) expect((await here.consume('actor', 't/ann'))!.exceeded).toBe(false);
    await eventually(async () => expect((await there.consume('actor', 't/ann'))!.exceeded).toBe(true));
    expect((await there.consume('actor', 't/bob'))!.exceeded).toBe(false);
  });

  test('go on alone while the database is away', async () => {
    const faults: unknown[] = [];
    const alone = instance(faults);
    await alone.consume('actor', 't/cem');
    await database.query('alter table threadlog.rate_usage rename to rate_usage_away');
    await eventually(() => faults.length > 0);
    expect((await alone.consume('actor', 't/cem'))!.remaining).toBe(8);
    await database.query('alter table threadlog.rate_usage_away rename to rate_usage');
  });
});
