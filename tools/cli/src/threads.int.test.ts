import { SEALED } from '@threadlog/projector';
import { testStack } from '@threadlog/testing';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { run } from './run';
import { givenProcess, type RunningProcess } from './testing/process';

jest.setTimeout(120_000);

const PEOPLE = ['bo', 'cy', 'di', 'constructor'];
const SECRET_TEXT = 'nobody else may read this';

const stack = testStack();
let env: Record<string, string>;
let system: RunningProcess;

beforeAll(async () => {
  env = {
    KAFKA_BROKERS: stack.kafkaBrokers.join(','),
    KAFKA_TOPIC_PREFIX: stack.topicPrefix(),
    CHAT_PARTITIONS: '3',
    DATABASE_URL: await stack.freshDatabase(),
    SEALING_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
  };
  system = await givenProcess(env);
  await system.ready();
}, 90_000);
afterAll(() => system.stop(), 30_000);

async function cli(args: string[], tenant = 'acme') {
  let out = '';
  const code = await run(['--json', 'threads', ...args, '--tenant', tenant], {
    env,
    out: (text) => (out += text),
    report: () => undefined,
  });
  return { code, out, json: JSON.parse(out) as { thread: Resource; messages: Resource[]; events: Resource[] } };
}

type Resource = Record<string, unknown> & { id: string; seq: number };

/** What is one viewer's, what people wrote, and their names, left out: what is left is to be equal. */
function common(resource: Resource): unknown {
  const left = Object.entries(resource).flatMap(([name, value]): [string, unknown][] => {
    if (['sender', 'unreadCount', 'preferences', 'replyCount', 'lastReplyAt'].includes(name)) return [];
    if (['title', 'content', 'metadata'].includes(name)) return [[name, value === null ? null : SEALED]];
    if (name === 'attachments') return [];
    if (name === 'lastMessage') return [[name, value === null ? null : common(value as Resource)]];
    if (name === 'reactions')
      return [[name, (value as { emoji: string; userIds: string[] }[]).map(({ emoji, userIds }) => [emoji, userIds])]];
    if (name === 'participants')
      return [[name, (value as { userId: string; role: string }[]).map(({ userId, role }) => [userId, role])]];
    return [[name, value]];
  });
  return Object.fromEntries(left);
}

type Request = [method: string, path: string, body?: unknown];
const content = (): string => `${SECRET_TEXT} ${randomUUID()}`;

/** What is done to a message, by the path of it. */
const TO_A_MESSAGE: Record<string, (path: string, emoji: string) => Request> = {
  edit: (path) => ['PATCH', path, { content: content() }],
  delete: (path) => ['DELETE', path],
  pin: (path) => ['PUT', `${path}/pin`],
  unpin: (path) => ['DELETE', `${path}/pin`],
  react: (path, emoji) => ['PUT', `${path}/reactions/${emoji}`],
  unreact: (path, emoji) => ['DELETE', `${path}/reactions/${emoji}`],
};

/** The request of a step, given the ids of the messages so far; null where it needs one and there is none. */
type Step = (messages: readonly string[]) => Request | null;

const post = fc.option(fc.nat(30)).map((at): Step => (messages) => {
  const replyTo = at === null ? undefined : messages[at % messages.length];
  return ['POST', '/messages', { content: content(), ...(replyTo && { replyTo }) }];
});
const change = fc
  .tuple(fc.constantFrom(...Object.values(TO_A_MESSAGE)), fc.nat(30), fc.constantFrom('👍', '🎉'))
  .map(([request, at, emoji]): Step => (messages) => {
    const message = messages[at % messages.length];
    return message === undefined ? null : request(`/messages/${message}`, encodeURIComponent(emoji));
  });
const membership = fc.tuple(fc.boolean(), fc.constantFrom(...PEOPLE)).map(
  ([adds, userId]): Step =>
    () =>
      adds ? ['POST', '/participants', { userId, role: 'member' }] : ['DELETE', `/participants/${userId}`],
);
const rename = fc.constantFrom(null, 'here').map((title): Step => () => ['PATCH', '', { title }]);
const step = fc.oneof(
  { weight: 6, arbitrary: post },
  { weight: 8, arbitrary: change },
  { weight: 2, arbitrary: membership },
  { weight: 1, arbitrary: rename },
);

/** Writes a history, and reads the thread after each step, as the API shows it then. */
async function writtenThread(steps: readonly Step[]) {
  const created = await system.call('POST', '/api/v1/threads', { title: SECRET_TEXT, participantIds: ['bo'] });
  const { id } = created.body as Resource;
  const path = `/api/v1/threads/${id}`;
  const seen = new Map<number, { thread: Resource; messages: Resource[] }>();
  const messages: string[] = [];

  async function look(token: string | null): Promise<void> {
    const headers: Record<string, string> = token === null ? {} : { 'x-consistency-token': token };
    const thread = (await system.call('GET', path, undefined, headers)).body as Resource;
    const page = await system.call(
      'GET',
      `${path}/messages?limit=100&order=asc&includeDeleted=true`,
      undefined,
      headers,
    );
    seen.set(thread.seq, { thread, messages: (page.body as { messages: Resource[] }).messages });
  }

  await look(created.headers.get('x-consistency-token'));
  for (const each of steps) {
    const request = each(messages);
    if (!request) continue;
    const [method, below, body] = request;
    const answer = await system.call(method, `${path}${below}`, body);
    // Some are refused, as it happens: who is removed twice, what is edited after it was deleted.
    if (answer.status >= 300) continue;
    if (below === '/messages') messages.push((answer.body as Resource).id);
    await look(answer.headers.get('x-consistency-token'));
  }
  return { id, seen };
}

