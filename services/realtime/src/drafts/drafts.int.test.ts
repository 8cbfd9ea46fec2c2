import { eventually, testActor, threadStory, type ThreadStory } from '@threadlog/testing';
import { drafting } from '../testing/drafting';
import type { Listener } from '../testing/listener';
import { givenRealtime, type Running } from '../testing/service';

const [ada, ben, cyd] = [testActor('ada'), testActor('ben'), testActor('cyd')];

/** What a client shows of a run, by the rules of the protocol; `null` where it has no text, or missed one. */
function shown({ frames }: Listener, runId: string): string | null {
  let text: string | null = null;
  let last = 0;
  for (const { name, payload } of frames) {
    const told = payload as { runId?: string; n: number; op: string; text: string; state?: string };
    if (told.runId !== runId) continue;
    if (name === 'agent:run' && (told.state === 'ended' || told.state === 'thinking')) text = null;
    if (name !== 'agent:text') continue;
    if (told.op === 'replace') text = told.text;
    else text = text !== null && told.n === last + 1 ? text + told.text : null;
    last = told.n;
  }
  return text;
}
const texts = (listener: Listener, run: string) =>
  listener.of('agent:text').flatMap(({ runId, op, n }) => (runId === run ? [`${op} ${n}`] : []));
const runs = (listener: Listener, runId: string) =>
  listener.of('agent:run').flatMap((told) => (told.runId === runId ? [told.reason ?? told.state] : []));

