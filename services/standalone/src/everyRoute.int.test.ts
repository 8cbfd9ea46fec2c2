import type { Actor } from '@threadlog/auth';
import { commandRoutes } from '@threadlog/command-api';
import type { ThreadResource } from '@threadlog/events';
import { queryRoutes } from '@threadlog/query-api';
import { openApiDocument, type Route } from '@threadlog/service';
import { runIdOf } from '@threadlog/read-models';
import { operationsOf, secureRoutesSpec, testActor, type Operation, type TestReply } from '@threadlog/testing';
import { givenStandalone, INTERNAL_SECRET } from './testing/standalone';

const routes: Route[] = [...queryRoutes, ...commandRoutes];
const document = openApiDocument(routes, { title: 'Threadlog', version: '1' });
const insider = testActor('ada');
const administrator = testActor('root', { role: 'admin' });
const api = givenStandalone();
const { as, internally } = api;

/** Bodies of operations that need one; the others take none or an empty one. */
const bodies: Record<string, unknown> = {
  updateThread: { title: 'New' },
  setAgentMode: { agentMode: 'off' },
  replaceThread: { title: 'New' },
  postMessage: { content: 'Hello' },
  editMessage: { content: 'Hello' },
  replaceMessage: { content: 'Hello' },
  addParticipant: { userId: 'cleo' },
  changeParticipantRole: { role: 'moderator' },
  changeThreadPreferences: { pinned: true },
  markThreadRead: {},
  replaceConversation: { title: 'New' },
  updateConversation: { title: 'New' },
  markConversationRead: {},
  addConversationParticipants: { userId: 'cleo' },
  sendMessage: { content: 'Hello' },
  editConversationMessage: { content: 'Hello' },
  createConversationThread: { title: 'Aside' },
  postConversationThreadMessage: { content: 'Hello' },
  editMessageById: { content: 'Hello' },
  addReactionById: { emoji: '👍' },
  updateWebhook: { enabled: false },
  v1SendMessage: { conversation_id: 'x', content: 'Hello', idempotency_key: 'x' },
  v1MarkAsRead: {},
  registerAgent: { displayName: 'Tutor' },
};

/** Operations about a sub-thread of the conversation they name. */
const BELOW = new Set(['getConversationThread', 'postConversationThreadMessage']);

/** Operations that taking part does not open. */
const FOR_ADMINISTRATORS = new Set([
  ...['listThreadEvents', 'releaseLegalHold'],
  ...['getWebhook', 'updateWebhook', 'deleteWebhook', 'rotateWebhookSecret'],
  ...['listWebhookAttempts', 'listWebhookDeadLetters', 'listWebhookReplays', 'getWebhookReplay'],
  ...['getAgent', 'registerAgent', 'deleteAgent', 'rotateAgentSecret'],
]);

/** Operations about what only the worker brings about, and for agents alone; the tests of both ask for them. */
const ASKED_ELSEWHERE = new Set(['getErasureReceipt', 'streamAgentRun']);

const created = async (reply: Promise<TestReply>): Promise<{ id: string; token: string }> => {
  const { status, body, headers } = await reply;
  expect(status).toBe(201);
  return { id: (body as ThreadResource).id, token: headers.get('x-consistency-token') ?? '' };
};

/** What privacy operations are about: requests of the insider, and a hold. */
async function privacyPlace({ operationId }: Operation): Promise<Record<string, string>> {
  const { call } = as(insider);
  const asked = async (reply: Promise<TestReply>): Promise<{ id: string; token: string }> => {
    const { status, body, headers } = await reply;
    expect([201, 202]).toContain(status);
    return { id: (body as { id: string }).id, token: headers.get('x-consistency-token') ?? '' };
  };
  const hold = { userId: `user-${operationId}`, reason: 'other' };
  const wanted = {
    cancelDeletion: () => asked(call('POST', '/api/v1/privacy/delete', { userId: insider.id })),
    releaseLegalHold: () => asked(as(administrator).call('POST', '/api/v1/privacy/holds', hold)),
    getPrivacyRequest: () => asked(call('POST', '/api/v1/privacy/export', { userId: insider.id })),
  }[operationId];
  if (!wanted) return {};
  const { id, token } = await wanted();
  await api.request('GET', '/api/v1/threads', { as: insider, headers: { 'x-consistency-token': token } });
  return { requestId: id, holdId: id };
}

/** An endpoint of its own for each operation. */
async function webhookPlace(): Promise<Record<string, string>> {
  const { call } = as(administrator);
  const { id, token } = await created(call('POST', '/api/v1/webhooks', { url: 'https://hooks.example.invalid/' }));
  await api.request('GET', '/api/v1/webhooks', { as: administrator, headers: { 'x-consistency-token': token } });
  // Whoever would run it is not here.
  const { rows } = await api.runtime().database.query<{ replay_id: string }>(
    `insert into threadlog.webhook_replays (replay_id, tenant_id, webhook_id, requested_at, requested_by, starts, ends, status)
     values (gen_random_uuid(), 'acme', $1, now(), 'root', '0:0', '0:1', 'running') returning replay_id`,
    [id],
  );
  return { webhookId: id, replayId: rows[0]!.replay_id };
}

