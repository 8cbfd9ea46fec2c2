import { randomUUID } from 'node:crypto';
import type { Actor } from '@threadlog/auth';
import type { AgentWithSecretResource } from '@threadlog/events';
import { createLogger, createMetrics } from '@threadlog/service';
import { eventually, testActor } from '@threadlog/testing';
import { createAgents } from '@threadlog/worker';
import { Webhook } from 'standardwebhooks';
import { startAgentService, streams, textsOf, type AgentService, type Question } from './testing/agentService';
import { scenesOf } from './testing/scenes';
import { givenStandalone } from './testing/standalone';

const PATIENT = { timeoutMs: 90_000, intervalMs: 25 };
const HERE = { OUTBOUND_ALLOW_HTTP: 'true', OUTBOUND_ALLOWED_RANGES: '127.0.0.1' };
const OPEN = { allowHttp: true, allowedRanges: ['127.0.0.1'] };
jest.setTimeout(240_000);

const api = givenStandalone(HERE);
const scenes = scenesOf(api);
const ends: (() => unknown)[] = [];
let service: AgentService;
let other: AgentService;
const echo = streams((question) => `You said: ${textsOf(question).at(-1)}`);
beforeEach(async () => {
  service = await startAgentService(echo);
  other = await startAgentService(echo);
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await service.close();
  await other.close();
});

type More = Partial<Parameters<typeof createAgents>[0]>;

/** What asks agents, in this process; a reader of its own begins where the log ends. */
async function start(more: More = {}, reader: string = randomUUID()) {
  const { database, log } = api.runtime();
  const stopping = new AbortController();
  const ended = createAgents({
    ...api.runtime(),
    ...{ router: api.router(), agent: null, retriesMs: [50], outbound: OPEN, reader },
    logger: createLogger({ service: 'test', level: 'silent' }),
    metrics: createMetrics({ defaults: false }),
    ...more,
  }).run(stopping.signal);
  const stop = async () => {
    stopping.abort();
    await ended;
  };
  ends.push(stop);
  await eventually(async () => {
    const sql = 'select 1 from threadlog.agent_positions where agent_id = $1';
    expect((await database.query(sql, [reader])).rows).toHaveLength(log.partitions);
  }, PATIENT);
  return { stop, reader };
}

const chiefOf = ({ tenantId }: Actor) => testActor('chief', { tenant: tenantId, role: 'admin' });

async function register(ada: Actor, agentId: string, settings: object = {}): Promise<AgentWithSecretResource> {
  const body = { url: service.url, displayName: 'Tutor', ...settings };
  const reply = await api.as(chiefOf(ada)).call<AgentWithSecretResource>('PUT', `/api/v1/agents/${agentId}`, body);
  expect([200, 201]).toContain(reply.status);
  return reply.body;
}

async function threadWith(ada: Actor, agentId: string, participantIds: string[] = []): Promise<string> {
  const threadId = await scenes.thread(ada, { participantIds });
  await scenes.done(ada, 'participant.add', { threadId, userId: agentId, role: 'agent' });
  return threadId;
}

/** What an agent did in a thread, in short. */
async function deeds(ada: Actor, threadId: string, agentId: string): Promise<string[]> {
  const events = await scenes.events(ada.tenantId);
  return events
    .filter(({ stream_id, actor }) => stream_id === threadId && actor.id === agentId)
    .map(({ event_type, data }) => ('reason' in data ? `ended: ${data.reason}` : event_type));
}
const ANSWERED = 'CHAT_MESSAGE_CREATED';
const untilDeeds = (ada: Actor, threadId: string, agentId: string, expected: string[]) =>
  eventually(async () => expect(await deeds(ada, threadId, agentId)).toEqual(expected), PATIENT);
const asked = (where: AgentService, many: number) =>
  eventually(() => expect(where.questions).toHaveLength(many), PATIENT);
const verifies = ({ body, headers }: Question, secret: string | null) =>
  expect(() => new Webhook(secret!).verify(body, headers as Record<string, string>)).not.toThrow();

