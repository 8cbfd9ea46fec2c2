import { milliseconds, type RowResult } from '../report/result';
import { prepareCheckout } from './checkout';
import { renderPairs } from './report';
import { merge } from './run';

const result = (row: string, value: number): RowResult => ({
  row,
  title: row,
  figures: [milliseconds('p50', value)],
  samples: 10,
  errors: 0,
  cores: {},
});
const failed = (row: string, problem: string): RowResult => ({ ...result(row, 0), figures: [], errors: 1, problem });

describe('rows by turns', () => {
  it('come to the mean of both turns', () => {
    expect(merge([result('a', 2), result('a', 4)])).toMatchObject({
      figures: [{ name: 'p50', value: 3 }],
      samples: 20,
    });
  });

  it('fail where one turn failed', () => {
    expect(merge([result('a', 2), failed('a', 'broken')])).toMatchObject({ errors: 1, problem: 'broken' });
  });

  it('are compared, and say where a commit lacks one or fails', () => {
    const table = renderPairs([
      { before: result('list', 4), after: result('list', 2) },
      { before: failed('search', 'answered 404, not 200: {}'), after: result('search', 5) },
      { before: result('read', 1), after: failed('read', 'answered 500, not 200: {}') },
    ]);
    expect(table).toMatch(/^list +p50 +4\.00 +2\.00 +ms +2\.00 +better$/m);
    expect(table).toMatch(/^search +- +p50 5\.00 +not there before$/m);
    expect(table).toMatch(/^read +p50 1\.00 +- +after: answered 500, not 200: \{\}$/m);
  });
});

it('does not take what is no commit', () => {
  expect(() => prepareCheckout('--no-such-ref', () => undefined)).toThrow(/knows no commit/);
});
