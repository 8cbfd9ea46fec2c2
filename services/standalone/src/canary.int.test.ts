import type { Actor } from '@threadlog/auth';
import { CLIENT_EVENTS } from '@threadlog/events';
import { messageCursor } from '@threadlog/read-models';
import { openApiDocument } from '@threadlog/service';
import { eventually, operationsOf, readZip, type Operation } from '@threadlog/testing';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { comparable, sightings, type Canaries } from './testing/canaries';
import { ann, bob, buildHall, late, OUTSIDERS, type Hall } from './testing/hall';
import { givenStandalone, tokenOf } from './testing/standalone';
import { allRoutes } from './allRoutes';

const document = openApiDocument(allRoutes, { title: 'Threadlog', version: '1' });
const operations = operationsOf(document).filter(({ internal }) => !internal);
const api = givenStandalone({
  ROLES: 'projector,command-api,query-api,realtime,worker',
  EXPORT_DIR: mkdtempSync(join(tmpdir(), 'canary-')),
});
const { as } = api;

jest.setTimeout(120_000);

interface Documented {
  parameters?: { in: string; name: string; required?: boolean }[];
  requestBody?: { content: Record<string, { schema: { $ref?: string; example?: unknown } }> };
}

function documentedOf({ path, method }: Operation): Documented {
  return (document.paths as Record<string, Record<string, Documented>>)[path]![method]!;
}

/** A body that the document itself shows; nothing where it shows none. */
function exampleOf(operation: Operation): unknown {
  const schema = documentedOf(operation).requestBody?.content['application/json']?.schema;
  if (!schema) return undefined;
  const named = schema.$ref?.split('/').at(-1);
  const found =
    named === undefined ? schema : (document.components?.schemas as Record<string, { example?: unknown }>)[named];
  return found?.example ?? {};
}

let hall: Hall;
beforeAll(async () => {
  hall = await buildHall(api);
});

/** Ids that a path may name. A route with a parameter that is not here must be taught, so that none is passed over. */
function pathValues(): Record<string, string[]> {
  const { rootId, subId, messages } = hall;
  return {
    threadId: [rootId, subId],
    conversationId: [rootId, subId],
    messageId: Object.values(messages),
    userId: ['ann', 'bob', 'late'],
    emoji: ['👍'],
    requestId: ['r-1'],
    holdId: ['h-1'],
    agentId: ['tutor'],
    runId: ['4b0f3c1e-6d0a-8e55-9c1d-5a1f0e7d2b33'],
    webhookId: ['0198c0de-7a3b-8c11-8f00-2f6d1f6a9d10'],
    replayId: ['0198c0de-7a3b-8c11-8f00-2f6d1f6a9d11'],
    token: ['t'],
  };
}

/** What a query may ask for; the same. */
function queryValues(): Record<string, string[]> {
  const { rootId, subId } = hall;
  return {
    q: ['aviary', 'canaryone', 'canarytitle'],
    threadId: [rootId, subId],
    parentThreadId: [rootId],
    learnerId: ['lee'],
    participantId: ['bob'],
    userIds: ['ann,bob,late,eve'],
    status: ['active'],
    channel: ['chat'],
    hidden: ['true'],
    includeDeleted: ['true'],
    order: ['asc', 'desc'],
    limit: ['1', '200'],
    since: ['0', '1', '5', '2026-01-01T00:00:00Z'],
    updatedAfter: ['2026-01-01T00:00:00Z'],
    before_timestamp: ['2026-01-01T00:00:00Z', '2999-01-01T00:00:00Z'],
    beforeTimestamp: ['2999-01-01T00:00:00Z'],
    before: [messageCursor(3), messageCursor(1_000)],
    after: [messageCursor(0), messageCursor(2)],
    cursor: [messageCursor(3)],
    actorId: ['ann'],
    type: ['CHAT_MESSAGE_CREATED'],
    kind: ['export'],
    userId: ['late'],
  };
}

function known(values: Record<string, string[]>, name: string, place: string): string[] {
  const found = values[name];
  if (!found) throw new Error(`${place} has a parameter ${name} that this walk does not know: teach it`);
  return found;
}

