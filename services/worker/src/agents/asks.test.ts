import type { ChatEvent } from '@threadlog/events';
import { asks, candidateOf, type Surroundings } from './asks';

const message = (data: object): ChatEvent =>
  ({
    event_type: 'CHAT_MESSAGE_CREATED',
    tenant_id: 'acme',
    timestamp: '2026-01-02T00:00:00.000000Z',
    data: {
      ...{ thread_id: 't1', message_id: 'm3', message_index: 3, sender_id: 'ada', sender_type: 'user' },
      ...{ reply_to: null, mentions: [] },
      ...data,
    },
  }) as unknown as ChatEvent;

const ALONE: Surroundings = { trigger: 'every', people: 1, mode: 'auto', modeAt: null, overTo: 0, repliesToIt: false };
const isAsked = (data: object, around: Partial<Surroundings> = {}): boolean => {
  const candidate = candidateOf(message(data), 'bot');
  return candidate !== null && asks(candidate, { ...ALONE, ...around });
};
const named = { mentions: ['bot'] };
const byAgent = { sender_id: 'other', sender_type: 'agent' };

test.each<[string, object, Partial<Surroundings>, boolean]>([
  ['a person who talks with the agent alone', {}, {}, true],
  ['one of several people', {}, { people: 2 }, false],
  ['one of several people who mentions it', named, { people: 2 }, true],
  ['one of several people who replies to it', { reply_to: 'm2' }, { people: 2, repliesToIt: true }, true],
  ['the agent itself', { sender_id: 'bot', sender_type: 'agent' }, {}, false],
  ['the product itself', { sender_type: 'system' }, {}, false],
  ['another agent', byAgent, {}, false],
  ['another agent that mentions it', { ...byAgent, ...named }, {}, true],
  ['the second agent of a chain', { ...byAgent, ...named, run: { hops: 2 } }, {}, true],
  ['the third agent of a chain', { ...byAgent, ...named, run: { hops: 3 } }, {}, false],
  ['the third of agents that post by themselves', { ...byAgent, ...named, hops: 3 }, {}, false],
  ['the second of them', { ...byAgent, ...named, hops: 2 }, {}, true],
  ['anybody after a take-over', named, { mode: 'off' }, false],
  ['somebody who does not mention it where that is asked for', {}, { mode: 'mention' }, false],
  ['somebody who mentions it where that is asked for', named, { mode: 'mention' }, true],
  ['somebody who talks with one that is asked by mention', {}, { trigger: 'mention' }, false],
  [
    'somebody who replies to one that is asked by mention',
    { reply_to: 'm2' },
    { trigger: 'mention', repliesToIt: true },
    false,
  ],
  ['somebody who mentions one that is asked by mention', named, { trigger: 'mention' }, true],
  ['a message from before the mode was changed', {}, { modeAt: '2026-01-02T00:00:00.000001Z' }, false],
  ['a message that was dealt with', {}, { overTo: 3 }, false],
])('%s asks it: %#', (_who, data, around, expected) => {
  expect(isAsked(data, around)).toBe(expected);
});
