import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { cutoffOf, idsOfMonth, lowestId } from './cutoff';

const times = fc.integer({ min: 0, max: Date.UTC(2200, 0) });

test('ids of a moment are not below its lowest, and those of the moment before are', () => {
  fc.assert(
    fc.property(times, (ms) => {
      expect(uuidv7({ msecs: ms }) >= lowestId(ms)).toBe(true);
      expect(uuidv7({ msecs: ms }) < lowestId(ms + 1)).toBe(true);
      expect(lowestId(ms)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    }),
  );
});

test('a cutoff says the same moment three times', () => {
  expect(cutoffOf(30, Date.UTC(2026, 2, 31, 12))).toEqual({
    timestamp: '2026-03-01T12:00:00.000000Z',
    messageId: lowestId(Date.UTC(2026, 2, 1, 12)),
    month: '2026-03',
  });
});

test('more days than there have been leave everything as it is', () => {
  expect(cutoffOf(36_500, Date.UTC(2026, 0)).timestamp).toBe('1970-01-01T00:00:00.000000Z');
});

test('a month holds its ids, at both ends with a day to spare, over the turn of a year too', () => {
  const { from, to } = idsOfMonth('2026-12');
  expect(from).toBe(lowestId(Date.UTC(2026, 10, 30)));
  expect(to).toBe(lowestId(Date.UTC(2027, 0, 2)));
});