function* pathsOf({ path }: Operation): Generator<string> {
  const [name] = /\{(\w+)\}/.exec(path)?.slice(1) ?? [];
  if (name === undefined) return yield path;
  for (const value of known(pathValues(), name, path)) {
    yield* pathsOf({ path: path.replace(`{${name}}`, encodeURIComponent(value)) } as Operation);
  }
}

/** Every path of a route with what its query must have, alone and with each value of each further parameter. */
function* urlsOf(operation: Operation): Generator<string> {
  const given = (documentedOf(operation).parameters ?? []).filter((parameter) => parameter.in === 'query');
  const values = queryValues();
  for (const path of pathsOf(operation)) {
    const needed = given.filter(({ required }) => required).map(({ name }) => name);
    const base = new URLSearchParams(needed.map((name): [string, string] => [name, known(values, name, path)[0]!]));
    yield `${path}?${base.toString()}`;
    for (const { name } of given) {
      for (const value of known(values, name, path)) {
        const query = new URLSearchParams(base);
        query.set(name, value);
        yield `${path}?${query.toString()}`;
      }
    }
  }
}

interface Answer {
  url: string;
  body: unknown;
}

async function walk(actor: Actor): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const operation of operations.filter(({ method }) => method === 'get')) {
    for (const url of urlsOf(operation)) answers.push({ url, body: (await as(actor).call('GET', url)).body });
  }
  return answers;
}

const seenIn = (answers: readonly Answer[], canaries: Canaries): string[] =>
  answers.flatMap(({ url, body }) => sightings(body, canaries).map((found) => `${url} ${found}`));

describe('what somebody does not see', () => {
  it('is found by this walk in the answers to who sees it', async () => {
    const found = seenIn(await walk(bob), hall.hidden.outside);
    for (const word of [...hall.hidden.outside.words, 'index 1', 'index 3', 'index 4', 'count 6']) {
      expect([word, found.some((line) => line.endsWith(`: ${word}`))]).toEqual([word, true]);
    }
  });

  it('is in no answer to who came late', async () => {
    const answers = await walk(late);
    expect(seenIn(answers, hall.hidden.late)).toEqual([]);
    const shown = JSON.stringify(answers);
    for (const word of ['canaryroot', 'seenfive', 'seensix'])
      expect([word, shown.includes(word)]).toEqual([word, true]);
  });

  it.each(Object.keys(OUTSIDERS))('is in no answer to %s', async (who) => {
    expect(seenIn(await walk(OUTSIDERS[who]!), hall.hidden.outside)).toEqual([]);
  });

  it('is in no answer to what somebody late does', async () => {
    const { rootId, messages } = hall;
    const { call } = as(late);
    const thread = `/api/v1/threads/${rootId}`;
    const emoji = encodeURIComponent('🎉');
    const mine = await call<{ id: string }>('POST', `${thread}/messages`, { content: 'mine', replyTo: messages.five });
    const deeds: [string, string, unknown?][] = [
      ['PUT', `${thread}/messages/${messages.five}/reactions/${emoji}`],
      ['DELETE', `${thread}/messages/${messages.five}/reactions/${emoji}`],
      ['PUT', `${thread}/messages/${messages.six}/pin`],
      ['DELETE', `${thread}/messages/${messages.six}/pin`],
      ['PATCH', `${thread}/messages/${mine.body.id}`, { content: 'still mine' }],
      ['PATCH', thread, { metadata: { by: 'late' } }],
      ['PATCH', `/api/conversations/${rootId}`, { metadata: { by: 'late again' } }],
      ['PUT', `${thread}/read`, {}],
      ['PATCH', `${thread}/preferences`, { pinned: true }],
      ['POST', `/api/messages/${messages.five}/reactions`, { emoji: '👍' }],
      ['DELETE', `/api/messages/${messages.five}/reactions/${encodeURIComponent('👍')}`],
      ['PUT', `/api/messages/${messages.six}/read`],
      ['POST', `${thread}/participants`, { userId: 'later', history: 'all' }],
    ];
    expect(sightings(mine.body, hall.hidden.late)).toEqual([]);
    for (const [method, path, body] of deeds) {
      const reply = await call(method, path, body);
      expect([method, path, reply.status < 300, sightings(reply.body, hall.hidden.late)]).toEqual([
        method,
        path,
        true,
        [],
      ]);
    }
    // Nobody hands on more than it sees.
    expect(seenIn(await walk({ ...late, id: 'later' }), hall.hidden.late)).toEqual([]);
  });

  it('is in no export of who came late', async () => {
    const asked = await as(late).call<{ id: string }>('POST', '/api/v1/privacy/export', { userId: 'late' });
    const link = await eventually(
      async () => {
        const { body } = await as(late).call<{ download: { url: string } | null }>(
          'GET',
          `/api/v1/privacy/requests/${asked.body.id}`,
        );
        if (!body.download) throw new Error('not there yet');
        return body.download.url;
      },
      { timeoutMs: 60_000 },
    );
    const files = await readZip(Buffer.from(await (await fetch(`${api.url()}${link}`)).arrayBuffer()));
    const everything = [...files.values()].map(String).join('\n');
    expect(hall.hidden.late.words.filter((word) => everything.includes(word))).toEqual([]);
    expect(everything).toContain('canaryroot');
  });
});

