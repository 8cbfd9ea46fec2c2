import { commandRoutes } from '@threadlog/command-api';
import type { ClientEventName } from '@threadlog/events';
import type { Route } from '@threadlog/service';
import { hostileInputs, type HostileInput } from '@threadlog/testing';
import type { Place } from './attackAddresses';

const TEXTS = { title: 'hello', metadata: { a: 1 } };
const MESSAGE = {
  content: 'hello',
  attachments: [{ externalFileId: 'f', label: 'l', mime: 'm', bytes: 1 }],
  metadata: { a: 1 },
};
const PROFILE = {
  externalUserId: 'synced',
  displayName: 'D',
  avatarUrl: 'https://a',
  email: 'e@x',
  metadata: { a: 1 },
};

/** Sound bodies where one that has everything would be refused as a whole, or take away what the attack is about. */
export const BASES: Readonly<Record<string, unknown>> = {
  createThread: { ...TEXTS, type: 'group', participantIds: ['ben'] },
  createConversation: { ...TEXTS, type: 'group', participantIds: ['ben'] },
  createConversationThread: TEXTS,
  ...Object.fromEntries(
    ['updateThread', 'replaceThread', 'updateConversation', 'replaceConversation'].map((name) => [name, TEXTS]),
  ),
  ...Object.fromEntries(['postMessage', 'sendMessage', 'postConversationThreadMessage'].map((name) => [name, MESSAGE])),
  ...Object.fromEntries(
    ['editMessage', 'replaceMessage', 'editConversationMessage', 'editMessageById'].map((name) => [name, MESSAGE]),
  ),
  addParticipant: { userId: 'dora' },
  changeParticipantRole: { role: 'member' },
  addConversationParticipants: { userId: 'dora' },
  changeThreadPreferences: { mutedUntil: null },
  markThreadRead: {},
  markConversationRead: {},
  requestExport: { userId: 'nobody' },
  requestDeletion: { userId: 'nobody' },
  readmitSubject: { userId: 'nobody' },
  setLegalHold: { userId: 'nobody', reason: 'other' },
  setRetention: { days: 36_500 },
  addReactionById: { emoji: '👍' },
  syncUser: PROFILE,
  syncUsers: { users: [PROFILE] },
};

/** Sound payloads of socket commands. */
export const payloads = ({ thread, sub, message }: Place): Partial<Record<ClientEventName, unknown>> => ({
  'message:send': { conversationId: thread, ...MESSAGE },
  'message:edit': { messageId: message, content: 'hello' },
  'reaction:add': { messageId: message, emoji: '👍' },
  'reaction:remove': { messageId: message, emoji: '👍' },
  'thread:create': { conversationId: thread, title: 'hello' },
  'agent:run': { conversationId: thread, triggerMessageId: message, state: 'thinking', tempId: 'hello' },
  'agent:text': { runId: '4b0f3c1e-6d0a-8e55-9c1d-5a1f0e7d2b33', n: 1, text: 'hello' },
  'thread:switch': { conversationId: thread, threadId: sub },
});

/** Hostile bodies of a route. */
export function inputsOf(route: Route): HostileInput[] {
  const inputs = hostileInputs(route.body!, BASES[route.operationId ?? '']);
  if (route.operationId !== 'syncUsers') return inputs;
  // Its items are parsed one by one, with the schema of a single one.
  const single = commandRoutes.find(({ operationId }) => operationId === 'syncUser')!;
  return [
    ...inputs,
    ...inputsOf(single).map(({ name, json }) => ({ name: `[] ${name}`, json: `{"users":[${json}]}` })),
  ];
}
