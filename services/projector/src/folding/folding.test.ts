import { CATALOGUE, closesThread, decodeEvent, definitionOf, TAKES_RIGHTS, type ChatEvent } from '@threadlog/events';
import type { LogRecord } from '@threadlog/log';
import { takingsOf, type Taking } from '@threadlog/read-models';
import { projectionSpec } from '@threadlog/testing';
import fc from 'fast-check';
import { createRegistry } from '../projections/registry';
import { createStamp, histories, interpret, recordsOf } from '../testing/histories';
import { decodeBatch, decodeRecord, type Entry } from './decodeRecord';
import { foldEntries, planEntries } from './foldEntries';
import { lossOf } from './losses';
import { createRowCache } from './rowCache';
import { createRowSet, type RowSet } from './rowSet';

const registry = createRegistry('postgres');

function entriesOf(events: readonly ChatEvent[]): Entry[] {
  return recordsOf(events, 1).map(({ record }, offset) => decodeRecord({ partition: 0, offset, ...record }));
}

/** A lane without its database: every row is in one row set. */
function openFold() {
  const rows = createRowSet(createRowCache(0));
  return {
    deliver(entries: readonly Entry[]) {
      const context = {
        projections: registry.all,
        partition: 0,
        parked: new Set<string>(),
        discarded: new Set<number>(),
      };
      expect(foldEntries(planEntries(entries, context), rows, context).unprocessable).toBeNull();
    },
    /** As the database does it. */
    take(takings: readonly Taking[]) {
      for (const { table, key, before, columns } of takings) {
        const projection = registry.all.find((one) => one.table.name === table);
        for (const [name, row] of projection ? (rows.changes().get(projection) ?? []) : []) {
          const of = row as Record<string, unknown> & { version: number };
          if (of.version >= before || Object.entries(key).some(([column, value]) => of[column] !== value)) continue;
          rows.change(projection!, name, { ...row, ...columns });
        }
      }
    },
    dump: () => dump(rows),
  };
}

function dump(rows: RowSet): unknown {
  return Object.fromEntries(
    [...rows.changes()].map(([{ table }, changed]) => [table.name, Object.fromEntries([...changed].sort())]),
  );
}

describe('the fold of all projections', () => {
  it('changes nothing when events come twice, and nothing when all comes again', async () => {
    const history = projectionSpec(openFold);
    await fc.assert(
      fc.asyncProperty(histories(60), async (events) => {
        const entries = entriesOf(events);
        const plain = openFold();
        plain.deliver(entries);
        await history(...entries).then(plain.dump());
      }),
      { numRuns: 100 },
    );
  });

  it('does not depend on where batches are cut', () => {
    fc.assert(
      fc.property(histories(60), fc.array(fc.nat(60), { maxLength: 5 }), (events, cuts) => {
        const entries = entriesOf(events);
        const [whole, cut] = [openFold(), openFold()];
        whole.deliver(entries);
        const bounds = [0, ...cuts.sort((one, other) => one - other), entries.length];
        for (let at = 1; at < bounds.length; at += 1) cut.deliver(entries.slice(bounds[at - 1], bounds[at]));
        expect(cut.dump()).toEqual(whole.dump());
      }),
    );
  });

  it('is shown every type of event by these histories', () => {
    const everyKind = Array.from({ length: 8_000 }, (_, at) => ({
      thread: at % 8,
      kind: Math.floor(at / 8) % 22,
      pick: (at * 17 + Math.floor(at / 176)) % 50,
      keyed: false,
    }));
    const shown = new Set<string>(interpret(everyKind).map((event) => event.event_type));
    const types = Object.keys(CATALOGUE).filter((type) => definitionOf(type)!.stream !== 'control');
    expect(types.filter((type) => !shown.has(type))).toEqual([]);
  });
});

