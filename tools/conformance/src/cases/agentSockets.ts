import { story, type Case, type Scene } from '../case';
import { isText, like } from '../like';
import type { SocketClient } from '../sockets/client';
import { eventually } from '../wait';
import { withAgent } from './agentStreams';
import { MESSAGES, room, THREAD, type Room } from './given';

const NEEDS = ['socket', 'socket agent:run', 'socket agent:text'];
const agentCase = (name: string, run: Case['run'], needs: string[] = []): Case =>
  story(`socket agent:run: ${name}`, [...NEEDS, ...needs], run);

const say = (client: SocketClient, { threadId, message }: Room, state: string) =>
  client.ask('agent:run', { conversationId: threadId, triggerMessageId: message.id, state });

/** The agent has begun, and said something. */
async function speaking(scene: Scene): Promise<{ made: Room; bot: SocketClient; runId: unknown }> {
  const made = await withAgent(scene);
  const bot = await scene.socket('bot');
  const begun = await say(bot, made, 'thinking');
  like(begun, { runId: isText }, 'ack');
  const { runId } = begun;
  like(await bot.ask('agent:text', { runId, n: 1, text: 'Try x.' }), { runId, n: 1 }, 'ack');
  return { made, bot, runId };
}

/** What an agent that comes by itself says over its own socket: the twin of a request's body. */
export const agentSocketCases: Case[] = [
  agentCase('an answer, piece by piece, is one message in the end', async (scene) => {
    const { made, bot, runId } = await speaking(scene);
    // Once more is no more.
    like(await bot.ask('agent:text', { runId, n: 1, text: 'Try x.' }), { runId, n: 1 }, 'ack');
    like(await bot.ask('agent:text', { runId, n: 3, text: 'lost' }), { code: 'conflict' }, 'ack');
    like(await say(bot, made, 'tool'), { runId }, 'ack');
    like(await bot.ask('agent:text', { runId, n: 2, text: ' Or y.' }), { runId, n: 2 }, 'ack');
    const run = { runId, triggerMessageId: made.message.id, finish: 'complete', toolCalls: 1 };
    const answer = { content: 'Try x. Or y.', senderId: 'bot', senderType: 'agent', run };
    like(await say(bot, made, 'ended'), { runId, message: answer }, 'ack');
    await scene.settle();
    const page = await scene.as('ann').expect(200, `GET ${MESSAGES}`, { params: { threadId: made.threadId } });
    like(page, { messages: [answer, { messageIndex: 1 }] });
  }),
  agentCase('once', async (scene) => {
    const { made, bot, runId } = await speaking(scene);
    await say(bot, made, 'ended');
    like(await bot.ask('agent:text', { runId, n: 2, text: '!' }), { code: 'not_found' }, 'ack');
    like(await say(bot, made, 'thinking'), { code: 'run_over', status: 409 }, 'ack');
  }),
  agentCase('nothing said is no message', async (scene) => {
    const made = await withAgent(scene);
    const bot = await scene.socket('bot');
    const { runId } = await say(bot, made, 'thinking');
    like(await say(bot, made, 'ended'), { runId, message: null }, 'ack');
  }),
  agentCase(
    'what was said until somebody stops it is the message',
    async (scene) => {
      const { made, bot, runId } = await speaking(scene);
      const ann = await scene.socket('ann');
      like(await ann.ask('agent:stop', { conversationId: made.threadId, runId }), { runId }, 'ack');
      await eventually(async () =>
        like(await bot.ask('agent:text', { runId, n: 1, text: 'Try x.' }), { code: 'conflict' }, 'ack'),
      );
      like(await say(bot, made, 'ended'), { message: { content: 'Try x.', run: { finish: 'stopped' } } }, 'ack');
    },
    ['socket agent:stop'],
  ),
  agentCase(
    'not after a take-over',
    async (scene) => {
      const made = await withAgent(scene);
      const change = { params: { threadId: made.threadId }, body: { agentMode: 'off' } };
      await scene.as('ann').expect(200, `PUT ${THREAD}/agent-mode`, change);
      like(await say(await scene.socket('bot'), made, 'thinking'), { code: 'agent_off' }, 'ack');
    },
    [`PUT ${THREAD}/agent-mode`],
  ),
  agentCase('nobody who is no agent', async (scene) => {
    const made = await withAgent(scene);
    like(await say(await scene.socket('bob'), made, 'thinking'), { code: 'forbidden', status: 403 }, 'ack');
  }),
  agentCase('no agent who takes no part', async (scene) => {
    const made = await room(scene);
    like(await say(await scene.socket('bot'), made, 'thinking'), { code: 'not_found', status: 404 }, 'ack');
  }),
  agentCase('as another tenant', async (scene) => {
    const made = await withAgent(scene);
    const twin = await scene.socket('bot', { guise: { tenant: `${scene.tenant}-twin` } });
    like(await say(twin, made, 'thinking'), { code: 'not_found' }, 'ack');
  }),
  agentCase('what is said on one socket is that socket’s', async (scene) => {
    const { bot, runId } = await speaking(scene);
    const other = await scene.socket('bot');
    like(await other.ask('agent:text', { runId, n: 2, text: '!' }), { code: 'not_found' }, 'ack');
    like(await bot.ask('agent:text', { runId, n: 2, text: '!' }), { runId, n: 2 }, 'ack');
  }),
];