describe('who sees nothing of a thread', () => {
  const MADE_UP = { threadId: 'no-such-thread', subId: 'no-such-thread~b', messageId: 'no-such-message' };

  it.each(Object.keys(OUTSIDERS))('cannot tell what exists by any route: %s', async (who) => {
    const { rootId, subId, messages } = hall;
    const existing = { threadId: rootId, subId, messageId: messages.one };
    for (const operation of operations.filter(({ path }) => /\{(threadId|conversationId|messageId)\}/.test(path))) {
      const asked = async (named: typeof MADE_UP) => {
        const path = operation.path
          .replace('{conversationId}', named.threadId)
          .replace(
            '/threads/{threadId}',
            `/threads/${operation.path.includes('{conversationId}') ? named.subId : named.threadId}`,
          )
          .replace('{messageId}', named.messageId)
          .replace('{userId}', 'bob')
          .replace('{emoji}', encodeURIComponent('👍'));
        const query = operation.operationId === 'getThreadChanges' ? '?since=0' : '';
        const reply = await as(OUTSIDERS[who]!).call(
          operation.method.toUpperCase(),
          `${path}${query}`,
          exampleOf(operation),
        );
        return `${reply.status} ${comparable(reply.body, named)}`;
      };
      expect([operation.operationId, await asked(existing)]).toEqual([operation.operationId, await asked(MADE_UP)]);
    }
  });

  it.each(Object.keys(OUTSIDERS))('cannot tell what exists by any command of a socket: %s', async (who) => {
    const { rootId, subId, messages } = hall;
    const existing = { threadId: rootId, subId, messageId: messages.one };
    const { socket, frames } = await connected(OUTSIDERS[who]!);
    for (const name of Object.keys(CLIENT_EVENTS).filter((event) => event !== 'auth:refresh')) {
      const asked = async (named: typeof MADE_UP) => comparable(await command(socket, name, payloadOf(named)), named);
      const told = await asked(existing);
      expect([name, told.replace(/"serverTime":"[^"]+"/, '')]).toEqual([
        name,
        (await asked(MADE_UP)).replace(/"serverTime":"[^"]+"/, ''),
      ]);
    }
    expect(sightings(frames, hall.hidden.outside)).toEqual([]);
    socket.close();
  });
});

