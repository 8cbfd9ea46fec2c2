import type { ThreadResource } from '@threadlog/events';
import type { MessageStoreKind } from '@threadlog/read-models';
import { PEOPLE, readingHistory } from './testing/readingHistory';
import { firstSeen, receiptsIn, unreadIn, type ModelThread } from './testing/readingModel';
import { givenReadSide, type ReadSide } from './testing/readSide';

interface Unread {
  total: number;
  threads: { threadId: string; unreadCount: number }[];
}
interface Receipts {
  items: { userId: string; messageIndex: number; messageId: string }[];
}

/** What a person is told, for comparing: unread in total and by thread, twice, and the receipts of each thread it sees. */
interface Told {
  total: number;
  unread: string[];
  listed: string[];
  receipts: string[];
}

async function toldBy(side: ReadSide, who: string, threads: readonly ModelThread[]): Promise<Told> {
  const { total, threads: counted } = await side.get<Unread>(who, '/api/v1/unread');
  const [listed, receipts]: [string[], string[]] = [[], []];
  for (const { id } of threads.filter((thread) => firstSeen(thread, who) !== null)) {
    const { unreadCount } = await side.get<ThreadResource>(who, `/api/v1/threads/${id}`);
    listed.push(`${id} ${unreadCount}`);
    const { items } = await side.get<Receipts>(who, `/api/v1/threads/${id}/receipts`);
    const named = threads.find((thread) => thread.id === id)!.messages;
    for (const { messageIndex, messageId } of items) expect(messageId).toBe(named[messageIndex - 1]!.id);
    receipts.push(...items.map(({ userId, messageIndex }) => `${id} ${userId} ${messageIndex}`));
  }
  const unread = counted.map(({ threadId, unreadCount }) => `${threadId} ${unreadCount}`);
  return { total, unread: unread.toSorted(), listed: listed.toSorted(), receipts: receipts.toSorted() };
}

function expectedFor(who: string, threads: readonly ModelThread[]): Told {
  const seen = threads.filter((thread) => firstSeen(thread, who) !== null);
  const counts = seen.map((thread) => ({ id: thread.id, count: unreadIn(thread, who) }));
  const line = ({ id, count }: { id: string; count: number }) => `${id} ${count}`;
  return {
    total: counts.reduce((sum, { count }) => sum + count, 0),
    unread: counts
      .filter(({ count }) => count > 0)
      .map(line)
      .toSorted(),
    listed: counts.map(line).toSorted(),
    receipts: seen.flatMap((thread) => receiptsIn(thread, who).map((receipt) => `${thread.id} ${receipt}`)).toSorted(),
  };
}

/** The Mongo-compatible server of the tests is slow: fewer operations there, which come to the same rows. */
const RUNS: [MessageStoreKind, number, number][] = [
  ['postgres', 10_000, 5],
  ['mongo', 300, 2],
];

describe.each(RUNS)('what is unread and who has read what, with messages in %s', (kind, operations, looks) => {
  const { current } = givenReadSide(kind);

  it(`is exact after ${operations} operations of several people in several threads`, async () => {
    const history = readingHistory(20_261);
    for (let look = 0; look < looks; look++) {
      await current().tell(Array.from({ length: operations / looks }, () => history.next()));
      for (const who of PEOPLE) {
        const told = await toldBy(current(), who, history.threads);
        expect({ who, ...told }).toEqual({ who, ...expectedFor(who, history.threads) });
      }
    }
    const kinds = [history.threads.length > 6, history.threads.some(({ reads }) => reads.size > 2)];
    expect(kinds).toEqual([true, true]);
  }, 120_000);
});
