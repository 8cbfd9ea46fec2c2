import { compareResults, renderComparison, verdict } from './compare';
import { megabytes, milliseconds, perSecond, type BenchResult, type Figure } from './result';
import { renderResult, renderTable } from './table';

const run = (rows: Record<string, Figure[]>, errors: Record<string, number> = {}): BenchResult => ({
  startedAt: '2026-01-02T03:04:05.000Z',
  seconds: 61.4,
  machine: { cpus: 2, model: 'A processor', memoryMb: 4096, platform: 'linux x64', node: 'Node v24' },
  loadBefore: 0.25,
  pace: 'normal',
  rows: Object.entries(rows).map(([row, figures]) => ({
    row,
    title: `title of ${row}`,
    figures,
    samples: 10,
    errors: errors[row] ?? 0,
    problem: errors[row] ? 'answered 503' : undefined,
    cores: { service: 0.5 },
  })),
});

describe('a comparison', () => {
  it('is a gain where latency falls and where the rate rises', () => {
    const before = run({ ack: [milliseconds('p50', 2), perSecond('acks', 1_000)] });
    const after = run({ ack: [milliseconds('p50', 1), perSecond('acks', 500)] });
    expect(compareResults(before, after)).toEqual([
      { row: 'ack', figure: 'p50', unit: 'ms', before: 2, after: 1, gain: 2 },
      { row: 'ack', figure: 'acks', unit: '1/s', before: 1_000, after: 500, gain: 0.5 },
    ]);
  });

  it('leaves out what one of the runs lacks, could not measure, or measured with errors', () => {
    const before = run(
      { ack: [milliseconds('p50', 1)], page: [milliseconds('p50', 1)], memory: [megabytes('service', NaN)] },
      { page: 3 },
    );
    const after = run({
      ack: [milliseconds('p99', 1)],
      page: [milliseconds('p50', 1)],
      memory: [megabytes('service', 1)],
      replay: [perSecond('events', 1)],
    });
    expect(compareResults(before, after)).toEqual([]);
  });

  it('calls small changes noise', () => {
    expect([0.5, 0.95, 1, 1.05, 1.2].map(verdict)).toEqual(['worse', 'same', 'same', 'same', 'better']);
  });

  it('reads as a table', () => {
    const text = renderComparison(
      compareResults(run({ ack: [milliseconds('p50', 2)] }), run({ ack: [milliseconds('p50', 1)] })),
    );
    expect(text.split('\n')[2]).toMatch(/^ack +p50 +2\.00 +1\.00 +ms +2\.00 +better$/);
  });
});

describe('the report', () => {
  it('aligns its columns', () => {
    expect(
      renderTable(
        ['name', 'value'],
        [
          ['a', '1'],
          ['longer', '1,000'],
        ],
      ),
    ).toBe(['name    value', '------  -----', 'a           1', 'longer  1,000'].join('\n'));
  });

  it('shows figures, processors and what failed', () => {
    const text = renderResult(
      run({ ack: [milliseconds('p50', 0.8), perSecond('acks', 4_321)], page: [] }, { page: 2 }),
    );
    expect(text).toContain('p50 0.80 ms   acks 4,321/s');
    expect(text).toContain('cores: service 0.50');
    expect(text).toContain('FAILED (2 errors): answered 503');
    expect(text).toContain('2 x A processor, Node v24, load 0.3 before the run, 61 s');
  });
});