describe('frames', () => {
  it('tell who came late nothing of what it does not see, live, in resumes and in answers', async () => {
    const { rootId, subId, messages } = hall;
    const thread = `/api/v1/threads/${rootId}`;
    // As many come to be seen as there were.
    const hidden = { ...hall.hidden.late, counts: [] };
    const { call } = as(ann);
    const live = await connected(late);
    const whole = await connected(bob);
    await call('PATCH', `${thread}/messages/${messages.one}`, { content: 'canaryone aviary again' });
    await call('PUT', `${thread}/messages/${messages.three}/pin`);
    await call('PUT', `${thread}/messages/${messages.four}/reactions/${encodeURIComponent('👍')}`);
    await as(bob).call('PUT', `${thread}/read`, { messageId: messages.four });
    await call('POST', `/api/v1/threads/${subId}/messages`, { content: 'canarysub aviary too' });
    await call('PATCH', `/api/v1/threads/${subId}`, { title: 'canarytitle aviary again' });
    await call('POST', `${thread}/messages`, { content: 'seenlive', replyTo: messages.four });
    await call('POST', `${thread}/messages`, { content: 'seenreply', replyTo: messages.five });
    await call('DELETE', `${thread}/messages/${messages.four}`);
    await call('POST', `${thread}/messages`, { content: 'seenlast' });
    for (const { frames } of [live, whole]) {
      await eventually(() => expect(JSON.stringify(frames)).toContain('seenlast'), { timeoutMs: 30_000 });
    }
    expect(sightings(whole.frames, hidden)).not.toEqual([]);
    expect(sightings(live.frames, hidden)).toEqual([]);
    // What it replies to is told where that is seen.
    expect(JSON.stringify(live.frames)).toContain(`"replyTo":"${messages.five}"`);
    for (const since of [1, 3, 7, 12]) {
      // A sub-thread that the client names itself is answered with its name, as any other would be.
      for (const [more, named] of [
        [{}, ''],
        [{ [subId]: 1 }, subId],
      ] as const) {
        const resumed = await connected(late, { [rootId]: since, ...more });
        await eventually(() => expect(resumed.frames.some(([name]) => /^res(umed|ync)$/.test(name))).toBe(true));
        const words = hidden.words.filter((word) => word !== named);
        expect([since, named, sightings(resumed.frames, { ...hidden, words })]).toEqual([since, named, []]);
        resumed.socket.close();
      }
    }
    await whileAway();
    for (const name of Object.keys(CLIENT_EVENTS).filter((event) => event !== 'auth:refresh')) {
      for (const messageId of [messages.five, messages.one]) {
        const answer = await command(live.socket, name, payloadOf({ threadId: rootId, subId: rootId, messageId }));
        expect([name, messageId, sightings(answer, hidden)]).toEqual([name, messageId, []]);
      }
    }
    expect(sightings(live.frames, hidden)).toEqual([]);
    live.socket.close();
    whole.socket.close();
  });

  /** Somebody else who comes late is told of the thread as it sees it. */
  async function whileAway(): Promise<void> {
    const newcomer: Actor = { ...late, id: 'newcomer' };
    const { frames, socket } = await connected(newcomer);
    await as(ann).call('POST', `/api/v1/threads/${hall.rootId}/participants`, {
      userId: 'newcomer',
      history: 'from_join',
    });
    await eventually(() => expect(frames.some(([name]) => name === 'conversation:created')).toBe(true));
    expect(sightings(frames, hall.hidden.late)).toEqual([]);
    socket.close();
  }
});

interface Connected {
  socket: Socket;
  frames: [string, unknown][];
}

async function connected(actor: Actor, resume?: Record<string, number>): Promise<Connected> {
  const auth = { token: tokenOf(actor), ...(resume && { resume }) };
  const socket = io(api.sockets(), { auth, transports: ['websocket'], reconnection: false, forceNew: true });
  const frames: [string, unknown][] = [];
  socket.onAny((name: string, payload: unknown) => frames.push([name, payload]));
  await eventually(() => expect(frames.map(([name]) => name)).toContain('hello'), { timeoutMs: 30_000 });
  return { socket, frames };
}

function command(socket: Socket, name: string, payload: object): Promise<unknown> {
  return socket.timeout(30_000).emitWithAck(name, payload);
}

/** What any command may need; each takes its own of it. */
function payloadOf({ threadId, subId, messageId }: { threadId: string; subId: string; messageId: string }): object {
  const message = { messageId, rootMessageId: messageId, replyTo: messageId, triggerMessageId: messageId };
  const about = { conversationId: threadId, threadId: subId, ...message, state: 'thinking' };
  return { ...about, content: 'said', emoji: '👍', isTyping: true, title: 'Aside', since: 0 };
}
