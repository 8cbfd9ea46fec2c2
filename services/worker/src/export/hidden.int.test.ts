import { linesOf, threadStory } from '@threadlog/testing';
import { givenExports } from '../testing/exports';
import type { ExportedThread } from './source/threads';

jest.setTimeout(60_000);

describe.each(['postgres', 'mongo'] as const)('an export, with messages in %s,', (kind) => {
  const { given, exported } = givenExports(kind);
  const threadsIn = (files: Map<string, Buffer>) => linesOf<ExportedThread>(files.get('threads.ndjson'));
  const everything = (files: Map<string, Buffer>) => [...files.values()].map(String).join('\n');

  test('has no sub-thread that the person was never shown, and of one in which it wrote nothing but that', async () => {
    const day = (n: number) => Date.UTC(2026, 10, n);
    const root = threadStory({
      threadId: 'hall',
      owner: 'ben',
      title: 'The hall',
      startedAt: day(1),
    });
    const first = root.post('ben', 'from before');
    root.join('lars', { fromNow: true });
    const second = root.post('ben', 'from then on');
    const sub = (id: string, at: number, given: { rootVersion: number; rootMessageId?: string }) => {
      const story = threadStory({
        threadId: `hall~${id}`,
        owner: 'ben',
        title: `canary ${id}`,
        startedAt: day(at),
        ...given,
      });
      story.post('ben', `canary text ${id}`);
      return story;
    };
    // Lars came at version 3 and sees from there on.
    const old = sub('old', 2, { rootVersion: 2, rootMessageId: first });
    const written = sub('written', 2, { rootVersion: 2, rootMessageId: first });
    written.post('lars', 'lars once was here');
    const fresh = sub('fresh', 3, { rootVersion: 4, rootMessageId: second });
    await given(root, old, written, fresh);
    const { files } = await exported({ kind: 'user', id: 'lars' }, 'r-lars');
    const told = (of: Map<string, Buffer>) =>
      threadsIn(of)
        .map(({ id, title, withheld, messageCount, rootMessageId }) => ({
          id,
          title,
          withheld,
          messageCount,
          rootMessageId,
        }))
        .sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(told(files)).toEqual([
      { id: 'hall', title: 'The hall', messageCount: 1, rootMessageId: null },
      { id: 'hall~fresh', title: 'canary fresh', messageCount: 1, rootMessageId: second },
      { id: 'hall~written', title: null, withheld: true, messageCount: null, rootMessageId: null },
    ]);
    for (const hidden of ['canary old', 'canary written', 'hall~old', first, 'from before']) {
      expect([hidden, everything(files).includes(hidden)]).toEqual([hidden, false]);
    }
  });

  test('has of a thread that the person left what there was when it left', async () => {
    const root = threadStory({
      threadId: 'exit',
      owner: 'ben',
      members: ['mia'],
      title: 'Exit',
      startedAt: Date.UTC(2026, 10, 1),
    });
    const first = root.post('ben', 'hello');
    const before = threadStory({
      threadId: 'exit~before',
      owner: 'ben',
      title: 'canary before',
      startedAt: Date.UTC(2026, 9, 30),
      rootVersion: 2,
    });
    root.leave('mia');
    root.post('ben', 'after it left');
    const after = threadStory({
      threadId: 'exit~after',
      owner: 'ben',
      title: 'canary after',
      startedAt: Date.UTC(2026, 10, 5),
      rootVersion: 2,
      rootMessageId: first,
    });
    await given(root, before, after);
    const { files } = await exported({ kind: 'user', id: 'mia' }, 'r-mia');
    expect(
      threadsIn(files)
        .map(({ id, part, title, messageCount, updatedAt }) => [id, part, title, messageCount, updatedAt])
        .filter(([id]) => String(id).startsWith('exit')),
    ).toEqual([
      ['exit', 'former_member', 'Exit', null, null],
      ['exit~before', 'former_member', null, null, null],
    ]);
    for (const hidden of ['canary', 'exit~after', 'after it left']) {
      expect([hidden, everything(files).includes(hidden)]).toEqual([hidden, false]);
    }
  });
});
