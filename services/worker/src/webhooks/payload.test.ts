import { CATALOGUE, type ChatEvent, type EventType, type Json } from '@threadlog/events';
import { laneOf, nameOf, WEBHOOK_EVENTS, webhookEvent } from './payload';

const ROOT = '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d10';
const SUB = `${ROOT}~0198c0de7a3b8c118f002f6d1f6a9d11`;

function event(type: EventType, data: Record<string, Json>, more: Partial<ChatEvent> = {}): ChatEvent {
  return {
    event_id: '0198c0de-7a3b-7c11-8f00-2f6d1f6a9d99',
    event_type: type,
    tenant_id: 'acme',
    stream_type: 'thread',
    stream_id: ROOT,
    stream_version: 12,
    timestamp: '2026-01-15T10:30:00.123456Z',
    actor: { type: 'user', id: 'ada', role: null },
    data,
    ...more,
  } as unknown as ChatEvent;
}

const message = { thread_id: SUB, message_id: 'm1', message_index: 3 };

test.each<[EventType, Record<string, Json>, object]>([
  [
    'CHAT_MESSAGE_CREATED',
    {
      ...message,
      sender_id: 'ada',
      sender_type: 'user',
      content: 'Hello!',
      metadata: null,
      attachments: null,
      reply_to: null,
      mentions: ['bo'],
    },
    {
      ...{
        messageId: 'm1',
        conversationId: ROOT,
        threadId: SUB,
        senderId: 'ada',
        senderType: 'user',
        content: 'Hello!',
      },
      ...{ metadata: null, attachments: [], replyTo: null, mentions: ['bo'], createdAt: '2026-01-15T10:30:00.123Z' },
    },
  ],
  [
    'CHAT_MESSAGE_UPDATED',
    { ...message, content: 'Hi!', edit: 2 },
    {
      ...{ messageId: 'm1', conversationId: ROOT, threadId: SUB, senderId: 'ada', content: 'Hi!', edit: 2 },
      editedAt: '2026-01-15T10:30:00.123Z',
    },
  ],
  [
    'CHAT_MESSAGE_DELETED',
    { ...message, reason: 'author' },
    {
      ...{ messageId: 'm1', conversationId: ROOT, threadId: SUB, deletedBy: 'ada', reason: 'author' },
      deletedAt: '2026-01-15T10:30:00.123Z',
    },
  ],
  [
    'CHAT_REACTION_ADDED',
    { ...message, emoji: '👍', user_id: 'bo' },
    {
      messageId: 'm1',
      conversationId: ROOT,
      threadId: SUB,
      userId: 'bo',
      emoji: '👍',
      createdAt: '2026-01-15T10:30:00.123Z',
    },
  ],
  [
    'CHAT_THREAD_STATUS_CHANGED',
    { thread_id: ROOT, status: 'archived', previous: 'active' },
    {
      conversationId: ROOT,
      threadId: ROOT,
      status: 'archived',
      updatedBy: 'ada',
      updatedAt: '2026-01-15T10:30:00.123Z',
    },
  ],
  [
    'CHAT_PRIVACY_SUBJECT_ERASED',
    { request_id: 'r1', subject: { kind: 'user', id: 'ada' }, keys: [], keys_total: 0 },
    { subject: { kind: 'user', id: 'ada' }, requestId: 'r1', erasedAt: '2026-01-15T10:30:00.123Z' },
  ],
])('%s', (type, data, told) => {
  expect(webhookEvent({ event: event(type, data), data })).toEqual({
    ...{ id: '0198c0de-7a3b-7c11-8f00-2f6d1f6a9d99', name: nameOf(event(type, data)), tenantId: 'acme', seq: 12 },
    timestamp: '2026-01-15T10:30:00.123Z',
    data: told,
  });
});

test('every name is told of by some event, and every event has one name or none', () => {
  const names = (Object.keys(CATALOGUE) as EventType[]).map((type) => nameOf({ event_type: type } as ChatEvent));
  const ofPresence = ['user.online', 'user.offline'];
  expect(new Set([...names.filter(Boolean), ...ofPresence])).toEqual(new Set(WEBHOOK_EVENTS));
});

test('what nobody is told of', () => {
  for (const type of ['CHAT_THREAD_READ', 'CHAT_USER_SYNCED', 'CHAT_RETENTION_SET'] as const)
    expect([nameOf(event(type, {})), webhookEvent({ event: event(type, {}), data: {} })]).toEqual([null, null]);
});

test('lanes are told apart whatever their ids hold', () => {
  const of = (tenant: string, thread: string) =>
    laneOf(event('CHAT_THREAD_DELETED', { thread_id: thread }, { tenant_id: tenant } as never));
  expect(of('a', 'b')).toBe(of('a', 'b'));
  expect(new Set([of('a', 'b'), of('a","b', ''), of('', 'a","b'), of('a', 'b~c')]).size).toBe(4);
});
