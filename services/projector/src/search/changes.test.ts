import { memorySealing, threadStory } from '@threadlog/testing';
import { indexChanges } from './changes';

describe('changes of the search index', () => {
  const sealing = memorySealing();

  it('come to the last word on each text, whose place in time stays', async () => {
    const story = threadStory({ threadId: 't', title: 'title', learnerId: 'lena' });
    const [one, two] = [story.post('ada', 'one'), story.post('ada', 'two')];
    story.edit(one, 'one, better');
    story.remove(two);
    const events = await story.events(sealing);
    const { texts, removed, removedThreads } = indexChanges(events);
    expect(texts).toMatchObject([
      { message_index: 0, version: 1 },
      { message_index: 1, version: 4, created_at: events[1]!.timestamp, learner_id: 'lena' },
    ]);
    expect(removed).toEqual([{ tenant_id: 'acme', thread_id: 't', message_index: 2 }]);
    expect(removedThreads).toEqual([]);
  });

  it('take a deleted root away with its sub-threads, and nobody else', async () => {
    const stories = ['t', 't~sub', 't2'].map((threadId) => threadStory({ threadId, title: 'title' }));
    for (const story of stories) story.post('ada', 'text');
    stories[0]!.end();
    const told = await Promise.all(stories.map((story) => story.events(sealing)));
    const { texts, removedThreads } = indexChanges([...told[1]!, ...told[2]!, ...told[0]!]);
    expect(texts.map(({ thread_id }) => thread_id)).toEqual(['t2', 't2']);
    expect(removedThreads).toEqual([{ tenant_id: 'acme', thread_id: 't' }]);
  });

  it('are none for what leaves texts alone', async () => {
    const story = threadStory({ threadId: 't' });
    const id = story.post('ada', 'one');
    story.react('ben', id, '👍');
    story.join('ben');
    story.status('archived');
    const [, , ...others] = await story.events(sealing);
    expect(indexChanges(others)).toEqual({ texts: [], removed: [], removedThreads: [] });
  });
});
