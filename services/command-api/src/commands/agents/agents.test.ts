import type { Draft, MessageRun } from '@threadlog/events';
import {
  added,
  messageDeleted,
  posted,
  statusChanged,
  subThreadCreated,
  THREAD,
  threadCreated,
} from '../drafts.testing';
import { actor, ada, admin, bob, command, eve, given, guardian, mod, NEW_ID, teacher } from '../given.testing';

const RUN = '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d77';
const bot = actor('bot', { type: 'agent', role: 'agent' });
const other = actor('other', { type: 'agent', role: 'agent' });

const answer = (trigger = 'm1', rest: object = {}, run: object = {}) =>
  command('agent.answer', {
    content: 'an answer',
    ...rest,
    run: { runId: RUN, triggerMessageId: trigger, finish: 'complete', ...run },
  });
const end = (trigger = 'm1', reason: 'silent' | 'stopped' = 'silent') =>
  command('agent.endRun', { runId: RUN, triggerMessageId: trigger, reason });
const setMode = (agentMode: 'auto' | 'mention' | 'off') => command('agent.mode', { agentMode });

const run = (index: number, rest: Partial<MessageRun> = {}): MessageRun => ({
  run_id: RUN,
  trigger_message_id: `m${index}`,
  trigger_index: index,
  finish: 'complete',
  hops: 1,
  ...rest,
});
const answered = (index: number, by: string, to: MessageRun, rest: object = {}): Draft =>
  posted(index, by, { sender_type: 'agent', content: 'an answer', run: to, ...rest });
const mode = (now: 'auto' | 'mention' | 'off', previous: 'auto' | 'mention' | 'off' = 'auto'): Draft => ({
  type: 'CHAT_AGENT_MODE_CHANGED',
  data: { thread_id: THREAD, mode: now, previous },
});
const ended = (index: number, reason: 'silent' | 'stopped' = 'silent'): Draft => ({
  type: 'CHAT_AGENT_RUN_ENDED',
  data: {
    ...{ thread_id: THREAD, run_id: RUN, trigger_message_id: `m${index}`, trigger_index: index },
    ...{ agent_id: 'bot', reason },
  },
});

const room = [threadCreated(), added('bot', 'agent'), added('other', 'agent')];
const asked = [...room, posted(1, 'bob')];

describe('an answer', () => {
  test('is a message that says which run it came out of', () => {
    given(...asked)
      .when(bot, answer('m1', {}, { inputTokens: 12, outputTokens: 3, toolCalls: 0, model: 'maker/model-1' }))
      .then(
        answered(2, 'bot', run(1, { input_tokens: 12, output_tokens: 3, tool_calls: 0, model: 'maker/model-1' }), {
          message_id: NEW_ID,
        }),
      );
  });

  test('is given once to a message by an agent, whatever its run is called', () => {
    const again = { ...run(1), run_id: '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d78' };
    given(...asked, answered(2, 'bot', again))
      .when(bot, answer('m1'))
      .thenRefused('run_over');
    given(...asked, answered(2, 'bot', run(1)))
      .when(other, answer('m1'))
      .thenLike({ type: 'CHAT_MESSAGE_CREATED' });
  });

  test('is not given to what came before the newest that was dealt with', () => {
    given(...asked, posted(2, 'bob'), answered(3, 'bot', run(2)))
      .when(bot, answer('m1'))
      .thenRefused('run_over');
    given(...asked, posted(2, 'bob'), ended(1))
      .when(bot, answer('m2'))
      .thenLike({ type: 'CHAT_MESSAGE_CREATED' });
  });

  test.each(['constructor', 'toString', '__proto__'])('is given once by an agent that is called %s', (id) => {
    const named = actor(id, { type: 'agent', role: 'agent' });
    const dealtWith = [...asked, added(id, 'agent'), answered(2, 'other', run(1))];
    given(...dealtWith)
      .when(named, answer())
      .thenLike({ type: 'CHAT_MESSAGE_CREATED' });
    given(...dealtWith, answered(3, id, run(1)))
      .when(named, answer())
      .thenRefused('run_over');
  });

  test('does not come after its run has ended without one', () => {
    given(...asked, ended(1, 'stopped'))
      .when(bot, answer())
      .thenRefused('run_over');
  });

  test('is an agent’s that takes part', () => {
    given(...asked)
      .when(ada, answer())
      .thenRefused('forbidden');
    given(threadCreated(), posted(1, 'bob')).when(bot, answer()).thenRefused('not_found');
    // By its place, whatever its token says.
    given(...asked)
      .when(actor('bot'), answer())
      .thenLike({ type: 'CHAT_MESSAGE_CREATED', data: { sender_type: 'agent' } });
  });

  test('goes to somebody else’s message that it may see and that is there', () => {
    given(...asked)
      .when(bot, answer('m7'))
      .thenRefused('invalid_request', '/triggerMessageId');
    given(...asked, posted(2, 'bot', { sender_type: 'agent' }))
      .when(bot, answer('m2'))
      .thenRefused('invalid_request', '/triggerMessageId');
    given(threadCreated({ learner_id: null }), posted(1, 'bob'), added('bot', 'agent', [2, 3]))
      .when(bot, answer())
      .thenRefused('invalid_request', '/triggerMessageId');
    given(...asked, messageDeleted(1))
      .when(bot, answer())
      .thenRefused('gone');
  });

  test('obeys the rules of messages', () => {
    given(...asked, statusChanged('archived'))
      .when(bot, answer())
      .thenRefused('thread_closed');
    given(...asked)
      .when(bot, answer(), { maxMessagesPerThread: 1 })
      .thenRefused('thread_full');
    given(...asked)
      .when(bot, answer('m1', { mentions: ['nobody'] }))
      .thenRefused('invalid_request', '/mentions/0');
  });

  test('comes from a hundred agents of a thread at most, so that what is kept of them has a bound', () => {
    const before = Array.from({ length: 100 }, (_, index) => answered(index + 2, `former-${index}`, run(1)));
    given(...asked, ...before)
      .when(bot, answer(), { maxMessagesPerThread: 1_000 })
      .thenRefused('conflict');
    given(...asked, ...before, answered(102, 'former-3', run(1)), posted(103, 'bob'))
      .when(bot, end('m103'))
      .thenRefused('conflict');
  });
});

