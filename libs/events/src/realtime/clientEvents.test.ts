import { LIMITS } from '../limits';
import { CLIENT_EVENTS, type ClientEventName } from './clientEvents';

const parse = (event: ClientEventName, payload: unknown) => CLIENT_EVENTS[event].safeParse(payload);
const sending = (rest: object) => parse('message:send', { conversationId: 'c1', content: 'hi', ...rest }).success;

test.each([
  ['message:send', { conversationId: 'c1', content: 'hi', tempId: 'tmp-1' }],
  ['message:edit', { messageId: 'm1', content: 'hi' }],
  ['message:delete', { messageId: 'm1' }],
  ['message:read', { conversationId: 'c1' }],
  ['reaction:add', { messageId: 'm1', emoji: '👍🏽' }],
  ['reaction:remove', { messageId: 'm1', emoji: 'thumbs_up' }],
  ['typing:start', { conversationId: 'c1' }],
  ['typing:stop', { conversationId: 'c1~s1' }],
  ['typing', { conversationId: 'c1', isTyping: false }],
  ['agent:stop', { conversationId: 'c1', runId: '4b0f3c1e-6d0a-8e55-9c1d-5a1f0e7d2b33' }],
  ['agent:run', { conversationId: 'c1', triggerMessageId: 'm1', state: 'thinking', tempId: 'k1' }],
  ['agent:text', { runId: '4b0f3c1e-6d0a-8e55-9c1d-5a1f0e7d2b33', n: 1, text: 'Try ' }],
  ['auth:refresh', { token: 'a.b.c' }],
  ['conversation:join', { conversationId: 'c1', since: 4 }],
  ['conversation:leave', { conversationId: 'c1' }],
  ['thread:create', { conversationId: 'c1', title: 'Aside', rootMessageId: 'm1' }],
  ['thread:switch', { conversationId: 'c1', threadId: 'c1~s1' }],
] as const)('%s takes what its documentation shows', (event, payload) => {
  expect(parse(event, payload)).toEqual({ success: true, data: payload });
});

test('a heartbeat may come with an empty object or with nothing', () => {
  expect(parse('presence:ping', {}).success).toBe(true);
  expect(parse('presence:ping', undefined).success).toBe(true);
});

test('a conversation is joined and left by its bare id, too', () => {
  expect(parse('conversation:join', 'c1').data).toEqual({ conversationId: 'c1' });
  expect(parse('conversation:leave', 'c1').data).toEqual({ conversationId: 'c1' });
  expect(parse('conversation:join', 'no such/room').success).toBe(false);
});

test('fields that nobody knows are dropped, not refused', () => {
  const data = { conversationId: 'c1', content: 'hi' };
  expect(parse('message:send', { ...data, senderType: 'user' })).toEqual({ success: true, data });
});

test('every free part is bounded', () => {
  expect(sending({ content: 'x'.repeat(LIMITS.contentCharacters) })).toBe(true);
  expect(sending({ content: 'x'.repeat(LIMITS.contentCharacters + 1) })).toBe(false);
  for (const content of ['', null, undefined]) {
    expect(sending({ content })).toBe(false);
    expect(sending({ content, attachments: [] })).toBe(false);
    expect(sending({ content, attachments: [{ externalFileId: 'f' }] })).toBe(true);
  }
  expect(sending({ content: 'a\0b' })).toBe(false);
  expect(sending({ content: '\ud800' })).toBe(false);
  expect(sending({ metadata: { a: 'ü'.repeat(LIMITS.metadataBytes / 2 - 5) } })).toBe(true);
  expect(sending({ metadata: { a: 'ü'.repeat(LIMITS.metadataBytes / 2) } })).toBe(false);
  expect(sending({ mentions: Array(LIMITS.mentions + 1).fill('u') })).toBe(false);
  expect(sending({ attachments: Array(LIMITS.attachments + 1).fill({ externalFileId: 'f' }) })).toBe(false);
  expect(sending({ tempId: 'x'.repeat(256) })).toBe(false);
  expect(parse('auth:refresh', { token: 'x'.repeat(LIMITS.tokenCharacters + 1) }).success).toBe(false);
  expect(parse('reaction:add', { messageId: 'm1', emoji: 'a whole sentence' }).success).toBe(false);
  expect(parse('conversation:join', { conversationId: 'c1', since: -1 }).success).toBe(false);
});