describe('what cannot be folded', () => {
  const stamp = createStamp();
  const user = (id: string) => ({ tenant: 'acme', type: 'user' as const, id });
  const removed = (id: string) => ({ type: 'CHAT_USER_REMOVED' as const, data: { user_id: id } });
  const record = (offset: number, key: string, given: Partial<LogRecord> = {}): LogRecord => {
    return { partition: 0, offset, key, value: Buffer.from('no json'), headers: { epoch: '1' }, ...given };
  };
  const fold = (entries: readonly Entry[], parked: string[] = [], discarded: number[] = []) => {
    const rows = createRowSet(createRowCache(0));
    const context = { projections: registry.all, partition: 0, parked: new Set(parked), discarded: new Set(discarded) };
    const outcome = foldEntries(planEntries(entries, context), rows, context);
    return { outcome, dump: dump(rows) as Record<string, Record<string, object>> };
  };

  it('stops in front of an undecodable record, with everything before it folded', () => {
    const good = entriesOf([stamp(user('ada'), removed('ada'))]);
    const bad = decodeRecord(record(1, 'acme/user/ada'));
    const { outcome, dump: rows } = fold([...good, bad, ...good]);
    expect(outcome.unprocessable).toEqual({ index: 1, remedy: 'park', reason: expect.stringMatching(/JSON/) });
    expect(Object.keys(rows.streams!)).toEqual(['acme/user/ada']);
  });

  it('parks at a removal that it cannot apply, and sets one aside by itself that comes behind', () => {
    const numbered = { tenant: 'acme', type: 'thread' as const, id: 't-9' };
    const gone = {
      type: 'CHAT_PARTICIPANT_REMOVED' as const,
      data: { thread_id: 't-9', user_id: 'ada', reason: 'left' },
    };
    const [removal] = entriesOf([{ ...stamp(numbered, gone), stream_version: 7 }]);
    expect(fold([removal!]).outcome.unprocessable).toMatchObject({
      remedy: 'park',
      reason: expect.stringMatching(/Gap/),
    });
    expect(fold([removal!], ['acme/thread/t-9']).outcome.unprocessable).toMatchObject({ remedy: 'wait' });
    expect(lossOf(removal!).takings).toMatchObject([{ table: 'participants', key: { user_id: 'ada' } }]);
  });

  it('knows what an unreadable record takes away by its headers, or that nobody can know', () => {
    const lossBy = (type: string, key: string) =>
      lossOf(decodeRecord(record(0, key, { headers: { epoch: '1', ce_type: type } })));
    for (const type of TAKES_RIGHTS) {
      const { closes, takings } = lossBy(type, 'acme/thread/t');
      expect({ type, closes, takings }).toEqual({ type, closes: closesThread(type), takings: [] });
    }
    expect(lossBy('CHAT_USER_REMOVED', 'acme/user/ada')).toMatchObject({
      takings: [{ table: 'users', key: { tenant_id: 'acme', user_id: 'ada' } }],
    });
    expect(lossBy('CHAT_MESSAGE_CREATED', 'acme/thread/t')).toEqual({ closes: false, takings: [] });
  });

  it('comes to the same rows whether or not what takes something away was taken before its turn', () => {
    fc.assert(
      fc.property(histories(60), fc.nat(60), (events, from) => {
        const [plain, taken] = [openFold(), openFold()];
        const entries = entriesOf(events);
        plain.deliver(entries);
        taken.deliver(entries.slice(0, from));
        for (const event of events.slice(from)) taken.take(takingsOf(event));
        taken.deliver(entries.slice(from));
        expect(taken.dump()).toEqual(plain.dump());
      }),
    );
  });

  it('stops at a discarded record, and passes over one that no owner wrote', () => {
    const [good] = entriesOf([stamp(user('joe'), removed('joe'))]);
    expect(fold([good!], [], [0]).outcome.unprocessable).toMatchObject({ index: 0, remedy: 'discard' });
    expect(fold([good!], ['acme/user/joe'], [0]).outcome.unprocessable).toMatchObject({ remedy: 'wait' });
    const foreign: Entry = { kind: 'foreign', record: record(3, 'k'), reason: 'r' };
    expect(fold([foreign], [], [3]).outcome).toEqual({ quarantined: [], unprocessable: null });
  });

  it('takes a hole in the versions of a stream for a fault', () => {
    const event = { ...stamp(user('eve'), removed('eve')), stream_version: 3 };
    expect(fold(entriesOf([event])).outcome.unprocessable).toMatchObject({ index: 0, remedy: 'park' });
  });

  it('changes no row for an event of which one projection fails', () => {
    const event = stamp(user('fay'), { type: 'CHAT_USER_SYNCED', data: { user_id: 'fay' } });
    const entry = { ...entriesOf([event])[0]!, event: { ...event, data: null } } as unknown as Entry;
    const { outcome, dump: rows } = fold([entry]);
    expect(outcome.unprocessable).toMatchObject({ remedy: 'park' });
    expect(rows).toEqual({});
  });

  it('keeps events of parked streams in order, and gives streams that begin meanwhile a parked row', () => {
    const [first, second] = entriesOf(interpret([1, 2].map(() => ({ thread: 0, kind: 0, pick: 1, keyed: false }))));
    const { outcome, dump: rows } = fold([first!, second!], ['acme/thread/t-1']);
    expect(outcome.quarantined.map(({ entry }) => entry)).toEqual([first, second]);
    expect(outcome.unprocessable).toBeNull();
    expect(rows).toEqual({
      streams: { 'acme/thread/t-1': expect.objectContaining({ version: 0, parked_at: expect.any(String) }) },
    });
  });

  it('counts versions of event types that only a newer build knows', () => {
    const known = stamp(user('gil'), removed('gil'));
    const raw = { ...stamp(user('gil'), removed('gil')), event_type: 'CHAT_USER_TELEPORTED', data: { planet: 'x' } };
    expect(decodeEvent(Buffer.from(JSON.stringify(raw))).kind).toBe('unknown');
    const { outcome, dump: rows } = fold(entriesOf([known, raw as unknown as ChatEvent]));
    expect(outcome.unprocessable).toBeNull();
    expect(rows.streams!['acme/user/gil']).toMatchObject({ version: 2 });
  });

  it('decodes a record once, for all who are handed it', () => {
    const [entry] = entriesOf([stamp(user('ida'), removed('ida'))]);
    expect(decodeRecord(entry!.record)).toBe(entry);
    expect(decodeRecord({ ...entry!.record })).not.toBe(entry);
  });

  it('quarantines what no owner wrote and lets its stream go on', () => {
    const [event] = entriesOf([stamp(user('hal'), removed('hal'))]);
    const batch = { records: [event!.record], malformed: [record(-1, 'acme/user/hal', { headers: {} })] };
    const entries = decodeBatch(batch);
    expect(entries.map((entry) => entry.kind)).toEqual(['foreign', 'event']);
    const { outcome, dump: rows } = fold(entries);
    expect(outcome.quarantined).toHaveLength(1);
    expect(rows.streams!['acme/user/hal']).toMatchObject({ version: 1, parked_at: null });
  });
});
