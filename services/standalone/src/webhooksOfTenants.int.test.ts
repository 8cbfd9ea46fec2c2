import type { Actor } from '@threadlog/auth';
import type { WebhookResource, WebhookWithSecretResource } from '@threadlog/events';
import { eventually, testActor } from '@threadlog/testing';
import { Webhook } from 'standardwebhooks';
import { accept, startReceiver, type Receiver } from './testing/receiver';
import { scenesOf } from './testing/scenes';
import { givenStandalone } from './testing/standalone';
import { contents, deduplicated, longBefore, PATIENT } from './testing/webhooks';

jest.setTimeout(120_000);
const BASE = '/api/v1/webhooks';

const api = givenStandalone({
  ROLES: 'projector,command-api,query-api,worker',
  OUTBOUND_ALLOW_HTTP: 'true',
  OUTBOUND_ALLOWED_RANGES: '127.0.0.1',
});
const scenes = scenesOf(api);
let receiver: Receiver;
beforeEach(async () => void (receiver = await startReceiver()));
afterEach(() => receiver.close());

async function registered(admin: Actor, more: object = {}): Promise<{ id: string; secret: string }> {
  const { status, body } = await api
    .as(admin)
    .call<WebhookWithSecretResource>('POST', BASE, { url: receiver.url, ...more });
  expect(status).toBe(201);
  return { id: body.id, secret: String(body.secret) };
}

const shown = async (admin: Actor, id: string) =>
  (await api.as(admin).call<WebhookResource>('GET', `${BASE}/${id}`)).body;
const until = (said: string) => eventually(() => expect(contents(receiver.taken)).toContain(said), PATIENT);
const adminOf = (tenant: string) => testActor('root', { tenant, role: 'admin' });

/** Throws where this secret does not verify what was taken. */
const verify = (secret: string, { body, headers }: Receiver['taken'][number]) =>
  new Webhook(secret).verify(body, headers as Record<string, string>);

it('tells a tenant’s own endpoint from its registration on, and nobody else’s events', async () => {
  const [admin, eve] = [adminOf('own'), testActor('eve', { tenant: 'foreign' })];
  const [own, foreign] = [await scenes.thread(admin, {}), await scenes.thread(eve, {})];
  await scenes.post(admin, own, 'before');
  await longBefore();
  const { secret, id } = await registered(admin);
  await scenes.post(admin, own, 'right after');
  await scenes.post(eve, foreign, 'of another tenant');
  await until('right after');
  const { secret: next } = (await api.as(admin).call<WebhookWithSecretResource>('POST', `${BASE}/${id}/secret`)).body;
  await eventually(async () => {
    const { length } = receiver.taken;
    await scenes.post(admin, own, 'signed by both');
    await eventually(() => expect(receiver.taken.length).toBeGreaterThan(length), PATIENT);
    for (const each of [secret, String(next)]) expect(verify(each, receiver.taken.at(-1)!)).toBeDefined();
  }, PATIENT);
  for (const each of receiver.taken) expect(verify(secret, each)).toBeDefined();
  expect(new Set(receiver.seen.map(({ tenantId }) => tenantId))).toEqual(new Set(['own']));
  expect(contents(deduplicated(receiver.taken))).not.toContain('before');
  await api.as(admin).call('DELETE', `${BASE}/${id}`);
});

it('sends thin endpoints ids and no text', async () => {
  const admin = adminOf('thin');
  await registered(admin, { payload: 'thin' });
  const threadId = await scenes.thread(admin, { title: 'canarytitle', learnerId: 'lena' });
  const messageId = await scenes.post(admin, threadId, 'canarytext');
  await scenes.done(admin, 'message.edit', { threadId, messageId, content: 'canaryedit' });
  await scenes.done(admin, 'reaction.add', { threadId, messageId, emoji: '👍' });
  await eventually(() => expect(receiver.taken).toHaveLength(4), PATIENT);
  const [thread, message] = receiver.taken;
  expect(thread!.data).toMatchObject({ threadId, learnerId: 'lena', createdBy: 'root' });
  expect(message!.data).toEqual({
    ...{ messageId, threadId, conversationId: threadId, senderId: 'root', senderType: 'user', replyTo: null },
    createdAt: expect.any(String),
  });
  expect(JSON.stringify(receiver.taken.map(({ body }) => body))).not.toMatch(/canary|👍/);
});

it.each([
  ['answers 410', 'gone', (response: { statusCode: number }) => void (response.statusCode = 410)],
  [
    'asks for it',
    'asked',
    (response: { setHeader(name: string, value: string): unknown }) =>
      void response.setHeader('webhook-delivery', 'disable'),
  ],
])('switches an endpoint off that %s, for all to see, and nothing waits for it then', async (_what, reason, answer) => {
  const admin = adminOf(`off-${reason}`);
  const { id } = await registered(admin);
  const threadId = await scenes.thread(admin, {});
  await eventually(() => expect(receiver.taken).toHaveLength(1), PATIENT);
  receiver.answer((_received, response) => {
    answer(response);
    response.end();
  });
  await scenes.post(admin, threadId, 'unwanted');
  await eventually(
    async () => expect(await shown(admin, id)).toMatchObject({ enabled: false, disabledReason: reason }),
    PATIENT,
  );
  await eventually(async () => {
    const sql = 'select 1 from threadlog.webhook_deliveries where tenant_id = $1';
    expect((await api.runtime().database.query(sql, [admin.tenantId])).rows).toEqual([]);
  }, PATIENT);
  const { length } = receiver.seen;
  receiver.answer(accept);
  await scenes.post(admin, threadId, 'while it is off');
  await longBefore();
  // Switched on again it begins with what happens from then on.
  const on = await api.as(admin).call('PATCH', `${BASE}/${id}`, { enabled: true });
  expect(on.status).toBe(200);
  await scenes.post(admin, threadId, 'wanted again');
  await until('wanted again');
  expect(contents(receiver.seen.slice(length))).toEqual(['wanted again']);
});