it('asks the agent of the tenant, signed with its own secrets, and no other tenant’s of that name', async () => {
  const [ada, eve] = [testActor('ada', { tenant: 'mine' }), testActor('eve', { tenant: 'theirs' })];
  await start();
  const first = await register(ada, 'constructor', { contextMessages: 2 });
  await register(eve, 'constructor', { url: other.url });
  const threadId = await threadWith(ada, 'constructor');
  await scenes.post(ada, threadId, 'one');
  await untilDeeds(ada, threadId, 'constructor', [ANSWERED]);
  verifies(service.questions[0]!, first.secret);
  const next = await api.as(chiefOf(ada)).call<AgentWithSecretResource>('POST', '/api/v1/agents/constructor/secret');
  await scenes.post(ada, threadId, 'two');
  await untilDeeds(ada, threadId, 'constructor', [ANSWERED, ANSWERED]);
  const [, question] = service.questions;
  expect(textsOf(question!)).toEqual(['You said: one', 'two']);
  for (const secret of [next.body.secret, first.secret]) verifies(question!, secret);
  expect(other.questions).toEqual([]);
});

it('asks by the agent’s trigger, only with a URL, and only where its place is that of an agent', async () => {
  const ada = testActor('ada', { tenant: 'triggers' });
  await start();
  await register(ada, 'named', { trigger: 'mention' });
  await register(ada, 'mute', { trigger: 'off' });
  await register(ada, 'comes-itself', { url: null });
  await register(ada, 'ben');
  const threadId = await threadWith(ada, 'named');
  for (const userId of ['mute', 'comes-itself'])
    await scenes.done(ada, 'participant.add', { threadId, userId, role: 'agent' });
  // A person of that id, whom nobody speaks for.
  await scenes.done(ada, 'participant.add', { threadId, userId: 'ben' });
  const mentions = ['named', 'mute', 'comes-itself', 'ben'];
  await scenes.post(ada, threadId, 'nobody in particular');
  await scenes.done(ada, 'message.post', { threadId, content: 'all of you', mentions });
  await untilDeeds(ada, threadId, 'named', [ANSWERED]);
  expect(service.questions.map((question) => textsOf(question).at(-1))).toEqual(['all of you']);
  await register(ada, 'mute', { trigger: 'every' });
  await scenes.done(ada, 'message.post', { threadId, content: 'you now', mentions: ['mute'] });
  await untilDeeds(ada, threadId, 'mute', [ANSWERED]);
  await scenes.done(ada, 'participant.changeRole', { threadId, userId: 'ben', role: 'agent' });
  await scenes.done(ada, 'message.post', { threadId, content: 'and you', mentions: ['ben'] });
  await untilDeeds(ada, threadId, 'ben', [ANSWERED]);
});

it('asks a tenant’s own in the place of the operator’s of that id, for as long as it is registered', async () => {
  const ada = testActor('ada', { tenant: 'own' });
  const agentId = 'operators';
  await start({
    agent: { id: agentId, url: other.url, secrets: ['operators-secret-of-some-length'], contextMessages: 20 },
  });
  const threadId = await threadWith(ada, agentId);
  const says = async (content: string) => scenes.post(ada, threadId, content);
  await says('first');
  await asked(other, 1);
  await untilDeeds(ada, threadId, agentId, [ANSWERED]);
  await register(ada, agentId);
  await says('second');
  await asked(service, 1);
  await untilDeeds(ada, threadId, agentId, [ANSWERED, ANSWERED]);
  // Registered and off: the operator's is not asked either.
  await register(ada, agentId, { trigger: 'off' });
  await says('third');
  await api.as(chiefOf(ada)).call('DELETE', `/api/v1/agents/${agentId}`);
  await says('fourth');
  await untilDeeds(ada, threadId, agentId, [ANSWERED, ANSWERED, ANSWERED]);
  expect(other.questions.map((question) => textsOf(question).at(-1))).toEqual(['first', 'fourth']);
});

