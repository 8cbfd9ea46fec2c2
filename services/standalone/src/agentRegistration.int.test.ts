import { LIMITS, tenantId, type AgentResource, type AgentWithSecretResource } from '@threadlog/events';
import { agentBlobsOf, canonicalDump, createAgentQueries, openAgent } from '@threadlog/read-models';
import { testActor, type TestReply } from '@threadlog/testing';
import { givenStandalone } from './testing/standalone';

const BASE = '/api/v1/agents';
const URL = 'https://agents.example.invalid/canaryurl?token=canarytoken';
const SECRET = /^whsec_[A-Za-z0-9+/]{43}=$/;
const BODY = { url: URL, displayName: 'canaryname' };

const api = givenStandalone();
const { as } = api;
const root = testActor('root', { role: 'admin' });

async function registered(id: string, who = root, body: object = BODY): Promise<AgentWithSecretResource> {
  const reply = await as(who).call<AgentWithSecretResource>('PUT', `${BASE}/${id}`, body);
  expect(reply).toMatchObject({ status: 201 });
  return reply.body;
}

test('the secret is shown with its first answer, and again to the same key alone', async () => {
  const key = { 'idempotency-key': 'register-1' };
  const send = (body: object = BODY) => keyed('PUT', `${BASE}/tutor`, { headers: key, body });
  const first = await send();
  const made = first.body as AgentWithSecretResource;
  expect([first.status, first.headers.get('location')]).toEqual([201, `${BASE}/tutor`]);
  expect(made).toMatchObject({
    id: 'tutor',
    url: URL,
    displayName: 'canaryname',
    secret: expect.stringMatching(SECRET),
  });
  const again = await send();
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(again.body).toEqual(made);
  expect(await send({ displayName: 'Other' })).toMatchObject({ body: { code: 'idempotency_key_reused' } });

  const { secret: _shownOnce, ...shown } = made;
  expect((await as(root).call<AgentResource>('GET', `${BASE}/tutor`)).body).toEqual(shown);
  // The same without a key is the same agent, unchanged.
  expect(await as(root).call('PUT', `${BASE}/tutor`, BODY)).toMatchObject({ status: 200, body: shown });
  const events = (await loggedValues()).filter((value) => value.includes('"stream_id":"tutor"'));
  expect(events).toHaveLength(1);
});

test('a new secret signs beside the one before, for a day', async () => {
  const made = await registered('rotating');
  const rotated = (await as(root).call<AgentWithSecretResource>('POST', `${BASE}/rotating/secret`)).body;
  expect(rotated.secret).toMatch(SECRET);
  expect((await openedOf(root.tenantId, 'rotating')).secrets.map(({ secret }) => secret)).toEqual([
    rotated.secret,
    made.secret,
  ]);
  const [, before] = rotated.secrets;
  expect(Date.parse(before!.until!) - Date.now()).toBeGreaterThan(23.9 * 3_600_000);
  for (let more = 2; more < LIMITS.webhookSecrets; more += 1) await as(root).call('POST', `${BASE}/rotating/secret`);
  expect(await as(root).call('POST', `${BASE}/rotating/secret`)).toMatchObject({ status: 409 });
});

test.each(['constructor', '__proto__', 'toString', 'a@b|c+d'])('an agent may be called %s', async (id) => {
  const path = `${BASE}/${encodeURIComponent(id)}`;
  expect(await as(root).call('GET', path)).toMatchObject({ status: 404 });
  const made = await registered(encodeURIComponent(id));
  expect(made.id).toBe(id);
  expect((await as(root).call('GET', path)).body).toMatchObject({ id, url: URL });
  expect((await as(root).call('DELETE', path)).status).toBe(204);
  expect(await as(root).call('GET', path)).toMatchObject({ status: 404 });
  const again = await registered(encodeURIComponent(id));
  expect(again.secret).not.toBe(made.secret);
});

test('no agent is called what a path has no place for', async () => {
  for (const id of ['%2e%2e', '%252e%252e', '%2e', 'a%00', 'a'.repeat(600)]) {
    const { status } = await as(root).call('PUT', `${BASE}/${id}`, BODY);
    expect([id, [400, 404, 405].includes(status)]).toEqual([id, true]);
  }
});

