import { scale, shortOnly, testSeed, testStack } from '@threadlog/testing';
import { runBench } from './bench';
import { playDemo } from './demo/demo';
import { parseScript } from './demo/script';
import { isPass } from './demo/verify';
import type { Pace } from './driver/load';
import { ROWS } from './rows';
import { startOwnSystem } from './system/ownSystem';
import type { System } from './system/system';

const stack = testStack();
const pace: Pace = {
  name: 'test',
  systemWarmUp: { sliceMs: 50, slices: 1 },
  warmUpMs: 20,
  roundMs: 100,
  rounds: 2,
  replayEvents: 300,
  countedMessages: 300,
  stock: { threads: 60, messages: 600, searchedMessages: 1_200, exportedMessages: 600 },
  crowd: { sockets: 60, slow: 4, room: 30 },
};
/** In the short form a fourth of the rows, others with each change. */
const SHARE = 4;
const seed = testSeed({ what: 'rows of the bench', long: 0 });
const MEASURED = scale({ short: ROWS.filter((_row, at) => at % SHARE === seed % SHARE), long: ROWS });
const signal = new AbortController().signal;

describe('bench and demo on a system of their own', () => {
  let system: System;
  beforeAll(async () => {
    system = await startOwnSystem({
      given: { kafkaBrokers: stack.kafkaBrokers.join(','), databaseUrl: await stack.freshDatabase() },
      topicPrefix: stack.topicPrefix(),
    });
  }, 60_000);
  afterAll(() => system?.stop());

  it('measures its rows', async () => {
    const { rows } = await runBench({ system, rows: MEASURED, pace, signal });
    expect(rows.map(({ row, problem }) => [row, problem])).toEqual(MEASURED.map(({ name }) => [name, undefined]));
    for (const { figures, errors, samples } of rows) {
      expect([errors, samples > 0, figures.length > 0]).toEqual([0, true, true]);
      // Of sockets there may be none: nobody need be cut off.
      for (const { value, unit } of figures) expect(value).toBeGreaterThan(unit === 'sockets' ? -1 : 0);
    }
  }, 300_000);

  shortOnly(it)('says of a row that cannot be measured why, and goes on', async () => {
    const elsewhere: System = { ...system, apiUrl: 'http://127.0.0.1:1', internals: null };
    const rows = ROWS.filter(({ name }) => name === 'ack' || name === 'memory');
    const result = await runBench({ system: elsewhere, rows, pace, signal });
    expect(result.rows).toMatchObject([
      { row: 'ack', errors: 1, problem: expect.stringContaining('ECONNREFUSED') as string },
      { row: 'memory', errors: 1, problem: expect.stringContaining('system of its own') as string },
    ]);
  });

  shortOnly(it)(
    'plays a script and finds all of it again',
    async () => {
      const script = parseScript('# One\nA: a\n王: 好\n# Two\nA:\n  b\n    c \nB: \u202e"\\\u2028é e\u0301 👩‍👩‍👧');
      let lines = 0;
      const { findings } = await playDemo({ system, script, atOnce: 2, onLine: () => void lines++ });
      expect(lines).toBe(4);
      expect(findings).toHaveLength(3);
      for (const each of findings) expect(each).toMatchObject({ expected: 4, equal: 4, differences: [], faults: [] });
      expect(findings.every(isPass)).toBe(true);
    },
    60_000,
  );
});

shortOnly(it)('ends at once when it is told to before it begins', async () => {
  const system: System = {
    apiUrl: 'http://127.0.0.1:1',
    realtimeUrl: 'http://127.0.0.1:1',
    grpcUrl: null,
    tokens: { secret: 'none', issuer: 'none' },
    internals: null,
    stop: () => Promise.resolve(),
  };
  expect((await runBench({ system, rows: ROWS, pace, signal: AbortSignal.abort() })).rows).toEqual([]);
});
