import { generateKeyPairSync, verify } from 'node:crypto';
import type { Actor } from '@threadlog/auth';
import type {
  WebhookAttemptResource,
  WebhookDeadLetterResource,
  WebhookKeysResource,
  WebhookWithSecretResource,
} from '@threadlog/events';
import { eventually, testActor } from '@threadlog/testing';
import { accept, startReceiver, type Receiver } from './testing/receiver';
import { scenesOf } from './testing/scenes';
import { givenStandalone } from './testing/standalone';
import { contents, PATIENT } from './testing/webhooks';

jest.setTimeout(120_000);
const BASE = '/api/v1/webhooks';
const { privateKey, publicKey } = generateKeyPairSync('ed25519');

const api = givenStandalone({
  ROLES: 'projector,command-api,query-api,worker',
  OUTBOUND_ALLOW_HTTP: 'true',
  OUTBOUND_ALLOWED_RANGES: '127.0.0.1',
  WEBHOOK_ED25519_KEY: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
});
const scenes = scenesOf(api);
let receiver: Receiver;
beforeEach(async () => void (receiver = await startReceiver()));
afterEach(() => receiver.close());

interface Page<Item> {
  items: Item[];
  hasMore: boolean;
  nextCursor: string | null;
  prevCursor: string | null;
}

const adminOf = (tenant: string) => testActor('root', { tenant, role: 'admin' });

async function registered(admin: Actor, more: object = {}): Promise<string> {
  const body = { url: receiver.url, ...more };
  const made = await api.as(admin).call<WebhookWithSecretResource>('POST', BASE, body);
  expect(made.status).toBe(201);
  return made.body.id;
}

async function page<Item>(admin: Actor, id: string, list: string): Promise<Page<Item>> {
  const { status, body } = await api.as(admin).call<Page<Item>>('GET', `${BASE}/${id}/${list}`);
  expect(status).toBe(200);
  return body;
}
const attemptsOf = async (admin: Actor, id: string, query = '') =>
  (await page<WebhookAttemptResource>(admin, id, `attempts${query}`)).items;
const deadLettersOf = async (admin: Actor, id: string) =>
  (await page<WebhookDeadLetterResource>(admin, id, 'dead-letters')).items;
const until = (said: string) => eventually(() => expect(contents(receiver.taken)).toContain(said), PATIENT);

it('lists attempts, newest first, with what the receiver said, and no payload', async () => {
  const admin = adminOf('listed');
  const id = await registered(admin);
  const threadId = await scenes.thread(admin, {});
  await eventually(() => expect(receiver.taken).toHaveLength(1), PATIENT);
  receiver.answer((_received, response) => void response.writeHead(503).end(`no room for canary${'ü'.repeat(2_000)}`));
  await scenes.post(admin, threadId, 'canary');
  await eventually(() => expect(receiver.seen.length).toBeGreaterThan(1), PATIENT);
  receiver.answer(accept);
  await until('canary');
  await eventually(async () => {
    const [last] = await attemptsOf(admin, id);
    expect(last).toMatchObject({ event: 'message.created', delivered: true, status: 200, error: null, answer: null });
  }, PATIENT);
  const all = await attemptsOf(admin, id);
  expect(all.at(-1)).toMatchObject({ event: 'conversation.created', threadId, kind: 'live' });
  const failed = all.find(({ delivered }) => !delivered)!;
  expect(failed).toMatchObject({
    ...{ event: 'message.created', threadId, status: 503, error: 'status' },
    ...{ eventId: receiver.seen[1]!.id, position: expect.stringMatching(/^\d:\d+$/) },
  });
  expect(failed.answer).toBe(`no room for canary${'ü'.repeat(503)}`);
  const stored = await api
    .runtime()
    .database.query('select * from threadlog.webhook_attempts where tenant_id = $1', ['listed']);
  expect(JSON.stringify(stored.rows)).not.toContain('canary');
  // What repeats a message goes with it.
  await scenes.done(admin, 'message.delete', { threadId, messageId: String(receiver.seen[1]!.data.messageId) });
  await scenes.projected();
  for (const { answer } of await attemptsOf(admin, id)) expect(answer).toBeNull();
});