it.each([
  ['deleted', (ada: Actor) => api.as(chiefOf(ada)).call('DELETE', '/api/v1/agents/tutor')],
  ['switched off', (ada: Actor) => register(ada, 'tutor', { trigger: 'off' })],
])('an agent that is %s is asked no more, in the middle of an answer too', async (how, gone) => {
  const ada = testActor('ada', { tenant: how.replace(' ', '-') });
  await start();
  await register(ada, 'tutor');
  const threadId = await threadWith(ada, 'tutor');
  service.reply(() => undefined);
  await scenes.post(ada, threadId, 'Hello?');
  await asked(service, 1);
  await gone(ada);
  await eventually(() => expect(service.questions[0]!.gone.aborted).toBe(true), PATIENT);
  await untilDeeds(ada, threadId, 'tutor', ['ended: stopped']);
  await scenes.post(ada, threadId, 'Anybody?');
  // Registered again it is asked about what comes then.
  service.reply(echo);
  await register(ada, 'tutor');
  await scenes.post(ada, threadId, 'Back?');
  await untilDeeds(ada, threadId, 'tutor', ['ended: stopped', ANSWERED]);
  expect(service.questions.map((question) => textsOf(question).at(-1))).toEqual(['Hello?', 'Back?']);
});

it('knows agents again after a restart, also those of which the read model did not know then', async () => {
  const ada = testActor('ada', { tenant: 'restart' });
  const { stop, reader } = await start();
  await register(ada, 'tutor');
  const threadId = await threadWith(ada, 'tutor');
  service.reply(() => undefined);
  await scenes.post(ada, threadId, 'one');
  await asked(service, 1);
  await stop();
  await register(ada, 'second', { url: other.url });
  await scenes.done(ada, 'participant.add', { threadId, userId: 'second', role: 'agent' });
  await scenes.done(ada, 'message.post', { threadId, content: 'two', mentions: ['second'] });
  service.reply(echo);
  await start({}, reader);
  await untilDeeds(ada, threadId, 'second', [ANSWERED]);
  // What was open is answered, or left for what came meanwhile.
  await eventually(async () => expect((await deeds(ada, threadId, 'tutor'))[1]).toBe(ANSWERED), PATIENT);
  expect(new Set(service.questions.map(({ runId }) => runId)).size).toBe(2);
});

it('asks nobody at an address that is not public, but the operator’s', async () => {
  const ada = testActor('ada', { tenant: 'inside' });
  const agent = { id: 'trusted', url: other.url, secrets: ['operators-secret-of-some-length'], contextMessages: 20 };
  await start({ outbound: { allowHttp: true }, agent });
  await register(ada, 'tutor');
  const threadId = await threadWith(ada, 'tutor');
  await scenes.post(ada, threadId, 'Hello?');
  await untilDeeds(ada, threadId, 'tutor', ['ended: failed']);
  const second = await threadWith(ada, 'trusted');
  await scenes.post(ada, second, 'Hello?');
  await untilDeeds(ada, second, 'trusted', [ANSWERED]);
  expect(service.questions).toEqual([]);
});

it('ends an answer that takes longer than the agent may', async () => {
  const ada = testActor('ada', { tenant: 'slow' });
  await start({ retriesMs: [] });
  await register(ada, 'tutor', { timeoutMs: 1_000 });
  const threadId = await threadWith(ada, 'tutor');
  service.reply((_question, response) => void response.writeHead(200, { 'content-type': 'text/plain' }).flushHeaders());
  await scenes.post(ada, threadId, 'Hello?');
  await untilDeeds(ada, threadId, 'tutor', ['ended: timeout']);
});

it('lets no agent that hangs slow another tenant’s, and asks it so many things at a time', async () => {
  const [ada, eve] = [testActor('ada', { tenant: 'hanging' }), testActor('eve', { tenant: 'quick' })];
  await start();
  await register(ada, 'tutor');
  await register(eve, 'tutor', { url: other.url });
  service.reply(() => undefined);
  const threads = await Promise.all(Array.from({ length: 10 }, () => threadWith(ada, 'tutor')));
  await Promise.all(threads.map((threadId) => scenes.post(ada, threadId, 'Hello?')));
  await asked(service, 8);
  const threadId = await threadWith(eve, 'tutor');
  await scenes.post(eve, threadId, 'Hello?');
  await untilDeeds(eve, threadId, 'tutor', [ANSWERED]);
  expect(service.questions).toHaveLength(8);
  await api.as(chiefOf(ada)).call('DELETE', '/api/v1/agents/tutor');
  for (const each of threads) await untilDeeds(ada, each, 'tutor', ['ended: stopped']);
});
