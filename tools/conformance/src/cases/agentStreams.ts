import type { MessageResource } from '@threadlog/events';
import type { Case, Scene } from '../case';
import { isText, like } from '../like';
import { request } from '../variants';
import { PARTICIPANTS, room, THREAD, type Room } from './given';

const stream = `POST ${THREAD}/runs`;
const text = { 'content-type': 'text/plain; charset=utf-8' };

/** A room in which the agent takes part. */
export async function withAgent(scene: Scene): Promise<Room> {
  const made = await room(scene);
  const body = { userId: 'bot', role: 'agent' };
  await scene.as('ann').expect(201, `POST ${PARTICIPANTS}`, { params: { threadId: made.threadId }, body });
  await scene.settle();
  return made;
}
const answering = ({ threadId, message }: Room) => ({
  params: { threadId },
  query: { triggerMessageId: message.id },
  headers: text,
  body: 'Try x = 3.',
});
const keyed = (given: Room) => ({ ...answering(given), headers: { ...text, 'idempotency-key': 'answer-1' } });

/** What an agent that comes by itself says, as the body of a request. */
export const agentStreamCases: Case[] = [
  ...request({
    route: stream,
    name: 'an answer in plain text',
    given: withAgent,
    as: 'bot',
    request: answering,
    expect: 201,
    then({ body }, { message }) {
      const run = { runId: isText, triggerMessageId: message.id, finish: 'complete' };
      like(body, { id: isText, senderId: 'bot', senderType: 'agent', content: 'Try x = 3.', run });
    },
  }),
  ...request({
    route: stream,
    name: 'an answer as a UI message stream',
    given: withAgent,
    as: 'bot',
    request: (given) => ({
      ...answering(given),
      headers: { 'content-type': 'text/event-stream', 'x-vercel-ai-ui-message-stream': 'v1' },
      body: [
        ...[{ type: 'start' }, { type: 'text-start', id: '1' }, { type: 'text-delta', id: '1', delta: 'Try x.' }],
        ...[{ type: 'finish', messageMetadata: { outputTokens: 3 } }, '[DONE]'],
      ]
        .map((part) => `data: ${typeof part === 'string' ? part : JSON.stringify(part)}\n\n`)
        .join(''),
    }),
    expect: 201,
    then: ({ body }) => like(body, { content: 'Try x.', run: { finish: 'complete', outputTokens: 3, toolCalls: 0 } }),
  }),
  ...request({
    route: stream,
    name: 'an answer that breaks off',
    given: withAgent,
    as: 'bot',
    request: (given) => ({
      ...answering(given),
      headers: { 'content-type': 'text/event-stream' },
      body: `data: ${JSON.stringify({ type: 'text-delta', id: '1', delta: 'Try' })}\n\n`,
    }),
    expect: 201,
    then: ({ body }) => like(body, { content: 'Try', run: { finish: 'failed' } }),
  }),
  ...request({
    route: stream,
    name: 'nothing, which is no message',
    given: withAgent,
    as: 'bot',
    request: (given) => ({ ...answering(given), body: ' ' }),
    expect: 204,
  }),
  ...request({
    route: stream,
    name: 'once: the same key gives the first answer again',
    async given(scene) {
      const made = await withAgent(scene);
      const first = await scene.as('bot').expect<MessageResource>(201, stream, keyed(made));
      return { ...made, first };
    },
    as: 'bot',
    request: (given) => ({ ...keyed(given), body: 'Another text' }),
    expect: 201,
    then: ({ body }, { first }) => like(body, { id: first.id, content: 'Try x = 3.' }),
  }),
  ...request({
    route: stream,
    name: 'once: without the key it is over',
    async given(scene) {
      const made = await withAgent(scene);
      await scene.as('bot').expect(201, stream, answering(made));
      return made;
    },
    as: 'bot',
    request: answering,
    expect: 'run_over',
  }),
  ...request({
    route: stream,
    name: 'not after a take-over',
    async given(scene) {
      const made = await withAgent(scene);
      const change = { params: { threadId: made.threadId }, body: { agentMode: 'off' } };
      await scene.as('ann').expect(200, `PUT ${THREAD}/agent-mode`, change);
      return made;
    },
    as: 'bot',
    request: answering,
    expect: 'agent_off',
  }),
  ...request({
    route: stream,
    name: 'nobody who is no agent',
    given: withAgent,
    as: 'bob',
    request: answering,
    expect: 'forbidden',
  }),
  ...request({
    route: stream,
    name: 'no agent who takes no part',
    given: room,
    as: 'bot',
    request: answering,
    expect: 'not_found',
  }),
  ...[
    { name: 'JSON', headers: { 'content-type': 'application/json' }, body: '{}' },
    { name: 'a compressed body', headers: { ...text, 'content-encoding': 'gzip' }, body: 'x' },
  ].flatMap(({ name, ...wrong }) =>
    request({
      ...{ route: stream, name: `not ${name}`, given: withAgent, as: 'bot' },
      request: (given: Room) => ({ ...answering(given), ...wrong }),
      expect: 'unsupported_media_type',
      // Who may not see the thread is told that first.
      ...{ elsewhere: 'not_found', stranger: 'not_found', unpermitted: 'forbidden' },
    }),
  ),
  ...request({
    route: stream,
    name: 'not to a message that is not there',
    given: withAgent,
    as: 'bot',
    request: (given) => ({ ...answering(given), query: { triggerMessageId: 'constructor' } }),
    expect: 'invalid_request',
    ...{ elsewhere: 'not_found', stranger: 'not_found', unpermitted: 'forbidden' },
  }),
];