test('a tenant has so many, one after another to the last; its neighbour sees none', async () => {
  const chief = testActor('chief', { tenant: 'many', role: 'admin' });
  for (let one = 0; one < LIMITS.agentsPerTenant; one += 1) await registered(`agent-${one}`, chief);
  expect(await as(chief).call('PUT', `${BASE}/one-more`, BODY)).toMatchObject({ status: 409 });
  expect(await as(chief).call('PUT', `${BASE}/agent-3`, { displayName: 'Three' })).toMatchObject({ status: 200 });
  await as(chief).call('DELETE', `${BASE}/agent-0`);
  await registered('one-more', chief);
  const page = await as(chief).call<{ items: AgentResource[]; nextCursor: string }>('GET', `${BASE}?limit=15`);
  const rest = `${BASE}?limit=15&cursor=${page.body.nextCursor}`;
  const last = await as(chief).call<{ items: AgentResource[] }>('GET', rest);
  expect([...page.body.items, ...last.body.items]).toHaveLength(LIMITS.agentsPerTenant);

  const other = testActor('chief', { tenant: 'neighbour', role: 'admin' });
  expect((await as(other).call<{ items: object[] }>('GET', BASE)).body.items).toEqual([]);
  expect((await as(other).call('GET', `${BASE}/agent-3`)).status).toBe(404);
  expect((await as(other).call('DELETE', `${BASE}/agent-3`)).status).toBe(404);
});

test('acts stand in the audit log, without what is sealed; no log or table has that in the clear', async () => {
  const boss = testActor('boss', { tenant: 'audited', role: 'admin' });
  const { secret } = await registered('tutor', boss);
  await as(boss).call('PUT', `${BASE}/tutor`, { ...BODY, trigger: 'off' });
  await as(boss).call('POST', `${BASE}/tutor/secret`);
  const dump = await canonicalDump(api.runtime().database, 1, { store: api.runtime().messageStore(1) });
  expect(dump).toContain('["audited", "tutor"');
  await as(boss).call('DELETE', `${BASE}/tutor`);
  const { body } = await as(boss).call<{ items: { type: string; detail: object }[] }>('GET', '/api/v1/audit');
  const set = { set: ['display_name', 'url'] };
  expect(body.items).toMatchObject([
    { type: 'CHAT_AGENT_DELETED', detail: { agent_id: 'tutor' } },
    { type: 'CHAT_AGENT_SECRET_ROTATED', detail: { agent_id: 'tutor', set: ['secret'] } },
    { type: 'CHAT_AGENT_UPDATED', detail: { agent_id: 'tutor', trigger: 'off', ...set } },
    { type: 'CHAT_AGENT_REGISTERED', detail: { agent_id: 'tutor', trigger: 'every', set: [...set.set, 'secret'] } },
  ]);
  const said = [JSON.stringify(body), dump, ...(await loggedValues())];
  for (const word of ['canary', 'whsec_', 'agents.example', secret!])
    expect([word, said.some((text) => text.includes(word))]).toEqual([word, false]);
});

test('an erased tenant’s agent opens no more, and an erased person’s id is nobody’s to register', async () => {
  const owner = testActor('owner', { tenant: 'gone', role: 'admin' });
  await registered('tutor', owner);
  const { sealing } = api.runtime();
  await sealing.destroy(tenantId('gone'), { kind: 'subject', id: 'ben' });
  expect(await as(owner).call('PUT', `${BASE}/ben`, BODY)).toMatchObject({ status: 410 });
  await sealing.destroy(tenantId('gone'), { kind: 'tenant' });
  const row = await rowOf(tenantId('gone'), 'tutor');
  await sealing.prepare(row.tenant_id, agentBlobsOf(row));
  expect(openAgent(sealing, row)).toBeNull();
  expect((await as(owner).call('GET', `${BASE}/tutor`)).body).toMatchObject({ url: null, displayName: null });
});

async function rowOf(tenant: typeof root.tenantId, id: string) {
  const queries = createAgentQueries({ database: api.runtime().database, generation: () => 1 });
  const rows = await queries.listAgents({ limit: 500 });
  return rows.find(({ tenant_id, agent_id }) => tenant_id === tenant && agent_id === id)!;
}

async function openedOf(tenant: typeof root.tenantId, id: string) {
  await as(root).call('GET', BASE);
  const row = await rowOf(tenant, id);
  const { sealing } = api.runtime();
  await sealing.prepare(row.tenant_id, agentBlobsOf(row));
  return openAgent(sealing, row)!;
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
async function keyed(method: string, path: string, options: { headers: Record<string, string>; body: object }) {
  const reply: TestReply = await api.request(method, path, { as: root, ...options });
  const token = reply.headers.get('x-consistency-token');
  if (token !== null) await api.request('GET', BASE, { as: root, headers: { 'x-consistency-token': token } });
  return reply;
}