describe('a run without an answer', () => {
  test('ends once', () => {
    given(...asked)
      .when(bot, end())
      .then(ended(1));
    given(...asked, ended(1))
      .when(bot, end('m1', 'stopped'))
      .thenUnchanged();
    given(...asked, answered(2, 'bot', run(1)))
      .when(bot, end())
      .thenUnchanged();
  });

  test('ends also where the agent may not answer any more', () => {
    given(...asked, mode('off'))
      .when(bot, end('m1', 'stopped'))
      .then(ended(1, 'stopped'));
    given(...asked, messageDeleted(1))
      .when(bot, end())
      .then(ended(1));
  });

  test('is no user’s to end in its own name', () => {
    given(...asked)
      .when(ada, end())
      .thenRefused('forbidden');
  });
});

describe('the mode of a conversation', () => {
  test('is set by owners, teachers and administrators', () => {
    for (const who of [ada, teacher, admin])
      given(...room)
        .when(who, setMode('off'))
        .then(mode('off'));
    for (const who of [mod, bob, guardian, bot])
      given(...room)
        .when(who, setMode('off'))
        .thenRefused('forbidden');
    given(...room)
      .when(eve, setMode('off'))
      .thenRefused('not_found');
  });

  test('once more changes nothing, and a sub-thread has none', () => {
    given(...room, mode('off'))
      .when(ada, setMode('off'))
      .thenUnchanged();
    given(...room, subThreadCreated())
      .when(ada, command('agent.mode', { threadId: `${THREAD}~sub`, agentMode: 'off' }))
      .thenRefused('invalid_request', '/threadId');
  });

  test('off: no agent says anything, in the conversation or below it', () => {
    given(...asked, mode('off'))
      .when(bot, answer())
      .thenRefused('agent_off');
    given(...asked, mode('off'))
      .when(bot, command('message.post', { content: 'hi' }))
      .thenRefused('agent_off');
    given(...asked, mode('off'))
      .when(actor('bot'), command('message.post', { content: 'hi' }))
      .thenRefused('agent_off');
    const sub = `${THREAD}~sub`;
    given(...asked, subThreadCreated(sub), mode('off'))
      .when(bot, command('message.post', { threadId: sub, content: 'hi' }))
      .thenRefused('agent_off');
    given(...asked, mode('off'))
      .when(ada, command('message.post', { content: 'hi' }))
      .thenLike({ type: 'CHAT_MESSAGE_CREATED' });
  });

  test('back on, what was asked before stays unanswered by agents', () => {
    const handedBack = [...asked, mode('off'), mode('auto', 'off')];
    given(...handedBack)
      .when(bot, answer())
      .thenRefused('agent_off');
    given(...handedBack, posted(2, 'bob'))
      .when(bot, answer('m2'))
      .thenLike({ type: 'CHAT_MESSAGE_CREATED' });
  });

  test('mention: agents answer what names them', () => {
    given(...room, mode('mention'), posted(1, 'bob'))
      .when(bot, answer())
      .thenRefused('agent_off');
    given(...room, mode('mention'), posted(1, 'bob', { mentions: ['bot'] }))
      .when(bot, answer())
      .thenLike({ type: 'CHAT_MESSAGE_CREATED' });
  });
});

describe('agents among each other', () => {
  test('answer what mentions them only', () => {
    given(...asked, answered(2, 'other', run(1)))
      .when(bot, answer('m2'))
      .thenRefused('agent_off');
    given(...asked, answered(2, 'other', run(1), { mentions: ['bot'] }))
      .when(bot, answer('m2'))
      .thenLike({ type: 'CHAT_MESSAGE_CREATED', data: { run: { hops: 2 } } });
  });

  test('answer each other three times in a row at most', () => {
    const third = [...asked, answered(2, 'other', run(1, { hops: 3 }), { mentions: ['bot'] })];
    given(...third)
      .when(bot, answer('m2'))
      .thenRefused('run_over');
  });
});
