import { GARBAGE_TOKENS } from '@threadlog/testing';
import { io, type Socket } from 'socket.io-client';
import { clientOf, tokenOf, type Client, type Person } from './people';
import type { System } from './system';

/** Answers by their status, or code where there is no status. */
export type Answers = Map<string, number>;

/** Somebody who does as much of one thing as the product lets them. */
export interface Abuse {
  name: string;
  /** Goes on until it is told to end, and counts its answers as they come. */
  run(system: System, until: AbortSignal, answers: Answers): Promise<void>;
}

const AT_ONCE = 8;
/** As much as one message may say. */
const LONG = 'long text '.repeat(3_200).slice(0, 32_000);

const loud = (id: string): Person => ({ id, tenant: 'loud-school' });

async function keepOn(until: AbortSignal, answers: Answers, ask: (turn: number) => Promise<string>): Promise<void> {
  let turn = 0;
  const worker = async (): Promise<void> => {
    while (!until.aborted) {
      const answer = await ask(turn++);
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function threadOf(client: Client): Promise<string> {
  const { body, status } = await client.call<{ id: string }>('POST', '/api/v1/threads', { title: 'Loud' });
  if (status !== 201) throw new Error(`no thread: ${status}`);
  return body.id;
}

async function connected(url: string, person: Person, count: number): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () =>
    io(url, { transports: ['websocket'], forceNew: true, reconnection: false, auth: { token: tokenOf(person) } }),
  );
  const settled = (socket: Socket): Promise<void> =>
    new Promise((resolve) => {
      socket.once('hello', () => resolve());
      socket.once('connect_error', () => resolve());
    });
  await Promise.all(sockets.map(settled));
  return sockets.filter((socket) => socket.connected);
}

async function withSockets(
  [system, person, count]: [System, Person, number],
  use: (sockets: Socket[]) => Promise<void>,
): Promise<void> {
  const sockets = await connected(system.realtime, person, count);
  try {
    await use(sockets);
  } finally {
    for (const socket of sockets) socket.disconnect();
  }
}

const codeOf = (answer: { code?: string }): string => answer.code ?? 'ok';

export const ABUSES: readonly Abuse[] = [
  {
    name: 'sends over sixty sockets',
    async run(system, until, answers) {
      const person = loud('sender');
      const conversationId = await threadOf(clientOf(system.api, person));
      return withSockets([system, person, 60], (sockets) =>
        keepOn(until, answers.set('sockets', sockets.length), async (turn) => {
          const socket = sockets[turn % sockets.length]!;
          return codeOf((await socket.emitWithAck('message:send', { conversationId, content: 'again' })) as object);
        }),
      );
    },
  },
  {
    name: 'edits one long message',
    async run(system, until, answers) {
      const client = clientOf(system.api, loud('editor'));
      const threadId = await threadOf(client);
      const path = `/api/v1/threads/${threadId}/messages`;
      const { body } = await client.call<{ id: string }>('POST', path, { content: LONG });
      return keepOn(until, answers, async (turn) => {
        const edit = { content: `${turn} ${LONG}`.slice(0, 32_000) };
        const answer = await client.call<{ code?: string }>('PATCH', `${path}/${body.id}`, edit);
        return answer.status === 200 ? 'ok' : codeOf(answer.body);
      });
    },
  },
  {
    name: 'guesses tokens',
    run: (system, until, answers) =>
      keepOn(until, answers, async (turn) => {
        const tokens = GARBAGE_TOKENS.filter(([, token]) => token.length < 10_000);
        const headers = { authorization: `Bearer ${tokens[turn % tokens.length]![1]}` };
        return String((await fetch(`${system.api}/api/v1/threads`, { headers })).status);
      }),
  },
  {
    name: 'sends metadata of many keys',
    async run(system, until, answers) {
      const client = clientOf(system.api, loud('keys'));
      const path = `/api/v1/threads/${await threadOf(client)}/messages`;
      const metadata = Object.fromEntries(Array.from({ length: 15_000 }, (_none, at) => [`k${at}`, at]));
      return keepOn(until, answers, async () =>
        String((await client.call('POST', path, { content: 'x', metadata })).status),
      );
    },
  },
  {
    name: 'opens connections that say nothing, and types in threads that there are not',
    async run(system, until, answers) {
      const person = loud('typist');
      const root = await threadOf(clientOf(system.api, person));
      return withSockets([system, person, 10], (sockets) =>
        keepOn(until, answers, async (turn) => {
          if (turn % 4 === 0) {
            const opened = await fetch(`${system.realtime}/socket.io/?EIO=4&transport=polling`);
            return `engine ${opened.status}`;
          }
          const said = { conversationId: `${root}~made-up-${turn}` };
          return codeOf((await sockets[turn % sockets.length]!.emitWithAck('typing:start', said)) as object);
        }),
      );
    },
  },
];
