import { request as httpRequest } from 'node:http';
import type { Actor } from '@threadlog/auth';
import type { ChatEvent, MessageResource } from '@threadlog/events';
import { runIdOf } from '@threadlog/read-models';
import { eventually, testActor } from '@threadlog/testing';
import { io, type Socket } from 'socket.io-client';
import { scenesOf } from './scenes';
import { tokenOf, type givenStandalone } from './standalone';

/** Long enough for a machine that stands still now and then. */
export const PATIENT = { timeoutMs: 30_000, intervalMs: 20 };

export interface Reply {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  body: { code?: string; id?: string } & Partial<MessageResource>;
}
export interface Streaming {
  write(text: string): void;
  end(text?: string): void;
  cut(): void;
  reply: Promise<Reply>;
}

export interface Told {
  name: string;
  runId?: string;
  state?: string;
  reason?: string;
  op?: string;
  text?: string;
  run?: { runId: string };
}

/** Parts as server-sent events. */
export const sse = (...parts: (object | string)[]): string =>
  parts.map((part) => `data: ${typeof part === 'string' ? part : JSON.stringify(part)}\n\n`).join('');
export const delta = (text: string) => ({ type: 'text-delta', id: '1', delta: text });

/** Agents that come by themselves, and who sees what they say. Everything it opened ends with its test. */
export function agentScenesOf(api: ReturnType<typeof givenStandalone>) {
  const scenes = scenesOf(api);
  const ends: (() => unknown)[] = [];
  afterEach(() => ends.splice(0).forEach((end) => end()));

  /** A body that is sent bit by bit, with what it is answered, which may come before its end. */
  function stream(
    as: Actor,
    threadId: string,
    triggerMessageId: string,
    { type = 'text/plain', key, base = api.url(), ...headers }: Record<string, string> = {},
  ): Streaming {
    const url = new URL(`/api/v1/threads/${threadId}/runs?triggerMessageId=${triggerMessageId}`, base);
    const streaming = send(url, {
      ...{ authorization: `Bearer ${tokenOf(as)}`, 'content-type': type, 'transfer-encoding': 'chunked' },
      ...{ ...headers, ...(key && { 'idempotency-key': key }) },
    });
    ends.push(streaming.cut);
    return streaming;
  }

  /** What somebody's socket is told of a conversation, and what of a draft it shows. */
  async function view(as: Actor, threadId: string) {
    const socket: Socket = io(api.sockets(), {
      ...{ transports: ['websocket'], forceNew: true, reconnection: false, auth: { token: tokenOf(as) } },
    });
    ends.push(() => socket.disconnect());
    const frames: Told[] = [];
    socket.onAny((name: string, payload: object) => frames.push({ ...payload, name } as Told));
    await eventually(() => expect(frames.map(({ name }) => name)).toContain('hello'), PATIENT);
    await socket.emitWithAck('conversation:join', { conversationId: threadId });
    const draft = (): string =>
      frames.reduce((soFar, { name, op, text }) => {
        return name !== 'agent:text' ? soFar : op === 'replace' ? text! : soFar + text;
      }, '');
    const shows = (text: string): Promise<void> => eventually(() => expect(draft()).toBe(text), PATIENT);
    return { socket, frames, shows };
  }

  async function given(tenant: string) {
    const [ada, bot] = [testActor('ada', { tenant }), testActor('bot', { tenant, role: 'agent' })];
    const threadId = await scenes.thread(ada, {});
    await scenes.done(ada, 'participant.add', { threadId, userId: bot.id, role: 'agent' });
    const question = await scenes.post(ada, threadId, 'What is x?');
    await scenes.projected();
    const runIdFor = (triggerMessageId: string): string =>
      runIdOf({ tenantId: ada.tenantId, threadId, triggerMessageId, agentId: bot.id });
    const ofAgent = async (): Promise<Pick<ChatEvent, 'event_type' | 'data'>[]> =>
      (await scenes.events(tenant))
        .filter(({ actor }) => actor.id === bot.id)
        .map(({ event_type, data }) => ({ event_type, data }) as Pick<ChatEvent, 'event_type' | 'data'>);
    return { ada, bot, threadId, question, runIdFor, ofAgent, viewer: await view(ada, threadId) };
  }

  return { ends, given, scenes, stream, view };
}

function send(url: URL, headers: Record<string, string>): Streaming {
  const reply = Promise.withResolvers<Reply>();
  const sent = httpRequest(url, { method: 'POST', headers });
  sent.on('error', reply.reject);
  sent.on('response', (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    response.on('end', () => {
      const body = text === '' ? {} : (JSON.parse(text) as Reply['body']);
      reply.resolve({ status: response.statusCode!, headers: response.headers, body });
    });
  });
  sent.flushHeaders();
  reply.promise.catch(() => undefined);
  return {
    write: (text) => void sent.write(text),
    end: (text) => void sent.end(text),
    cut: () => void sent.destroy(),
    reply: reply.promise,
  };
}
