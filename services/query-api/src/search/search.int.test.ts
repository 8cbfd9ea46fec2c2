import { canSee, type Actor } from '@threadlog/auth';
import { tenantId } from '@threadlog/events';
import { testActor, threadStory } from '@threadlog/testing';
import { givenQueryApi } from '../testing/queryApi';
import type { SearchItem, SearchPage } from '../ports';

const DAY = 24 * 3_600_000;
const START = Date.UTC(2026, 10, 1);

describe.each(['postgres', 'mongo'] as const)('search with messages in %s', (kind) => {
  const { given, indexed, read, refused } = givenQueryApi(kind);
  const ada = testActor('ada');
  const find = (actor: Actor, query: string): Promise<SearchPage> =>
    read<SearchPage>(actor, `/api/v1/search?${new URLSearchParams(query)}`);
  const textOf = ({ message, title }: SearchItem): string => message?.content ?? title!;
  const texts = async (actor: Actor, query: string): Promise<string[]> => (await find(actor, query)).items.map(textOf);

  it.each([
    ['Die Übung am Fluß', 'ubung fluss', ['Übung', 'Fluß']],
    ['明日は東京都へ行きます', '京都', ['京都']],
    ['我们在北京大学学习', '北京大学', ['北京大学']],
    ['ฉันชอบเรียนภาษาไทย', 'ภาษาไทย', ['ภาษาไทย']],
    ['ذهب الطَّالِبُ إلى المدرسة', 'الطالب', ['الطَّالِبُ']],
    ['un café déjà fermé', 'cafe deja', ['café', 'déjà']],
  ])('finds "%s" by "%s" and says where', async (text, query, marked) => {
    const threadId = `language-${Buffer.from(query).toString('hex').slice(0, 40)}`;
    const story = threadStory({ threadId });
    story.post('ada', 'something else');
    story.post('ada', text);
    await given(story);
    await indexed(story);
    const { items } = await find(ada, `q=${query}&threadId=${threadId}`);
    expect(items.map(textOf)).toEqual([text]);
    expect(items[0]).toMatchObject({ threadId, title: null, message: { threadId, content: text } });
    expect(items[0]!.highlights.map(({ start, end }) => text.slice(start, end))).toEqual(marked);
  });

  it('shows everybody what the access rule lets them see, and not a match more', async () => {
    const stories = ['lena', 'leo', null].flatMap((learnerId) =>
      ['ada', 'eve'].map((owner) => {
        const story = threadStory({
          threadId: `seen-${learnerId}-${owner}`,
          owner,
          learnerId,
          title: `topic ${owner}`,
        });
        story.post(owner, 'topic before');
        story.join('late', { fromNow: true });
        story.post(owner, 'topic after');
        return { story, owner, learnerId };
      }),
    );
    const foreign = threadStory({ threadId: 'seen-foreign', tenant: 'other', owner: 'ada' });
    foreign.post('ada', 'topic of others');
    const sub = threadStory({ threadId: 'seen-null-eve~sub', owner: 'eve', rootVersion: 9 });
    sub.post('eve', 'topic below');
    const all = [...stories.map(({ story }) => story), foreign, sub];
    await given(...all);
    await indexed(...all);
    const actors = [
      ada,
      testActor('late'),
      testActor('lena', { role: 'learner' }),
      testActor('tom', { role: 'teacher', learnerScope: ['leo'] }),
      testActor('late', { role: 'teacher', learnerScope: '*' }),
      testActor('root', { role: 'admin' }),
      testActor('zoe'),
    ];
    for (const actor of actors) {
      const expected = stories.flatMap(({ story, owner, learnerId }) => {
        const from = actor.id === owner ? 1 : actor.id === 'late' ? 2 : null;
        const participant =
          from === null ? null : { role: 'member' as const, visibleFromIndex: from, visibleFromSeq: from };
        const thread = { tenantId: tenantId('acme'), learnerId, beginsAtSeq: null };
        if (!canSee(actor, { ...thread, participant })) return [];
        const whole = canSee(actor, { ...thread, participant: null }) || from === 1;
        return (whole ? [0, 1, 2] : [0, 2]).map((index) => `${story.place.id}/${index}`);
      });
      if (actor.id === 'late' || actor.role === 'admin') expected.push('seen-null-eve~sub/1');
      const { items } = await find(actor, 'q=topic&limit=100');
      const found = items.map(({ threadId, message }) => `${threadId}/${message?.messageIndex ?? 0}`);
      expect([actor.id, actor.role, found.sort()]).toEqual([actor.id, actor.role, expected.sort()]);
    }
    expect(await texts(testActor('root', { role: 'admin' }), 'q=topic&learnerId=leo&limit=100')).toHaveLength(6);
    expect(await texts(testActor('zoe'), 'q=topic&threadId=seen-lena-ada')).toEqual([]);
  });

  it('does not show what was edited, deleted or taken away since it was indexed', async () => {
    const story = threadStory({ threadId: 'stale', title: 'volatile title', members: ['ben'] });
    const [edited, deleted] = [story.post('ada', 'volatile one'), story.post('ada', 'volatile two')];
    story.post('ada', 'volatile three');
    const ended = threadStory({ threadId: 'stale-ended' });
    ended.post('ada', 'volatile end');
    await given(story, ended);
    await indexed(story, ended);
    expect((await texts(ada, 'q=volatile')).sort()).toHaveLength(5);
    story.edit(edited, 'steady one');
    story.remove(deleted);
    story.rename('steady title');
    story.leave('ben');
    ended.end();
    await given(story, ended);
    expect(await texts(ada, 'q=volatile')).toEqual(['volatile three']);
    expect(await texts(testActor('ben'), 'q=volatile')).toEqual([]);
  });

  it('ranks by frequency, length and age, and pages through all while more is written', async () => {
    const fresh = threadStory({ threadId: 'rank-new', startedAt: START + 300 * DAY });
    const old = threadStory({ threadId: 'rank-old', startedAt: START });
    old.post('ada', 'apple apple apple');
    old.post('ada', `apple ${'filler '.repeat(60)}`);
    fresh.post('ada', 'apple apple apple pie');
    fresh.post('ada', 'apple');
    fresh.post('ada', `apple ${'filler '.repeat(60)}`);
    await given(fresh, old);
    await indexed(fresh, old);
    const ranked = await texts(ada, 'q=apple');
    expect(ranked.map((text) => text.slice(0, 17).trim())).toEqual([
      'apple apple apple',
      'apple',
      'apple apple apple',
      'apple filler fill',
      'apple filler fill',
    ]);
    const paged: string[] = [];
    let cursor: string | null = null;
    do {
      const page: SearchPage = await find(ada, `q=apple&limit=2${cursor ? `&cursor=${cursor}` : ''}`);
      paged.push(...page.items.map(textOf));
      cursor = page.nextCursor;
      expect(page.hasMore).toBe(cursor !== null);
      fresh.post('ada', 'apple again');
      await given(fresh);
      await indexed(fresh);
    } while (cursor);
    expect(paged).toEqual(ranked);
  });

  it('goes through more than a window, each match once', async () => {
    const story = threadStory({ threadId: 'many' });
    for (let n = 1; n <= 450; n++) story.post('ada', `plenty ${n}`);
    await given(story);
    await indexed(story);
    const seen: number[] = [];
    let cursor: string | null = null;
    do {
      const page: SearchPage = await find(ada, `q=plenty&limit=70${cursor ? `&cursor=${cursor}` : ''}`);
      seen.push(...page.items.map(({ message }) => message!.messageIndex));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen.sort((one, other) => one - other)).toEqual(Array.from({ length: 450 }, (_, n) => n + 1));
  }, 20_000);

  it('finds phrases, emoji, and as much of a script without spaces as a query holds', async () => {
    const hundred = String.fromCodePoint(...Array.from({ length: 100 }, (_, index) => 0x4e00 + index * 7));
    const story = threadStory({ threadId: 'exact' });
    for (const text of ['red fox, big', 'big red fox', 'fox 🦊🏽', `前${hundred}後`, `${hundred.slice(0, 99)}異`]) {
      story.post('ada', text);
    }
    await given(story);
    await indexed(story);
    const found = async (query: string) =>
      (await texts(ada, `threadId=exact&q=${encodeURIComponent(query)}`)).toSorted();
    expect(await found('big red')).toEqual(['big red fox', 'red fox, big']);
    expect(await found('"fox big"')).toEqual(['red fox, big']);
    expect(await found('“big red” fox')).toEqual(['big red fox']);
    expect(await found('🦊')).toEqual(['fox 🦊🏽']);
    expect(await found(hundred)).toEqual([`前${hundred}後`]);
  });

  it('refuses what it cannot look for', async () => {
    for (const query of ['', 'q=', 'q=%3F%21', 'q=a&limit=0', 'q=a&cursor=x', 'q=a&sort=up']) {
      const answer = await refused(ada, `/api/v1/search?${query}`);
      expect([query, answer]).toEqual([query, { status: 400, code: 'invalid_request' }]);
    }
    const words = Array.from({ length: 101 }, (_, n) => `w${n}`).join('+');
    expect(await refused(ada, `/api/v1/search?q=${words}`)).toEqual({ status: 400, code: 'invalid_request' });
    const mute = testActor('ada', { permissions: ['chat:write'] });
    expect(await refused(mute, '/api/v1/search?q=a')).toEqual({ status: 403, code: 'forbidden' });
  });
});
