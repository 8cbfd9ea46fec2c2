import type { ChatEvent } from '@threadlog/events';
import { memorySealing, threadStory } from '@threadlog/testing';
import { foldParticipant } from './participant';

async function told(): Promise<{ created: ChatEvent; joined: ChatEvent; left: ChatEvent }> {
  const story = threadStory({ threadId: 't1', owner: 'ada', members: ['ben'] });
  story.join('cyd');
  story.leave('cyd');
  const [created, joined, left] = await story.events(memorySealing());
  return { created: created!, joined: joined!, left: left! };
}

describe('a membership', () => {
  test('is made by the events about its user', async () => {
    const { created, joined, left } = await told();
    expect(foldParticipant(null, created, 'ben')).toMatchObject({ user_id: 'ben', role: 'member', version: 1 });
    const member = foldParticipant(null, joined, 'cyd');
    expect(member).toMatchObject({ user_id: 'cyd', removed_at: null, version: 2 });
    expect(foldParticipant(member, left, 'cyd')).toMatchObject({ removed_at: left.timestamp, version: 3 });
  });

  test('is neither made nor changed by events about somebody else', async () => {
    const { created, joined, left } = await told();
    const ben = foldParticipant(null, created, 'ben');
    expect(foldParticipant(null, joined, 'dan')).toBeNull();
    expect(foldParticipant(null, created, 'dan')).toBeNull();
    expect(foldParticipant(ben, joined, 'ben')).toBe(ben);
    expect(foldParticipant(ben, left, 'ben')).toBe(ben);
  });
});
