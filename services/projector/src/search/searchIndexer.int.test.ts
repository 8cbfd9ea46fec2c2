import { tenantId, type ChatEvent } from '@threadlog/events';
import { createSearchTokens, parseSearchQuery } from '@threadlog/read-models';
import { eventually, memorySealing, profileEvents, testStack, threadStory } from '@threadlog/testing';
import { openTestbed, type Testbed } from '../testing/testbed';

const stack = testStack();
const tenant = tenantId('acme');

describe.each(['postgres', 'mongo'] as const)('the search index with messages in %s', (kind) => {
  const sealing = memorySealing();
  const tokens = createSearchTokens(sealing);
  let bed: Testbed;
  beforeEach(async () => {
    bed = await openTestbed(stack, kind);
    await sealing.prepareTenant(tenant);
  });
  afterEach(() => bed.close());

  /** Places of the texts that have every word, `thread/index`. */
  async function find(query: string, generation = 1): Promise<string[]> {
    const { rows } = await bed.database.query<{ place: string }>(
      `select thread_id || '/' || message_index as place from read_${generation}.message_search
       where tenant_id = $1 and tokens @> $2::integer[] order by place`,
      [tenant, tokens.of(tenant, parseSearchQuery(query).terms)],
    );
    return rows.map(({ place }) => place);
  }
  async function finds(query: string, places: string[], generation = 1): Promise<void> {
    await eventually(async () => expect(await find(query, generation)).toEqual(places));
  }
  const start = () => bed.start({ sealing, watchMs: 50 });

  it('has every text and title as it stands, in any language, and nothing of what was deleted', async () => {
    const story = threadStory({ threadId: 'talk', title: 'Ausflug in die Schweiz' });
    story.post('ada', 'Grüße aus Zürich');
    story.post('ada', '明日は東京都へ行きます');
    story.post('ada', 'ฉันชอบเรียนภาษาไทย');
    const edited = story.post('ada', 'ذهب الطالب إلى المدرسة');
    const deleted = story.post('ada', 'a slip of the tongue');
    story.edit(edited, 'ذهب المعلم إلى البيت');
    story.remove(deleted);
    story.rename('Ausflug nach Japan');
    const ended = threadStory({ threadId: 'ended', title: 'Zürich again' });
    ended.post('ada', 'Zürich');
    const sub = threadStory({ threadId: 'ended~sub', rootMessageId: 'ended-m1' });
    sub.post('ada', 'Zürich below');
    await bed.append([...(await ended.events(sealing)), ...(await sub.events(sealing))]);
    start();
    await finds('zurich', ['ended/0', 'ended/1', 'ended~sub/1']);
    ended.end();
    await bed.append([(await ended.events(sealing)).at(-1)!, ...(await story.events(sealing))]);
    await finds('zurich', ['talk/1']);
    await finds('ausflug', ['talk/0']);
    for (const [query, places] of [
      ['schweiz', []],
      ['京都 行き', ['talk/2']],
      ['ภาษา', ['talk/3']],
      ['المعلم', ['talk/4']],
      ['الطالب', []],
      ['tongue', []],
    ] as const) {
      await finds(query, [...places]);
    }
  });

  it('comes to the same by replay, whatever was cut where', async () => {
    const story = threadStory({ threadId: 'long', title: 'first' });
    const ids = Array.from({ length: 40 }, (_, n) => story.post('ada', `word${n} common`));
    for (const id of ids.slice(0, 10)) story.edit(id, `better ${id} common`);
    for (const id of ids.slice(5, 15)) story.remove(id);
    await bed.append(await story.events(sealing));
    const projector = start();
    await eventually(async () => expect(await find('common')).toHaveLength(30));
    const dump = () =>
      bed.database
        .query('select * from read_1.message_search order by thread_id, message_index')
        .then(({ rows }) => rows);
    const before = await dump();
    // A crash of the database empties unlogged tables; nothing is written meanwhile.
    await bed.database.query('truncate read_1.message_search, read_1.search_checkpoints');
    await eventually(async () => expect(await dump()).toEqual(before));
    await projector.stop();
    await bed.database.query('truncate read_1.message_search, read_1.search_checkpoints');
    start();
    await eventually(async () => expect(await dump()).toEqual(before));
  });

  it('leaves out texts that no key opens any more, and goes on', async () => {
    const erased = memorySealing();
    const [one, other] = ['lost', 'kept'].map((threadId) => threadStory({ threadId }));
    one!.post('ada', 'findme here');
    other!.post('ada', 'findme there');
    await bed.append([...(await one!.events(erased)), ...(await other!.events(sealing))]);
    start();
    await finds('findme', ['kept/1']);
  });

  it('keeps no word in the clear in any table of the database', async () => {
    const words = ['Xylophonmarke', 'markedtitleword', 'markeddisplayname'];
    const story = threadStory({ threadId: 'marked', title: `a ${words[1]}` });
    const id = story.post('ada', `the ${words[0]}, said ada`);
    story.edit(id, `the other ${words[0]}`);
    const profile: ChatEvent[] = await profileEvents(sealing, { userId: 'ada', displayName: words[2]! });
    await bed.append([...(await story.events(sealing)), ...profile]);
    start();
    await finds('xylophonmarke', ['marked/1']);
    await bed.caughtUp(1);
    const { rows } = await bed.database.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_schema not in ('pg_catalog', 'information_schema')`,
    );
    expect(rows.length).toBeGreaterThan(10);
    for (const { name } of rows) {
      const found = await bed.database.query(`select 1 from ${name} as whole where lower(whole::text) ~ $1`, [
        words.join('|').toLowerCase(),
      ]);
      expect([name, found.rowCount]).toEqual([name, 0]);
    }
  });
});