describe('what an agent is about to say', () => {
  const clock = { ahead: 0 };
  const server = givenRealtime({ now: () => Date.now() + clock.ahead });
  let other: Running;
  let count = 0;
  beforeAll(async () => void (other = await server.another()));

  async function given(members: string[] = ['ben']): Promise<ThreadStory> {
    const story = threadStory({ threadId: `d${(count += 1)}`, owner: 'ada', members });
    story.post('ada', 'What is x?');
    await server.tell(story);
    await server.project();
    return story;
  }
  const until = (listener: Listener, runId: string, text: string | null) =>
    eventually(() => expect(shown(listener, runId)).toBe(text));
  const endOf = (runId: string, finish = 'complete') =>
    ({
      run: { run_id: runId, trigger_message_id: 'm', trigger_index: 1, finish, hops: 1 },
      sender_type: 'agent',
    }) as object;

  test('is told everywhere in a row, and ends with its message', async () => {
    const story = await given();
    const [here, there] = [await server.ready(ada), await server.ready(ben, { url: other.http.url })];
    const stranger = await server.ready(cyd);
    const draft = drafting(server, story.place.id);
    await draft.begins();
    await draft.whole(1, 'Try ');
    await draft.append(2, 'x = 3');
    await draft.whole(2, 'Try x = 3');
    await draft.append(3, '.');
    for (const listener of [here, there]) {
      await until(listener, draft.runId, 'Try x = 3.');
      expect(listener.of('agent:run')[0]).toEqual({
        conversationId: story.place.id,
        threadId: story.place.id,
        runId: draft.runId,
        agentId: 'tutor',
        state: 'thinking',
      });
    }
    story.post('tutor', 'Try x = 3.', endOf(draft.runId));
    await server.tell(story);
    // What was on its way, and what is repeated, changes nothing any more.
    await draft.append(4, ' Or not.');
    await draft.ends('complete', true);
    for (const listener of [here, there]) {
      await eventually(() => expect(runs(listener, draft.runId)).toEqual(['thinking', 'writing', 'complete']));
      const names = listener.frames.map(({ name }) => name).filter((name) => !name.startsWith('user:'));
      expect(names.slice(-2)).toEqual(['message:new', 'agent:run']);
    }
    expect(stranger.of('agent:run')).toEqual([]);
  });

  test('is told whole to who comes late or missed a part', async () => {
    const story = await given();
    const id = story.place.id;
    const draft = drafting(server, id);
    await draft.begins();
    await draft.whole(1, 'One');
    await draft.append(2, ' two');
    const late = await server.ready(ben);
    await until(late, draft.runId, 'One two');
    expect(texts(late, draft.runId)).toEqual(['replace 2']);
    const again = await server.ready(ada, { resume: { [id]: 1 } });
    await until(again, draft.runId, 'One two');
    await draft.append(3, ' three');
    await draft.append(5, ' five');
    await draft.append(6, ' six');
    for (const listener of [late, again]) await until(listener, draft.runId, 'One two three');
    await draft.whole(6, 'One two three four five six');
    await draft.append(7, '!');
    for (const listener of [late, again]) {
      await until(listener, draft.runId, 'One two three four five six!');
      expect(texts(listener, draft.runId)).toEqual(['replace 2', 'append 3', 'replace 6', 'append 7']);
    }
    await again.socket.emitWithAck('conversation:join', { conversationId: id, since: 2 });
    await eventually(() => expect(texts(again, draft.runId).at(-1)).toBe('replace 7'));
  });

  test('is known to an instance that starts in the middle', async () => {
    const story = await given();
    const draft = drafting(server, story.place.id);
    await draft.whole(1, 'So');
    await draft.append(2, ' far');
    const early = await server.ready(ada);
    await until(early, draft.runId, 'So far');
    // As a worker repeats it every now and then.
    const third = await server.another();
    const listener = await server.ready(ada, { url: third.http.url });
    await draft.append(3, ', so');
    await draft.whole(3, 'So far, so');
    await draft.append(4, ' good');
    for (const each of [early, listener]) await until(each, draft.runId, 'So far, so good');
  });

  test('is for who may see the message alone: not for who has left, nor of sub-threads from before', async () => {
    const story = await given(['ben', 'cyd']);
    const id = story.place.id;
    const old = threadStory({ threadId: `${id}~old`, owner: 'ada', rootVersion: 2 });
    await server.tell(old);
    story.leave('cyd');
    story.join('cyd', { fromNow: true });
    await server.tell(story);
    await server.project();
    const [first, second, third] = [await server.ready(ada), await server.ready(ben), await server.ready(cyd)];
    const [below, root] = [drafting(server, `${id}~old`), drafting(server, id)];
    await below.whole(1, 'below');
    await root.whole(1, 'root');
    for (const listener of [first, second]) await until(listener, below.runId, 'below');
    for (const listener of [first, second, third]) await until(listener, root.runId, 'root');
    const late = await server.ready(cyd);
    await until(late, root.runId, 'root');
    for (const listener of [third, late]) expect(runs(listener, below.runId)).toEqual([]);

    story.leave('ben');
    await server.tell(story);
    await second.wait('conversation:deleted');
    await root.append(2, ' and more');
    await until(first, root.runId, 'root and more');
    expect(shown(second, root.runId)).toBe('root');
  });

  test('ends without a message, with a newer attempt, and with a worker that says nothing any more', async () => {
    const story = await given();
    const listener = await server.ready(ada);
    const [former, newer] = [drafting(server, story.place.id), drafting(server, story.place.id)];
    await former.whole(1, 'Well');
    await former.ends('superseded');
    await former.append(2, ', no');
    await newer.begins();
    await eventually(() => expect(runs(listener, newer.runId)).toEqual(['thinking']));
    expect(runs(listener, former.runId)).toEqual(['writing', 'superseded']);
    const ends = listener.of('agent:run').filter(({ threadId }) => threadId === story.place.id);
    expect(ends.map(({ runId, state }) => (runId === newer.runId ? 'newer' : state))).toEqual([
      'writing',
      'ended',
      'newer',
    ]);

    await newer.whole(1, 'First try');
    await until(listener, newer.runId, 'First try');
    const again = drafting(server, story.place.id, { runId: newer.runId, attempt: 2 });
    await again.whole(1, 'Second');
    await newer.append(2, ' of the first');
    await again.append(2, ' try');
    await until(listener, newer.runId, 'Second try');
    clock.ahead += 11_000;
    await eventually(() => expect(runs(listener, newer.runId).at(-1)).toBe('lost'));
    await eventually(async () => expect(await server.metric('realtime_drafts')).toBe(0));
  });

  test('is not shown once who asked was erased, nor where it was tampered with', async () => {
    const story = await given();
    const listener = await server.ready(ben);
    const draft = drafting(server, story.place.id, { askedBy: 'gone' });
    const moved = drafting(server, story.place.id);
    await draft.whole(1, 'Dear');
    await until(listener, draft.runId, 'Dear');
    await server.sealing().destroy(ada.tenantId, { kind: 'subject', id: 'gone' });
    await expect(draft.append(2, ' Ada')).rejects.toThrow('closed or destroyed');
    const late = await server.ready(ada);
    await eventually(() => expect(runs(listener, draft.runId)).toEqual(['writing', 'stopped']));
    expect(shown(late, draft.runId)).toBeNull();

    const sealer = await server.sealing().sealer({
      ...{ tenantId: ada.tenantId, threadId: story.place.id, authorId: 'ada', learnerId: null },
      month: '2026-01',
    });
    const content = sealer.seal('elsewhere', { stream: 'draft/x', field: 'y', eventId: draft.runId });
    const data = { thread_id: story.place.id, run_id: moved.runId, agent_id: 'tutor', attempt: 1 };
    const text = { n: 1, op: 'replace' as const, content };
    server.signals().publish(ada.tenantId, 'AGENT_DRAFT', { ...data, state: 'writing', text });
    await moved.whole(2, 'as it should be');
    await until(listener, moved.runId, 'as it should be');
    expect(texts(listener, moved.runId)).toEqual(['replace 2']);
  });
});

describe('more drafts than an instance keeps', () => {
  const server = givenRealtime({ limits: { draftRuns: 3, draftBytes: 4_000 } });

  test('are not shown; those that are stay whole', async () => {
    const story = threadStory({ threadId: 'many', owner: 'ada' });
    await server.tell(story);
    await server.project();
    const listener = await server.ready(ada);
    const [small, large, third, fourth] = [1, 2, 3, 4].map(() => drafting(server, 'many'));
    await small!.whole(1, 'small');
    await large!.whole(1, 'x'.repeat(4_000));
    await third!.whole(1, 'third');
    await fourth!.whole(1, 'fourth');
    await small!.append(2, ' but mine');
    await eventually(() => expect(shown(listener, small!.runId)).toBe('small but mine'));
    expect(shown(listener, large!.runId)).toBeNull();
    expect(shown(listener, third!.runId)).toBe('third');
    expect(runs(listener, fourth!.runId)).toEqual([]);
    await small!.ends('stopped');
    await fourth!.whole(2, 'fourth');
    await eventually(() => expect(shown(listener, fourth!.runId)).toBe('fourth'));
  });
});