/** An agent of its own for each operation. */
async function agentPlace({ operationId }: Operation): Promise<Record<string, string>> {
  const { call } = as(administrator);
  const path = `/api/v1/agents/agent-of-${operationId}`;
  const { id, token } = await created(call('PUT', path, { displayName: 'Tutor' }));
  await api.request('GET', '/api/v1/agents', { as: administrator, headers: { 'x-consistency-token': token } });
  return { agentId: id };
}

/** A thread of its own for each operation, since many of them take things away. */
async function place(operation: Operation): Promise<Record<string, string>> {
  if (operation.path.includes('/privacy/')) return privacyPlace(operation);
  if (operation.path.includes('/webhooks/')) return webhookPlace();
  if (operation.path.includes('/agents/')) return agentPlace(operation);
  const { operationId } = operation;
  const { call } = as(insider);
  const thread = await created(call('POST', '/api/v1/threads', { participantIds: ['ben'], learnerId: null }));
  const sub = await created(call('POST', '/api/v1/threads', { parentThreadId: thread.id }));
  const message = await created(call('POST', `/api/v1/threads/${thread.id}/messages`, { content: 'Hello' }));
  await internally('acme').call('POST', '/api/users/sync', { externalUserId: `user-${operationId}` });
  for (const { token } of [thread, sub, message]) {
    await api.request('GET', '/api/v1/threads', { as: insider, headers: { 'x-consistency-token': token } });
  }
  return {
    threadId: BELOW.has(operationId) ? sub.id : thread.id,
    conversationId: thread.id,
    messageId: message.id,
    userId: 'ben',
    emoji: '👍',
    externalUserId: `user-${operationId}`,
    runId: operationId === 'stopAgentRun' ? await openRun(thread.id, message.id) : '',
  };
}

/** A run as the worker notes it, which is not here. */
async function openRun(threadId: string, triggerMessageId: string): Promise<string> {
  const run = { tenantId: insider.tenantId, threadId, triggerMessageId, agentId: 'agent' };
  await api.runtime().database.query(
    `insert into threadlog.agent_runs
       (agent_id, tenant_id, thread_id, trigger_message_id, trigger_index, asked_by, asked_at)
     values ('agent', $1, $2, $3, 1, $4, '2026-01-15T10:30:00.000000Z')`,
    [run.tenantId, threadId, triggerMessageId, insider.id],
  );
  return runIdOf(run);
}

describe('every route', () => {
  const places = new Map<string, Record<string, string>>();
  beforeAll(async () => {
    for (const operation of operationsOf(document)) {
      if (operation.path.includes('{')) places.set(operation.operationId, await place(operation));
    }
  }, 120_000);

  const secured = (insider: Actor) => () => ({
    request: api.request,
    params: ({ operationId }: Operation) => places.get(operationId) ?? {},
    bodies,
    queries: { getThreadChanges: '?since=0' },
    internalSecret: INTERNAL_SECRET,
    insider,
    stranger: testActor('root', { tenant: 'globex', role: 'admin', learnerScope: '*' }),
    outsider: testActor('tom', { role: 'teacher', learnerScope: ['leo'] }),
  });
  const byInsider = ({ operationId }: Operation) =>
    !FOR_ADMINISTRATORS.has(operationId) && !ASKED_ELSEWHERE.has(operationId);
  secureRoutesSpec(document, secured(insider), byInsider);
  const byAdministrator = ({ operationId }: Operation) => FOR_ADMINISTRATORS.has(operationId);
  secureRoutesSpec(document, secured(administrator), byAdministrator, new Set(['registerAgent']));
});

test('every operation has a name of its own', () => {
  const names = operationsOf(document).map(({ operationId }) => operationId);
  expect(new Set(names).size).toBe(names.length);
});

const METHODS = ['PUT', 'POST', 'PATCH', 'DELETE'];

/** What the document has for a path: `sync` may be a user's id too, so one path may be of two templates. */
function methodsFor(path: string): string[] {
  const told = operationsOf(document).filter((operation) =>
    new RegExp(`^${operation.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  const methods = told.flatMap(({ method }) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
  return [...new Set(methods)];
}

const paths = Object.keys(document.paths ?? {}).map((path) => path.replace(/\{\w+\}/g, 'x'));
test.each(paths)('%s: a method that it does not have is answered with those it has', async (path) => {
  const methods = methodsFor(path);
  const other = METHODS.find((method) => !methods.includes(method))!;
  const { status, headers } = await api.request(other, path, {});
  expect([status, headers.get('allow')]).toEqual([405, methods.sort().join(', ')]);
});