it('pages through attempts there and back, and refuses cursors of other lists', async () => {
  const admin = adminOf('paged');
  const id = await registered(admin);
  const threadId = await scenes.thread(admin, {});
  for (let n = 1; n <= 4; n += 1) await scenes.post(admin, threadId, `${n}`);
  await eventually(async () => expect(await attemptsOf(admin, id)).toHaveLength(5), PATIENT);
  const all = await attemptsOf(admin, id);
  expect(all.map(({ at }) => at)).toEqual(
    all
      .map(({ at }) => at)
      .sort()
      .reverse(),
  );
  const first = await page<WebhookAttemptResource>(admin, id, 'attempts?limit=2');
  const second = await page<WebhookAttemptResource>(admin, id, `attempts?limit=2&cursor=${first.nextCursor}`);
  const third = await page<WebhookAttemptResource>(admin, id, `attempts?limit=2&cursor=${second.nextCursor}`);
  expect([...first.items, ...second.items, ...third.items]).toEqual(all);
  expect([first.hasMore, third.hasMore, third.nextCursor]).toEqual([true, false, null]);
  const back = await page<WebhookAttemptResource>(admin, id, `attempts?limit=2&cursor=${second.prevCursor}`);
  expect(back.items).toEqual(first.items);
  const elsewhere = await api.as(admin).call('GET', `${BASE}/${id}/dead-letters?cursor=${first.nextCursor}`);
  expect(elsewhere.status).toBe(400);
});

it('lists what was given up', async () => {
  const admin = adminOf('dead');
  const id = await registered(admin);
  const threadId = await scenes.thread(admin, {});
  receiver.answer(({ data }, response) => {
    if (data.content === 'unwanted') response.writeHead(500, { 'webhook-delivery': 'abort-message' });
    response.end();
  });
  await scenes.post(admin, threadId, 'unwanted');
  await eventually(async () => expect(await deadLettersOf(admin, id)).toHaveLength(1), PATIENT);
  const [dead] = await deadLettersOf(admin, id);
  expect(dead).toMatchObject({
    ...{ event: 'message.created', threadId, attempts: 1, status: 500, error: 'abort_message' },
    eventId: receiver.seen.find(({ data }) => data.content === 'unwanted')!.id,
  });
});

it('is there for administrators of the tenant alone', async () => {
  const admin = adminOf('guarded');
  const id = await registered(admin);
  await scenes.projected();
  const others = [adminOf('foreign'), testActor('eve', { tenant: 'guarded' })];
  for (const other of others)
    for (const list of ['attempts', 'dead-letters']) {
      const { status } = await api.as(other).call('GET', `${BASE}/${id}/${list}`);
      expect([list, status]).toEqual([list, 404]);
    }
});

it('shows the public half of the key that signs', async () => {
  const admin = adminOf('keys');
  await registered(admin);
  await scenes.thread(admin, {});
  await eventually(() => expect(receiver.taken).toHaveLength(1), PATIENT);
  const { body } = await api.as(admin).call<WebhookKeysResource>('GET', `${BASE}/keys`);
  expect(body.keys).toEqual([
    {
      algorithm: 'ed25519',
      publicKey: `whpk_${Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url').toString('base64')}`,
      pem: publicKey.export({ format: 'pem', type: 'spki' }),
    },
  ]);
  const { body: sent, headers } = receiver.taken[0]!;
  const signature = String(headers['webhook-signature']).split(' ').at(-1)!.slice('v1a,'.length);
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${sent}`;
  expect(verify(null, Buffer.from(signed), body.keys[0]!.pem, Buffer.from(signature, 'base64'))).toBe(true);
});
