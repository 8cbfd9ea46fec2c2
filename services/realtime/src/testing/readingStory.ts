import { tenantId } from '@threadlog/events';
import { sealEvents, type Step } from '@threadlog/testing';
import type { Story } from './backend';

/** What a user has read, told in order. */
export interface ReadingStory extends Story {
  read(threadId: string, messageId: string, index: number): void;
}

export function readingStory(userId: string): ReadingStory {
  const steps: Step[] = [];
  const place: Story['place'] = {
    tenantId: tenantId('acme'),
    type: 'user',
    id: userId,
    learnerId: null,
    startedAt: Date.UTC(2026, 10, 2),
  };
  return {
    place,
    events: (sealing) => sealEvents(sealing, place, steps),
    read(thread_id, message_id, message_index) {
      const data = { thread_id, message_id, message_index, read_at: '2026-11-02T10:00:00.000000Z' };
      const actor = { type: 'user' as const, id: userId, role: 'user' as const };
      steps.push({ draft: { type: 'CHAT_THREAD_READ', data }, actor, authorId: null, month: null });
    },
  };
}
