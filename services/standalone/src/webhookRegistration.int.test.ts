import { LIMITS, tenantId, type WebhookResource, type WebhookWithSecretResource } from '@threadlog/events';
import { canonicalDump, createWebhookQueries, openWebhook, webhookBlobsOf } from '@threadlog/read-models';
import { testActor, type TestReply, type TestRequest } from '@threadlog/testing';
import { givenStandalone } from './testing/standalone';

type Endpoint = WebhookResource;
type WithSecret = WebhookWithSecretResource;
interface Page {
  items: Endpoint[];
  nextCursor: string | null;
  hasMore: boolean;
}

const BASE = '/api/v1/webhooks';
const URL = 'https://hooks.example.invalid/canaryurl?token=canarytoken';
const SECRET = /^whsec_[A-Za-z0-9+/]{43}=$/;

const api = givenStandalone();
const { as } = api;
const root = testActor('root', { role: 'admin' });

async function registered(body: object = {}, who = root): Promise<WithSecret> {
  const reply = await as(who).call<WithSecret>('POST', BASE, { url: URL, ...body });
  expect(reply.status).toBe(201);
  return reply.body;
}

test('the secret is shown with its first answer, and again to the same key alone', async () => {
  const key = { 'idempotency-key': 'register-1' };
  const body = { url: URL, description: 'canarytext', events: ['message.created'] };
  const send = (rest: object = {}) => keyed('POST', BASE, { headers: key, body: { ...body, ...rest } });
  const first = await send();
  const made = first.body as WithSecret;
  expect([first.status, first.headers.get('location')]).toEqual([201, `${BASE}/${made.id}`]);
  expect(made).toMatchObject({
    url: URL,
    description: 'canarytext',
    enabled: true,
    secret: expect.stringMatching(SECRET),
  });
  const again = await send();
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(again.body).toEqual(made);
  expect(await send({ payload: 'thin' })).toMatchObject({ body: { code: 'idempotency_key_reused' } });

  const one = await as(root).call<Endpoint>('GET', `${BASE}/${made.id}`);
  const { secret: _shownOnce, ...shown } = made;
  expect(one.body).toEqual(shown);
  const list = await as(root).call<Page>('GET', BASE);
  expect(list.body.items).toEqual([shown]);
});

test('a new secret signs beside the one before; what was rotated away is not shown any more', async () => {
  const made = await registered();
  const key = { 'idempotency-key': 'rotate-1' };
  const rotate = () => keyed('POST', `${BASE}/${made.id}/secret`, { headers: key });
  const first = (await rotate()).body as WithSecret;
  expect(first.secret).toMatch(SECRET);
  expect(first.secret).not.toBe(made.secret);
  expect(first.secrets).toEqual([
    { id: expect.any(String), until: null },
    { id: made.secrets[0]!.id, until: expect.any(String) },
  ]);
  expect((await rotate()).body).toEqual(first);
  const { id } = made;
  const kept = await openedOf(id);
  expect(kept.secrets.map(({ secret }) => secret)).toEqual([first.secret, made.secret]);

  for (let more = 2; more < LIMITS.webhookSecrets; more += 1)
    expect((await as(root).call('POST', `${BASE}/${id}/secret`)).status).toBe(201);
  expect(await as(root).call('POST', `${BASE}/${id}/secret`)).toMatchObject({ status: 409 });
  await as(root).call('DELETE', `${BASE}/${id}`);
  // Even its own first answer cannot be given again with a secret.
  expect(await rotate()).toMatchObject({ body: { id, secret: null, url: null } });
});

test('what it is told changes as it is said, and the rest stays', async () => {
  const { id } = await registered({ filter: { threadTypes: ['group'] }, payload: 'thin' });
  const change = (body: object) => as(root).call<Endpoint>('PATCH', `${BASE}/${id}`, body);
  expect(await change({})).toMatchObject({ status: 400 });
  expect(await change({ url: 'https://127.0.0.1/' })).toMatchObject({
    status: 400,
    body: { errors: [{ pointer: '/url' }] },
  });
  expect((await change({ enabled: false, url: 'https://other.example.invalid' })).body).toMatchObject({
    ...{ enabled: false, url: 'https://other.example.invalid/', payload: 'thin' },
    filter: { learnerId: null, threadTypes: ['group'] },
  });
  expect((await change({ enabled: true, filter: {} })).body).toMatchObject({
    ...{ enabled: true, disabledReason: null },
    filter: { learnerId: null, threadTypes: null },
  });
  expect((await openedOf(id)).url).toBe('https://other.example.invalid/');
  expect((await as(root).call('DELETE', `${BASE}/${id}`)).status).toBe(204);
  expect((await change({ enabled: true })).status).toBe(404);
  expect((await as(root).call('GET', `${BASE}/${id}`)).status).toBe(404);
  expect((await as(root).call('DELETE', `${BASE}/${id}`)).status).toBe(404);
});

