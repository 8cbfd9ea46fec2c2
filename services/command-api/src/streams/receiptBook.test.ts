import type { ReceiptRow } from '@threadlog/read-models';
import { createHash } from 'node:crypto';
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
    const book = createReceiptBook([], true, { receipts: 3, keys: 2 });
    for (const key of ['1', '2', '3', '4', '5']) book.add({ row: row(key), settled: null });
    expect(book.find(hashOf('1'), WINDOW)).toBe('unknown');
    expect(book.find(hashOf('2'), WINDOW)).toBe('unknown');
    expect(found(book.find(hashOf('3'), WINDOW))).toBe(hashOf('3'));
    expect(book.find(hashOf('never'), WINDOW)).toBe('absent');
  });

  test('where too many keys had to make room, none is taken for new', () => {
    const book = createReceiptBook([], true, { receipts: 3, keys: 2 });
    const keys = Array.from({ length: 100 }, (_, index) => String(index));
    for (const key of keys) {
      expect(book.find(hashOf(key), WINDOW)).toBe(Number(key) < 6 ? 'absent' : 'unknown');
      book.add({ row: row(key), settled: null });
    }
    for (const key of keys.slice(0, -3)) expect(book.find(hashOf(key), WINDOW)).toBe('unknown');
    for (const key of keys.slice(-3)) expect(found(book.find(hashOf(key), WINDOW))).toBe(hashOf(key));
  });

  test('a key that was looked up is at hand again', () => {
    const book = createReceiptBook([], true, { receipts: 1, keys: 2 });
    for (const key of ['1', '2']) book.add({ row: row(key), settled: null });
    expect(book.find(hashOf('1'), WINDOW)).toBe('unknown');
    book.add({ row: row('1'), settled: null });
    expect(found(book.find(hashOf('1'), WINDOW))).toBe(hashOf('1'));
    expect(book.find(hashOf('2'), WINDOW)).toBe('unknown');
  });

  test('of what was loaded the oldest make room first', () => {
    const book = createReceiptBook([row('newest'), row('older'), row('oldest')], true, { receipts: 2, keys: 2 });
    expect(book.find(hashOf('oldest'), WINDOW)).toBe('unknown');
    expect(found(book.find(hashOf('newest'), WINDOW))).toBe(hashOf('newest'));
  });

  test('a receipt from before the window counts for nothing', () => {
    const book = createReceiptBook([row('old', '2025-12-31T23:59:59.999999Z')], true);
    expect(book.find(hashOf('old'), WINDOW)).toBe('absent');
  });
});