it('shows a thread at each of its events as the API showed it then, and never what people wrote', async () => {
  const histories = fc.array(step, { minLength: 20, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(histories, async (steps) => {
      const { id, seen } = await writtenThread(steps);
      for (const [seq, shown] of seen) {
        const { code, out, json } = await cli(['at', id, String(seq)]);
        expect(code).toBe(0);
        expect({ seq, thread: common(json.thread), messages: json.messages.map(common) }).toEqual({
          seq,
          thread: common(shown.thread),
          messages: shown.messages.map(common),
        });
        expect(out).not.toContain(SECRET_TEXT);
      }
    }),
    { numRuns: 1, endOnFailure: true },
  );
});

it('lists the events of a thread, and none of another’s or of its sub-threads', async () => {
  const { id } = await writtenThread([() => ['POST', '/messages', { content: content() }]]);
  const sub = await system.call('POST', '/api/v1/threads', { parentThreadId: id, title: 'aside' });
  const subId = (sub.body as Resource).id;
  await system.call('POST', `/api/v1/threads/${subId}/messages`, { content: SECRET_TEXT });

  const { code, out, json } = await cli(['events', id]);
  expect(code).toBe(0);
  expect(out).not.toContain(SECRET_TEXT);
  expect(json.events.map(({ seq, type }) => [seq, type])).toEqual(
    expect.arrayContaining([
      [1, 'CHAT_THREAD_CREATED'],
      [2, 'CHAT_MESSAGE_CREATED'],
    ]),
  );
  expect(json.events.map(({ seq }) => seq)).toEqual(json.events.map((_event, index) => index + 1));
  expect((await cli(['events', id, '--from', '2', '--limit', '1'])).json.events).toMatchObject([{ seq: 2 }]);
  expect((await cli(['events', subId])).json.events.at(-1)).toMatchObject({
    type: 'CHAT_MESSAGE_CREATED',
    actor: { id: 'ada' },
    data: { content: SEALED, message_index: 1 },
  });
});

it('says no to what is another tenant’s, and to what is not there', async () => {
  const { id } = await writtenThread([]);
  expect((await cli(['at', id, '1'], 'other')).code).toBe(1);
  expect((await cli(['events', id], 'other')).code).toBe(1);
  expect((await cli(['at', 'there-is-none', '1'])).code).toBe(1);
});

it('says no to a number that the thread has not reached', async () => {
  const { id } = await writtenThread([]);
  const { code, json } = await cli(['at', id, '99']);
  expect(code).toBe(1);
  expect(json).toMatchObject({ seq: 99, newest: 1 });
});

async function events(args: string[]) {
  let out = '';
  const code = await run(['--json', 'events', ...args], { env, out: (text) => (out += text), report: () => undefined });
  return { code, out, json: out === '' ? null : (JSON.parse(out) as { records: Listed[]; data: string }) };
}
interface Listed {
  partition: number;
  offset: number;
  seq: number;
  type: string;
}

it('lists records of the log, finds those in which a text stands, and shows one; never what people wrote', async () => {
  const { id } = await writtenThread([() => ['POST', '/messages', { content: content() }]]);
  const found = await events(['grep', id, '--tenant', 'acme']);
  expect(found.json!.records.map(({ seq, type }) => [seq, type])).toEqual([
    [1, 'CHAT_THREAD_CREATED'],
    [2, 'CHAT_MESSAGE_CREATED'],
  ]);
  const [first, last] = found.json!.records as [Listed, Listed];
  const tail = await events(['tail', '--limit', '1', '--type', 'CHAT_MESSAGE_CREATED']);
  expect(tail.json!.records).toMatchObject([{ partition: last.partition, offset: last.offset }]);
  const place = [String(first.partition), String(first.offset)] as const;
  const from = await events(['tail', '--partition', place[0], '--from', place[1], '--limit', '2']);
  expect(from.json!.records.map(({ offset }) => offset)).toEqual([first.offset, last.offset]);
  const one = await events(['show', ...place]);
  expect(JSON.parse(one.json!.data)).toMatchObject({ title: SEALED, type: expect.any(String) });
  for (const { code, out } of [found, tail, from, one]) {
    expect(code).toBe(0);
    expect(out).not.toContain(SECRET_TEXT);
  }
  expect((await events(['grep', SECRET_TEXT])).code).toBe(1);
  expect((await events(['show', place[0], '99999999'])).code).toBe(1);
  expect((await events(['tail', '--from', '1'])).code).toBe(64);
  expect((await events(['tail', '--partition', '99'])).code).toBe(64);
});
