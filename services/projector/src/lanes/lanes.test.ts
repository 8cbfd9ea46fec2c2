import { streams, type Projection } from '@threadlog/read-models';
import { encodeControl } from '@threadlog/events';
import type { LogRecord } from '@threadlog/log';
import { createRowCache } from '../folding/rowCache';
import { isPermanent } from '../storage/errors';
import { createLimiter } from '@threadlog/service';
import { positionBefore } from './positions';

function record(offset: number, epoch: number): LogRecord {
  const marker = encodeControl({
    event_id: '0198c0de-0000-7000-8000-000000000000',
    event_type: 'CHAT_PARTITION_OWNED',
    schema_version: 1,
    epoch,
    timestamp: '2026-01-01T00:00:00.000000Z',
    data: { partition: 0, epoch, owner_id: 'me' },
  });
  return { partition: 0, offset, ...marker };
}

describe('the position right before a record', () => {
  const entries = [record(3, 5), record(4, 7), record(9, 9)].map((each) => ({
    kind: 'control' as const,
    record: each,
  }));

  it('carries the epoch of the record before it, not of the run', () => {
    expect(positionBefore(entries, 2, 2)).toEqual({ offset: 9, maxEpoch: 7 });
    expect(positionBefore(entries, 0, 2)).toEqual({ offset: 3, maxEpoch: 2 });
  });
});

describe('remembered rows', () => {
  const projection = streams as unknown as Projection<object>;

  it('are bounded, and those in use stay', () => {
    const cache = createRowCache(20);
    for (let at = 0; at < 1_000; at += 1) {
      cache.set(projection, `row-${at}`, { at });
      if (at > 0) expect(cache.get(projection, 'row-0')).toEqual({ at: 0 });
    }
    const known = Array.from({ length: 1_000 }, (_, at) => cache.get(projection, `row-${at}`)).filter(Boolean);
    expect(known.length).toBeLessThanOrEqual(20);
    expect(cache.get(projection, 'row-999')).toEqual({ at: 999 });
  });

  it('tell "there is none" from "not known", and can be forgotten', () => {
    const cache = createRowCache(10);
    cache.set(projection, 'none', null);
    expect(cache.get(projection, 'none')).toBeNull();
    cache.clear();
    expect(cache.get(projection, 'none')).toBeUndefined();
  });
});

describe('the limiter', () => {
  it('runs so many at a time, in order, also after failures', async () => {
    const limit = createLimiter(2);
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    const task = (at: number) => async () => {
      begun.push(at);
      most = Math.max(most, (running += 1));
      await new Promise(setImmediate);
      running -= 1;
      if (at === 1) throw new Error('failed');
    };
    const outcomes = await Promise.allSettled([0, 1, 2, 3, 4].map((at) => limit(task(at))));
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    expect(most).toBe(2);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  });
});

describe('faults', () => {
  it.each([
    ['23505', true],
    ['22P05', true],
    ['54000', true],
    ['40001', false],
    ['40P01', false],
    ['57P01', false],
    ['53300', false],
    ['42P01', false],
    ['ECONNREFUSED', false],
    [10_334, true],
    [11_600, false],
    [undefined, false],
  ])('%s is the data, not the moment: %s', (code, permanent) => {
    expect(isPermanent(Object.assign(new Error('x'), { code }))).toBe(permanent);
  });
});
