import type { ServerResponse } from 'node:http';
import type { Actor } from '@threadlog/auth';
import type { PrivacyRequestResource } from '@threadlog/events';
import { eventually, testActor } from '@threadlog/testing';
import { textsOf, type Question } from './testing/agentService';
import { draftScenesOf, PATIENT, shows, statesOf } from './testing/draftScenes';
import { CANARY } from './testing/filesWith';
import { officerOf, scenesOf } from './testing/scenes';
import { givenStandalone } from './testing/standalone';
import { tablesWith } from './testing/tablesWith';

jest.setTimeout(120_000);

const api = givenStandalone({
  ROLES: 'projector,command-api,query-api,realtime,worker',
  ...{ OUTBOUND_ALLOW_HTTP: 'true', OUTBOUND_ALLOWED_RANGES: '127.0.0.1' },
  ...{ ERASURE_GRACE_HOURS: '0', SEALING_KEY_CACHE_MS: '1000' },
  PRIVACY_RECEIPT_KEY: Buffer.alloc(32, 9).toString('base64'),
});
const scenes = scenesOf(api);
const { service, view } = draftScenesOf(api, () => undefined);

it('leaves nothing of an answer to somebody who is erased in the middle of it, by the worker that erases', async () => {
  const tenant = 'erased-asker';
  const [ada, ben, pia] = [testActor('ada', { tenant }), testActor('ben', { tenant }), officerOf(tenant)];
  const tutor = { url: service().url, displayName: 'Tutor', trigger: 'mention' };
  expect((await api.as(pia).call('PUT', '/api/v1/agents/tutor', tutor)).status).toBe(201);
  const threadId = await scenes.thread(ada, { participantIds: ['ben'] });
  await scenes.done(ada, 'participant.add', { threadId, userId: 'tutor', role: 'agent' });
  await scenes.projected();
  await untilAsked(ada, threadId);
  const asked = Promise.withResolvers<{ question: Question; response: ServerResponse }>();
  service().reply((question, response) => {
    // One of those before, perhaps, which had to wait.
    if (textsOf(question).at(-1) !== 'canary of mine') return void response.writeHead(204).end();
    response.writeHead(200, { 'content-type': 'text/plain' }).flushHeaders();
    response.write('canary of ben');
    asked.resolve({ question, response });
  });
  const viewer = await view(ada);
  await scenes.done(ben, 'message.post', { threadId, content: 'canary of mine', mentions: ['tutor'] });
  const { question, response } = await asked.promise;
  await shows(viewer, question.runId, 'canary of ben');

  const { status, body } = await api
    .as(pia)
    .call<PrivacyRequestResource>('POST', '/api/v1/privacy/delete', { userId: 'ben' });
  expect(status).toBe(202);
  await eventually(async () => {
    const path = `/api/v1/privacy/requests/${body.id}`;
    expect((await api.as(pia).call('GET', path)).body).toMatchObject({ status: 'completed' });
  }, PATIENT);
  response.end(', and a canary more');
  const { database } = api.runtime();
  await untilOver();
  const ofAgent = (await scenes.events(tenant)).filter(({ actor }) => actor.id === 'tutor');
  expect(new Set(ofAgent.map(({ event_type }) => event_type))).toEqual(new Set(['CHAT_AGENT_RUN_ENDED']));
  await eventually(() => expect(statesOf(viewer, question.runId).at(-1)).toBe('stopped'), PATIENT);
  await scenes.projected();
  expect(await tablesWith(database, 'canary')).toEqual([]);
  expect(await tablesWith(database, threadId)).not.toEqual([]);
  const page = await api.as(ada).call('GET', `/api/v1/threads/${threadId}/messages`);
  expect([page.status, JSON.stringify(page.body)]).toEqual([200, expect.not.stringMatching(CANARY)]);
  const late = await view(ada);
  await late.socket.emitWithAck('conversation:join', { conversationId: threadId });
  expect(JSON.stringify(late.frames)).not.toMatch(CANARY);
});

/** An agent that was registered a moment ago may not be asked by what comes in the same instant. */
async function untilAsked(as: Actor, threadId: string): Promise<void> {
  service().reply((_question, response) => void response.writeHead(204).end());
  await eventually(
    async () => {
      await scenes.done(as, 'message.post', { threadId, content: 'Are you there?', mentions: ['tutor'] });
      expect(service().questions).not.toEqual([]);
    },
    { ...PATIENT, intervalMs: 500 },
  );
  await untilOver();
}

const untilOver = (): Promise<void> =>
  eventually(async () => {
    await scenes.projected();
    expect((await api.runtime().database.query('select 1 from threadlog.agent_runs')).rows).toEqual([]);
  }, PATIENT);
