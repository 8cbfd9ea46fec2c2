import type { Case } from '../case';
import { fail, isText } from '../like';
import { claimsOf } from '../people';
import { openSocket } from '../sockets/client';
import { tokenOf } from '../tokens';
import { refused, socket } from './socket';

/** Stands between the packets of one poll. */
const PACKETS = '\x1e';

export const socketDoorCases: Case[] = [
  socket('without a token', ({ options }) => refused(openSocket(options.realtime!, null), 'unauthorized')),
  socket('with a text that is no token', ({ options }) =>
    refused(openSocket(options.realtime!, 'nonsense'), 'unauthorized'),
  ),
  socket('with an expired token', ({ options, tenant }) =>
    refused(openSocket(options.realtime!, tokenOf(claimsOf('ann', tenant), options, -600)), 'unauthorized'),
  ),
  socket('with a token of another key', ({ options, tenant }) => {
    const token = tokenOf(claimsOf('ann', tenant), { ...options, secret: `${options.secret} of somebody else` });
    return refused(openSocket(options.realtime!, token), 'unauthorized');
  }),
  socket('without the permission', (scene) =>
    refused(scene.socket('ann', { guise: { permissions: [] } }), 'forbidden'),
  ),
  socket('greets', async (scene) => {
    const client = await scene.socket('ann');
    const hello = {
      userId: 'ann',
      tenantId: scene.tenant,
      serverTime: isText,
      heartbeatMs: (ms: unknown) => Number(ms) > 0,
    };
    await client.receives('hello', hello);
  }),
  socket('greets those who begin with polling', async (scene) => {
    const client = await scene.socket('ann', { transports: ['polling'] });
    await client.receives('hello', { userId: 'ann' });
  }),
  socket('a connection is one session, however often it says so', async ({ options, tenant }) => {
    const url = `${options.realtime}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(url)).text()).slice(1)) as { sid: string };
    const connect = `40${JSON.stringify({ token: tokenOf(claimsOf('ann', tenant), options) })}`;
    await fetch(`${url}&sid=${sid}`, { method: 'POST', body: Array.from({ length: 5 }, () => connect).join(PACKETS) });
    const answer = await (await fetch(`${url}&sid=${sid}`)).text();
    const sessions = answer.split(PACKETS).filter((packet) => packet.startsWith('40')).length;
    if (sessions > 1) fail(`it became ${sessions} sessions`);
  }),
];
