import type { ReceiptRow } from '@threadlog/read-models';
import { createHash } from 'node:crypto';
import { createKeyFilter } from './keyFilter';
import { createReceiptBook, type Receipt } from './receiptBook';

const hashOf = (key: string): string => createHash('sha256').update(key).digest('base64url').slice(0, 22);
const row = (key: string, createdAt = '2026-01-02T00:00:00.000000Z') =>
  ({ key_hash: hashOf(key), created_at: createdAt }) as ReceiptRow;
const WINDOW = '2026-01-01T00:00:00.000000Z';
const found = (lookup: unknown): string => (lookup as Receipt).row.key_hash;

describe('receipt book', () => {
  test('finds what was loaded and what was added', () => {
    const book = createReceiptBook([row('loaded')], true);
    book.add({ row: row('added'), settled: null });
    expect(found(book.find(hashOf('loaded'), WINDOW))).toBe(hashOf('loaded'));
    expect(found(book.find(hashOf('added'), WINDOW))).toBe(hashOf('added'));
  });

  test('a miss is certain only where all receipts were loaded', () => {
    expect(createReceiptBook([], true).find(hashOf('new'), WINDOW)).toBe('absent');
    expect(createReceiptBook([row('other')], false).find(hashOf('new'), WINDOW)).toBe('unknown');
  });

  test('a key that had to make room is not taken for new', () => {
    const book = createReceiptBook([], true, 3);
    for (const key of ['1', '2', '3', '4', '5']) book.add({ row: row(key), settled: null });
    expect(book.find(hashOf('1'), WINDOW)).toBe('unknown');
    expect(book.find(hashOf('2'), WINDOW)).toBe('unknown');
    expect(found(book.find(hashOf('3'), WINDOW))).toBe(hashOf('3'));
    expect(book.find(hashOf('never'), WINDOW)).toBe('absent');
  });

  test('of what was loaded the oldest make room first', () => {
    const book = createReceiptBook([row('newest'), row('older'), row('oldest')], true, 2);
    expect(book.find(hashOf('oldest'), WINDOW)).toBe('unknown');
    expect(found(book.find(hashOf('newest'), WINDOW))).toBe(hashOf('newest'));
  });

  test('a receipt from before the window counts for nothing', () => {
    const book = createReceiptBook([row('old', '2025-12-31T23:59:59.999999Z')], true);
    expect(book.find(hashOf('old'), WINDOW)).toBe('absent');
  });
});

describe('key filter', () => {
  test('never forgets a key, and rarely remembers one it never saw', () => {
    const filter = createKeyFilter();
    const keys = Array.from({ length: 20_000 }, (_, index) => hashOf(`in ${index}`));
    for (const key of keys) filter.add(key);
    expect(keys.every((key) => filter.mayHave(key))).toBe(true);
    const strangers = Array.from({ length: 20_000 }, (_, index) => hashOf(`out ${index}`));
    expect(strangers.filter((key) => filter.mayHave(key)).length).toBeLessThan(20);
  });
});
