import type { ChatEvent } from '@threadlog/events';
import { memorySealing, threadStory } from '@threadlog/testing';
import { foldParticipant } from './participants';

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
    expect(foldParticipant(null, created, 'ben', null)).toMatchObject({ user_id: 'ben', role: 'member', version: 1 });
    const member = foldParticipant(null, joined, 'cyd', null);
    expect(member).toMatchObject({ user_id: 'cyd', removed_at: null, version: 2 });
    expect(foldParticipant(member, left, 'cyd', null)).toMatchObject({ removed_at: left.timestamp, version: 3 });
  });

  test('counts as read what was there when it began, whatever history it is shown', async () => {
    const { created, joined, left } = await told();
    const thread = { last_message_index: 7 };
    expect(foldParticipant(null, created, 'ben', null)).toMatchObject({ joined_index: 0 });
    const member = foldParticipant(null, joined, 'cyd', thread);
    expect(member).toMatchObject({ visible_from_index: 1, joined_index: 7 });
    expect(foldParticipant(member, left, 'cyd', { last_message_index: 9 })).toMatchObject({ joined_index: 7 });
    expect(foldParticipant(member, joined, 'cyd', { last_message_index: 9 })).toBe(member);
  });

  test('is neither made nor changed by events about somebody else', async () => {
    const { created, joined, left } = await told();
    const ben = foldParticipant(null, created, 'ben', null);
    expect(foldParticipant(null, joined, 'dan', null)).toBeNull();
    expect(foldParticipant(null, created, 'dan', null)).toBeNull();
    expect(foldParticipant(ben, joined, 'ben', null)).toBe(ben);
    expect(foldParticipant(ben, left, 'ben', null)).toBe(ben);
  });
});
