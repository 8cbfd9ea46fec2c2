import fc from 'fast-check';
import { decodeIndex, decodeKeyset, encodeIndex, encodeKeyset, type Keyset } from './cursors';
import { keysetPage } from './pages';

const keyset: fc.Arbitrary<Keyset> = fc.record({
  direction: fc.constantFrom('next' as const, 'prev' as const),
  at: fc
    .date({ min: new Date('1970-01-01'), max: new Date('2999-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().replace('Z', '123Z')),
  id: fc.stringMatching(/^[A-Za-z0-9._@|+~-]{1,193}$/),
});

describe('cursors', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 999_999_999 }),
        (index) => decodeIndex(encodeIndex(index), 'before') === index,
      ),
    );
    fc.assert(
      fc.property(keyset, (place) =>
        expect(decodeKeyset('threads', { cursor: encodeKeyset('threads', place) })).toEqual(place),
      ),
    );
  });

  it('are safe in a URL', () => {
    fc.assert(fc.property(keyset, (place) => /^[\w-]+$/.test(encodeKeyset('threads', place))));
  });

  it.each([
    ['nothing', ''],
    ['plain text', 'abc'],
    ['a bare index', '17'],
    ['another version', Buffer.from('2m17').toString('base64url')],
    ['a padded spelling', `${encodeIndex(17)}=`],
    ['trailing bytes', `${encodeIndex(17)}.`],
    ['a negative index', Buffer.from('1m-1').toString('base64url')],
    ['a cursor of threads', encodeKeyset('threads', { direction: 'next', at: '2026-11-01T00:00:00.000000Z', id: 't' })],
  ])('refuse %s, naming the parameter', (_case, text) => {
    expect(() => decodeIndex(text, 'after')).toThrow(
      expect.objectContaining({
        problem: expect.objectContaining({
          code: 'invalid_request',
          errors: [expect.objectContaining({ pointer: '/query/after' })],
        }),
      }),
    );
  });

  it('of one list are no cursors of another', () => {
    const place: Keyset = { direction: 'next', at: '2026-11-01T00:00:00.000000Z', id: 't' };
    expect(() => decodeKeyset('participants', { cursor: encodeKeyset('threads', place) })).toThrow(/not a cursor/);
    expect(() => decodeKeyset('threads', { cursor: encodeIndex(3) })).toThrow(/not a cursor/);
  });

  it('never throw anything else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          decodeKeyset('threads', { cursor: text });
        } catch (error) {
          expect(error).toMatchObject({ problem: { code: 'invalid_request' } });
        }
      }),
    );
  });
});

describe('keysetPage', () => {
  interface Item {
    at: string;
    id: string;
  }
  const item = (n: number): Item => ({ at: `2026-11-01T00:00:00.${String(n).padStart(6, '0')}Z`, id: `t${n}` });

  /** A list newest first, as the database would answer one page of it. */
  function fetch(list: Item[], cursor: Keyset | null, limit: number): Item[] {
    const sorted = [...list].sort((a, b) => (a.at < b.at ? 1 : -1));
    if (!cursor) return sorted.slice(0, limit + 1);
    const older = sorted.filter(({ at }) => at < cursor.at);
    const newer = sorted.filter(({ at }) => at > cursor.at).reverse();
    return (cursor.direction === 'next' ? older : newer).slice(0, limit + 1);
  }

  const pageOf = (list: Item[], cursor: string | null, limit: number) => {
    const place = decodeKeyset('threads', { cursor: cursor ?? undefined });
    return keysetPage(fetch(list, place, limit), { list: 'threads', cursor: place, limit, key: (row) => row });
  };

  it('walks there and back, each item once and in order, while newer ones come in', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 7 }),
        fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 10 }),
        (count, limit, arrivals) => {
          const list = Array.from({ length: count }, (_, n) => item(n));
          const expected = list.map(({ id }) => id).reverse();
          const seen: string[] = [];
          let page = pageOf(list, null, limit);
          for (let turn = 0; ; turn++) {
            seen.push(...page.rows.map(({ id }) => id));
            for (let n = arrivals[turn] ?? 0; n > 0; n--) list.push(item(list.length));
            if (!page.hasMore) break;
            page = pageOf(list, page.nextCursor, limit);
          }
          expect(seen).toEqual(expected);

          const back = page.rows.map(({ id }) => id);
          for (let cursor = page.prevCursor; cursor;) {
            const before = pageOf(list, cursor, limit);
            back.unshift(...before.rows.map(({ id }) => id));
            cursor = before.prevCursor;
          }
          if (page.prevCursor) expect(back).toEqual(list.map(({ id }) => id).reverse());
        },
      ),
    );
  });
});
