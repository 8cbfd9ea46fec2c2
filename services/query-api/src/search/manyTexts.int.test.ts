import type { Actor } from '@threadlog/auth';
import { testActor, threadStory, type ThreadStory } from '@threadlog/testing';
import { givenQueryApi } from '../testing/queryApi';
import type { SearchPage } from '../ports';
import { WINDOW } from './window';

const START = Date.UTC(2026, 10, 1);
const PAGE = 100;

/** Each text has `common`, each tenth `tenth`, each thousandth `rare`. Stories go on by a millisecond. */
function wordy(story: ThreadStory, messages: number): ThreadStory {
  for (let n = 1; n <= messages; n++) {
    story.post(
      'ada',
      ['common', n % 10 === 0 && 'tenth', n % 1_000 === 0 && 'rare', `n${n}`].filter(Boolean).join(' '),
    );
  }
  return story;
}

const at = (ms: number): { startedAt: number } => ({ startedAt: START + ms });

/** More texts than are looked through at first, so that every way of finding them has its turn. */
describe('search among many texts', () => {
  const { given, indexed, read } = givenQueryApi();
  const long = wordy(threadStory({ threadId: 'long', members: ['ben', 'cy'], ...at(0) }), 2_100);
  // Amid the long one, and once more shortly before its end.
  const amid = wordy(threadStory({ threadId: 'amid', members: ['ben'], ...at(1_000) }), 600);
  const below = wordy(
    threadStory({ threadId: 'amid~below', rootMessageId: 'amid-m1', rootVersion: 9, ...at(2_000) }),
    10,
  );
  const calm = wordy(threadStory({ threadId: 'calm', members: ['cy'], ...at(-5_000) }), 1_000);
  const threads = [long, amid, below, calm];
  const withBen = [long, amid, below];
  const withCy = [long, calm];

  beforeAll(async () => {
    await given(...threads);
    await indexed(...threads);
  }, 60_000);

  /** Pages to the end, `thread/index` each. */
  async function pages(actor: Actor, q: string): Promise<string[][]> {
    const all: string[][] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query = new URLSearchParams({ q, limit: String(PAGE), ...(cursor && { cursor }) });
      const page: SearchPage = await read<SearchPage>(actor, `/api/v1/search?${query}`);
      all.push(page.items.map(({ threadId, message }) => `${threadId}/${message!.messageIndex}`));
      cursor = page.nextCursor;
    }
    return all;
  }

  /** What of these has the word, newest first. */
  function having(word: string, stories: readonly ThreadStory[]): string[] {
    const each = { common: 1, tenth: 10, rare: 1_000 }[word]!;
    const counts = new Map([[long, 2_100], [amid, 600], [below, 10], [calm, 1_000]]); // prettier-ignore
    const texts = stories.flatMap((story) =>
      Array.from({ length: Math.floor(counts.get(story)! / each) }, (_, nth) => {
        const index = (nth + 1) * each;
        return { text: `${story.place.id}/${index}`, at: story.place.startedAt + index };
      }),
    );
    return texts.sort((one, other) => other.at - one.at).map(({ text }) => text);
  }

  const actors: [string, Actor, ThreadStory[]][] = [
    ['who has few threads, the last of them long', testActor('cy'), withCy],
    ['who has few threads, each active lately', testActor('ben'), withBen],
    ['who sees everything', testActor('root', { role: 'admin' }), threads],
  ];
  describe.each(actors)('by somebody %s', (_name, actor, seen) => {
    it.each(['common', 'tenth', 'rare'])('finds every text with "%s" once, the newest first', async (word) => {
      const expected = having(word, seen);
      const found = await pages(actor, word);
      expect(found.flat().sort()).toEqual([...expected].sort());
      const newest = new Set(expected.slice(0, WINDOW));
      expect(found[0]!.filter((text) => !newest.has(text))).toEqual([]);
    });
  });
});