test('a tenant has so many, one after another to the last, in pages; its neighbour sees none', async () => {
  const chief = testActor('chief', { tenant: 'many', role: 'admin' });
  const made: string[] = [];
  for (let one = 0; one < LIMITS.webhooksPerTenant; one += 1) made.push((await registered({}, chief)).id);
  const full = await as(chief).call('POST', BASE, { url: URL });
  expect(full).toMatchObject({ status: 409, body: { code: 'conflict' } });
  const first = await as(chief).call<Page>('GET', `${BASE}?limit=15`);
  const second = await as(chief).call<Page>('GET', `${BASE}?limit=15&cursor=${first.body.nextCursor}`);
  expect([...first.body.items, ...second.body.items].map(({ id }) => id)).toEqual(made.toReversed());
  expect([first.body.hasMore, second.body.hasMore]).toEqual([true, false]);
  await as(chief).call('DELETE', `${BASE}/${made[0]}`);
  expect(await registered({}, chief)).toMatchObject({ enabled: true });

  const other = testActor('chief', { tenant: 'neighbour', role: 'admin' });
  expect((await as(other).call<Page>('GET', BASE)).body.items).toEqual([]);
  expect((await as(other).call('GET', `${BASE}/${made[1]}`)).status).toBe(404);
  expect((await as(other).call('PATCH', `${BASE}/${made[1]}`, { enabled: false })).status).toBe(404);
  const queries = createWebhookQueries(source());
  expect(await queries.webhookEndpointOf(other.tenantId, made[1]!)).toBeNull();
  const seen = [];
  for (let after; ;) {
    const page = await queries.listWebhookEndpoints({ after, limit: 7 });
    seen.push(...page.filter(({ tenant_id }) => tenant_id === 'many').map(({ webhook_id }) => webhook_id));
    if (page.length < 7) break;
    after = page.at(-1);
  }
  expect(seen).toHaveLength(LIMITS.webhooksPerTenant);
});

test('acts stand in the audit log, without what is sealed', async () => {
  const boss = testActor('boss', { tenant: 'audited', role: 'admin' });
  const { id } = await registered({ description: 'canarytext' }, boss);
  await as(boss).call('PATCH', `${BASE}/${id}`, { enabled: false });
  await as(boss).call('POST', `${BASE}/${id}/secret`);
  await as(boss).call('DELETE', `${BASE}/${id}`);
  const { body } = await as(boss).call<{ items: { type: string; actor: object; detail: object }[] }>(
    'GET',
    '/api/v1/audit',
  );
  expect(body.items.map(({ type, detail }) => [type, detail])).toEqual([
    ['CHAT_WEBHOOK_DELETED', { webhook_id: id }],
    ['CHAT_WEBHOOK_SECRET_ROTATED', expect.objectContaining({ webhook_id: id, set: ['secret'] })],
    ['CHAT_WEBHOOK_UPDATED', { webhook_id: id, enabled: false }],
    ['CHAT_WEBHOOK_REGISTERED', expect.objectContaining({ webhook_id: id, set: ['url', 'description', 'secret'] })],
  ]);
  expect(JSON.stringify(body)).not.toMatch(/canary|whsec_|v1\./);
});

test('neither the log nor the read model has any of it in the clear, and an erased tenant’s opens no more', async () => {
  const owner = testActor('owner', { tenant: 'gone', role: 'admin' });
  const { id, secret } = await registered({ description: 'canarytext' }, owner);
  await as(owner).call('GET', BASE);
  const { database, sealing, messageStore } = api.runtime();
  const dump = await canonicalDump(database, 1, { store: messageStore(1) });
  expect(dump).toContain(id);
  const logged = await loggedValues();
  expect(logged.some((value) => value.includes(id))).toBe(true);
  for (const word of ['canary', 'whsec_', 'hooks.example', secret!]) {
    expect([word, dump.includes(word), logged.some((value) => value.includes(word))]).toEqual([word, false, false]);
  }

  await sealing.destroy(tenantId('gone'), { kind: 'tenant' });
  const queries = createWebhookQueries(source());
  const row = (await queries.webhookEndpointOf(tenantId('gone'), id))!;
  await sealing.prepare(row.tenant_id, webhookBlobsOf(row));
  expect(openWebhook(sealing, row)).toBeNull();
  expect((await as(owner).call<Endpoint>('GET', `${BASE}/${id}`)).body).toMatchObject({ url: null, description: null });
  expect((await as(owner).call('POST', `${BASE}/${id}/secret`)).body).toMatchObject({ code: 'subject_erased' });
});

const source = () => ({ database: api.runtime().database, generation: () => 1 });

async function openedOf(id: string) {
  await as(root).call('GET', BASE);
  const row = (await createWebhookQueries(source()).webhookEndpointOf(root.tenantId, id))!;
  const { sealing } = api.runtime();
  await sealing.prepare(row.tenant_id, webhookBlobsOf(row));
  return openWebhook(sealing, row)!;
}

/** Everything that stands in the log, as text. */
async function loggedValues(): Promise<string[]> {
  const { log } = api.runtime();
  const values: string[] = [];
  for (let partition = 0; partition < log.partitions; partition += 1) {
    const head = await log.head(partition);
    if (head === 0) continue;
    for await (const { records } of log.read(partition, { offset: 0, maxEpoch: 0 }, head))
      values.push(...records.map(({ value }) => value.toString()));
  }
  return values;
}

/** A write with headers of its own; resolves once reads show it. */
async function keyed(method: string, path: string, options: Pick<TestRequest, 'headers' | 'body'>): Promise<TestReply> {
  const reply = await api.request(method, path, { as: root, ...options });
  const token = reply.headers.get('x-consistency-token');
  if (token === null) return reply;
  const { status } = await api.request('GET', BASE, { as: root, headers: { 'x-consistency-token': token } });
  expect(status).toBe(200);
  return reply;
}
