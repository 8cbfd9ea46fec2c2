import { onBehalfOf } from '@threadlog/service';
import { inTransaction, type Database } from '@threadlog/read-models';
import { testStack } from '@threadlog/testing';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { shareFairly } from './fairDatabase';

/** Five connections: four for tenants, three of them for one, one for the process. */
const CONNECTIONS = 5;
const OF_TENANT = 3;

const stack = testStack();
let database: Database;
const shed: string[] = [];

beforeAll(async () => {
  database = await stack.freshPool({ max: CONNECTIONS });
  shareFairly(database, { connections: CONNECTIONS, onShed: (surface) => void shed.push(surface) });
});

const as = <T>(tenantId: string, work: () => Promise<T>): Promise<T> => onBehalfOf({ tenantId, surface: 'http' }, work);

/** Transactions of a tenant that hold their connections until they are told to end. */
function heldTransactions(tenantId: string, count: number) {
  const held = Array.from({ length: count }, () => {
    const [begun, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let isBegun = false;
    const over = as(tenantId, () =>
      inTransaction(database, async (client) => {
        await client.query('select 1');
        isBegun = true;
        begun.resolve();
        await end.promise;
      }),
    );
    return { begun: begun.promise, end: end.resolve, over, isBegun: () => isBegun };
  });
  return {
    begun: () => Promise.all(held.slice(0, OF_TENANT).map((one) => one.begun)),
    countBegun: () => held.filter((one) => one.isBegun()).length,
    async end() {
      for (const one of held) one.end();
      await Promise.all(held.map((one) => one.over));
    },
  };
}

const one = async (work: () => Promise<{ rows: unknown[] }>) => (await work()).rows;

it('leaves connections to others while transactions of a tenant have all that are its', async () => {
  const loud = heldTransactions('loud', 20);
  await loud.begun();
  expect(await as('quiet', () => one(() => database.query('select 2 as n')))).toEqual([{ n: 2 }]);
  await as('quiet', () => inTransaction(database, (client) => client.query('select 3')));
  expect(await one(() => database.query('select 4 as n'))).toEqual([{ n: 4 }]);
  expect(loud.countBegun()).toBe(OF_TENANT);
  await loud.end();
  expect(loud.countBegun()).toBe(20);
});

it('counts statements and transactions of a tenant together, and gives back what is over', async () => {
  const loud = heldTransactions('loud', OF_TENANT);
  await loud.begun();
  let isAnswered = false;
  const waiting = as('loud', () => database.query('select 1')).then(() => (isAnswered = true));
  await as('quiet', () => database.query('select 1'));
  await nextTurn();
  expect(isAnswered).toBe(false);
  await loud.end();
  await waiting;
  await expect(
    as('loud', () => inTransaction(database, (client) => client.query('select no such column'))),
  ).rejects.toThrow();
  const again = heldTransactions('loud', OF_TENANT);
  await again.begun();
  await again.end();
  expect(shed).toEqual([]);
});

describe('a database that does not answer', () => {
  let slow: Database;
  beforeAll(async () => {
    slow = await stack.freshPool({ max: CONNECTIONS });
    shareFairly(slow, { connections: CONNECTIONS, longestAnswerMs: 200, onShed: () => undefined });
  });
  const sleeps = (seconds: number) => `select pg_sleep(${seconds}), pg_backend_pid() as pid`;

  it('is given up in time by whoever asks for a tenant, and by nobody else', async () => {
    await expect(as('acme', () => slow.query(sleeps(1)))).rejects.toMatchObject({ problem: { code: 'unavailable' } });
    expect((await slow.query(sleeps(0.3))).rowCount).toBe(1);
    expect((await as('acme', () => slow.query('select 1'))).rowCount).toBe(1);
  });

  it('costs a transaction its connection, and the next one gets another', async () => {
    let lost: number | undefined;
    const late = as('acme', () =>
      inTransaction(slow, async (client) => {
        lost = (await client.query<{ pid: number }>(sleeps(0))).rows[0]!.pid;
        await client.query(sleeps(1));
      }),
    );
    await expect(late).rejects.toThrow('Connection terminated');
    for (let count = 0; count < CONNECTIONS; count += 1) {
      const { rows } = await as('acme', () =>
        inTransaction(slow, (client) => client.query<{ pid: number }>(sleeps(0))),
      );
      expect(rows[0]!.pid).not.toBe(lost);
    }
  });

  it('leaves alone what ended in time', async () => {
    await as('acme', () => inTransaction(slow, (client) => client.query('select 1')));
    expect((await slow.query(sleeps(0.5))).rowCount).toBe(1);
    expect((await as('acme', () => slow.query('select 2'))).rowCount).toBe(1);
  });
});
