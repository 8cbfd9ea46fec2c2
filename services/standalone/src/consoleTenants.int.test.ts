import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  PrivacyRequestResource,
  WebhookAttemptResource,
  WebhookDeadLetterResource,
  WebhookReplayResource,
  WebhookResource,
} from '@threadlog/events';
import { createReceiptSigner } from '@threadlog/sealing';
import { checkReceipt } from '@threadlog/sealing/receipts';
import { eventually } from '@threadlog/testing';
import { startAgentService, streams } from './testing/agentService';
import { operatorOf } from './testing/operator';
import { accept } from './testing/receiver';
import { scenesOf } from './testing/scenes';
import { givenStandalone, tokenOf } from './testing/standalone';
import { adminOf, givenEndpoints, OPEN_TO_LOOPBACK } from './testing/webhookAdmin';
import { contents, PATIENT } from './testing/webhooks';

jest.setTimeout(120_000);
const TOKEN = 'operator-token-of-this-test-0123456789';
const REVEALING = 'token-of-one-who-may-see-text-0123456789';
const RECEIPT_KEY = Buffer.alloc(32, 9).toString('base64');
const exportDir = mkdtempSync(join(tmpdir(), 'threadlog-operators-'));
afterAll(() => rmSync(exportDir, { recursive: true, force: true }));

const api = givenStandalone({
  ...OPEN_TO_LOOPBACK,
  ...{ OPS_TOKEN: TOKEN, OPS_REVEAL_TOKEN: REVEALING },
  ...{
    PRIVACY_RECEIPT_KEY: RECEIPT_KEY,
    ERASURE_GRACE_HOURS: '0',
    SEALING_KEY_CACHE_MS: '1000',
    EXPORT_DIR: exportDir,
  },
});
const scenes = scenesOf(api);
const ops = operatorOf(api, TOKEN);
const { receiver, call, registered, deadLettersOf, until } = givenEndpoints(api);

const NOWHERE = '0198c0de-7a3b-8c11-8f00-2f6d1f6a9d10';
/** What stands in a tenant's audit log, as soon as reads have all that happened. */
async function audited(tenant: string, type: string) {
  await scenes.projected();
  const { body } = await api
    .as(adminOf(tenant))
    .call<{ items: { actor: { id: string; type: string }; detail: object }[] }>('GET', `/api/v1/audit?type=${type}`);
  return body.items.map(({ actor, detail }) => [actor.type, actor.id, detail]);
}

describe('webhooks of tenants', () => {
  const at = (tenant: string, path = '') => `/ops/tenants/${tenant}/webhooks${path}`;
  async function read<Item>(path: string): Promise<Item[]> {
    const { status, body } = await ops('GET', path);
    expect({ path, status }).toEqual({ path, status: 200 });
    return body.items as Item[];
  }

  it('are seen without secrets, without what people wrote, and by who may reveal alone with it', async () => {
    const admin = adminOf('seen');
    const hostile = `<img src=x onerror=alert(1)>\u202egnp.exe ${'w'.repeat(400)}`;
    const { id, secret } = await registered(admin, { description: hostile });
    receiver().answer(({ data }, response) => void response.end(`thanks for ${data.content}`));
    const threadId = await scenes.thread(admin, {});
    const messageId = await scenes.post(admin, threadId, hostile);
    await until(hostile);
    const attempt = await eventually(async () => {
      const [one] = await read<WebhookAttemptResource>(at('seen', `/${id}/attempts`));
      expect(one).toMatchObject({ event: 'message.created', delivered: true, answer: '(sealed)' });
      return one!;
    }, PATIENT);
    const list = await ops('GET', at('seen'));
    const [endpoint] = list.body.items as WebhookResource[];
    expect(endpoint).toMatchObject({ id, url: `${new URL(receiver().url).origin}/…`, description: '(sealed)' });
    const one = await ops('GET', at('seen', `/${id}`));
    expect(one.body).toEqual(endpoint);
    for (const { text } of [list, one, await ops('GET', at('seen', `/${id}/attempts`), { token: REVEALING })])
      for (const word of [secret, 'whsec_', '/webhooks/chat', 'onerror', 'gnp.exe'])
        expect([word, text.includes(word)]).toEqual([word, false]);

    const reveal = (body: object, token = REVEALING, n = attempt.id) =>
      ops('POST', at('seen', `/${id}/attempts/${n}/reveal`), { token, body });
    const asked = { by: 'olga', reason: 'the receiver complains' };
    expect(await reveal(asked, TOKEN)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    for (const wrong of [{ by: '' }, { reason: 'two\nlines' }])
      expect((await reveal({ ...asked, ...wrong })).status).toBe(400);
    expect((await reveal(asked, REVEALING, '999999999')).status).toBe(404);
    const account = async () =>
      (
        await api.runtime().database.query(
          `select partition || ':' || log_offset as position, revealed_by, reason, stream_id
             from threadlog.revealed_records where tenant_id = 'seen'`,
        )
      ).rows;
    expect(await account()).toEqual([]);
    expect(await reveal(asked)).toMatchObject({ status: 200, body: { answer: `thanks for ${hostile}` } });
    const kept = { position: attempt.position, revealed_by: 'olga', reason: asked.reason, stream_id: id };
    expect(await account()).toEqual([kept]);
    // What was deleted nobody is shown, and nobody's name is kept for it.
    await scenes.done(admin, 'thread.delete', { threadId });
    expect(messageId).not.toBe('');
    await scenes.projected();
    expect(await reveal(asked)).toMatchObject({ status: 200, body: { answer: null } });
    expect(await account()).toEqual([kept]);
  });

  it('are delivered again by operators, in their names, beside what their tenant does', async () => {
    const admin = adminOf('again');
    const { id } = await registered(admin);
    const threadId = await scenes.thread(admin, {});
    receiver().answer(({ data }, response) => {
      if (data.content === 'unwanted') response.writeHead(500, { 'webhook-delivery': 'abort-message' });
      response.end();
    });
    await scenes.post(admin, threadId, 'unwanted');
    const [letter] = await eventually(async () => {
      const letters = await read<WebhookDeadLetterResource>(at('again', `/${id}/dead-letters`));
      expect(letters).toMatchObject([{ event: 'message.created', threadId, status: 500 }]);
      return letters;
    }, PATIENT);
    const retry = (n: string, by = '?by=olga', tenant = 'again') =>
      ops('POST', at(tenant, `/${id}/dead-letters/${n}/retry${by}`));
    for (const nobody of [
      '',
      '?by=',
      '?by=olga%20m',
      `?by=${'o'.repeat(101)}`,
      '?by=%E2%80%AEolga',
      '?by=olga&by=otto',
    ])
      expect([nobody, (await retry(letter!.n, nobody)).status]).toEqual([nobody, 400]);
    expect((await retry('99999')).status).toBe(404);
    expect((await retry(letter!.n, '?by=olga', 'other')).status).toBe(404);
    receiver().answer(accept);
    // Two press at once: it is tried again once, and who came second is told that there is nothing left.
    const both = await Promise.all([retry(letter!.n), retry(letter!.n, '?by=otto')]);
    const retried = both.filter(({ status, body }) => status === 202 && body.retried === 1);
    expect(retried).toHaveLength(1);
    await until('unwanted');
    expect(contents(receiver().taken)).toEqual(['unwanted']);
    const first = await audited('again', 'CHAT_WEBHOOK_RETRY_REQUESTED');
    expect(first).toContainEqual([
      'internal',
      expect.stringMatching(/^operator\|(olga|otto)$/),
      { webhook_id: id, dead_letter: letter!.n },
    ]);
    expect(await ops('POST', at('again', `/${id}/dead-letters/retry-all?by=olga`))).toMatchObject({
      status: 202,
      body: { retried: 0 },
    });
    expect(await deadLettersOf(admin, id)).toEqual([]);

    const tried = await ops('POST', at('again', `/${id}/test?by=olga`));
    expect(tried).toMatchObject({ status: 200, body: { delivered: true, status: 200 } });
    expect(receiver().seen.at(-1)).toMatchObject({ event: 'test.ping' });

    const from = '2020-01-01T00:00:00Z';
    const asked = await ops('POST', at('again', `/${id}/replay?by=olga`), { body: { from, threadId } });
    expect(asked).toMatchObject({ status: 202, body: { requestedBy: 'operator|olga', threadId } });
    await eventually(async () => {
      const [replay] = await read<WebhookReplayResource>(at('again', `/${id}/replays`));
      expect(replay).toMatchObject({ status: 'completed', delivered: 2 });
    }, PATIENT);
    // The tenant sees what operators did, and takes its own turn.
    receiver().answer(() => undefined);
    const own = await call<WebhookReplayResource>(admin, 'POST', `${id}/replay`, { from });
    const cancel = (by: string) => ops('DELETE', at('again', `/${id}/replays/${own.body.id}?by=${by}`));
    expect((await ops('DELETE', at('other', `/${id}/replays/${own.body.id}?by=olga`))).status).toBe(404);
    const ended = await Promise.all([cancel('olga'), cancel('otto')]);
    expect(ended.map(({ status }) => status).sort()).toEqual([200, 409]);
    const cancelled = await audited('again', 'CHAT_WEBHOOK_REPLAY_CANCELLED');
    expect(cancelled).toContainEqual([
      'internal',
      expect.stringMatching(/^operator\|/),
      { webhook_id: id, replay_id: own.body.id },
    ]);
  });

  it('are not made or changed by operators, and are of one tenant each', async () => {
    const admin = adminOf('kept');
    const { id } = await registered(admin);
    await scenes.projected();
    for (const [method, path] of [
      ['POST', ''],
      ['PATCH', `/${id}`],
      ['DELETE', `/${id}`],
      ['POST', `/${id}/secret`],
    ] as const)
      expect([method, path, (await ops(method, at('kept', `${path}?by=olga`), { body: {} })).status]).toEqual([
        ...[method, path, path.endsWith('secret') ? 404 : 405],
      ]);
    expect((await ops('GET', at('other', `/${id}`))).status).toBe(404);
    expect((await ops('GET', at('kept', `/${NOWHERE}`))).status).toBe(404);
    expect(await read(at('nobody'))).toEqual([]);
    for (const tenant of ['a%2Fb', 'kept%00', '%E2%80%AEkept', 'k'.repeat(129), '%3Cb%3E'])
      expect([tenant, (await ops('GET', at(tenant))).status]).toEqual([tenant, 400]);
    for (const tenant of ['%2e%2e', '..', ''])
      expect([tenant, (await ops('GET', at(tenant))).status]).toEqual([tenant, 404]);
    // A tenant's own token opens nothing here, nor does the operators' there.
    expect((await ops('GET', at('kept'), { token: tokenOf(admin) })).status).toBe(401);
    expect((await api.request('GET', '/api/v1/webhooks', { token: TOKEN })).status).toBe(401);
    expect((await api.request('GET', at('kept'), { token: TOKEN })).status).toBe(404);
  });
});

describe('privacy of tenants', () => {
  const at = (path: string, tenant = 'private') => `/ops/tenants/${tenant}/privacy/${path}`;
  const admin = adminOf('private');
  const asked = async (kind: 'delete' | 'export', body: object) => {
    const made = await api.as(admin).call<PrivacyRequestResource>('POST', `/api/v1/privacy/${kind}`, body);
    expect(made.status).toBe(202);
    return made.body.id;
  };
  const completed = (id: string) =>
    eventually(async () => {
      const { body } = await ops('GET', at(`requests/${id}`));
      expect(body).toMatchObject({ id, status: 'completed' });
      return body as unknown as PrivacyRequestResource;
    }, PATIENT);

  it('is seen by operators, with receipts that anybody can check, and no link to what was exported', async () => {
    const threadId = await scenes.thread(admin, { participantIds: ['ben'] });
    await scenes.post(admin, threadId, 'kept');
    const exported = await asked('export', { userId: 'ben' });
    await completed(exported);
    // Their own administrator has the link.
    expect((await api.as(admin).call('GET', `/api/v1/privacy/requests/${exported}`)).body).toMatchObject({
      download: { url: expect.any(String) },
    });
    expect((await ops('GET', at(`requests/${exported}`))).body).toMatchObject({ kind: 'export', download: null });
    const erased = await asked('delete', { userId: 'ben' });
    const request = await completed(erased);
    expect(request).toMatchObject({ kind: 'deletion', subject: { kind: 'user', id: 'ben' }, requestedBy: 'root' });
    const list = await ops('GET', at('requests?kind=deletion'));
    expect(list.body).toMatchObject({ items: [{ id: erased }], nextCursor: null });
    const { body: receipt } = await ops('GET', at(`requests/${erased}/receipt`));
    const { publicKey, keyId } = createReceiptSigner(RECEIPT_KEY);
    expect(await checkReceipt(receipt, publicKey)).toEqual({ valid: true, keyId });
    expect(await checkReceipt({ ...receipt, tenant: 'other' }, publicKey)).toMatchObject({ reason: 'forged' });
    expect((await ops('GET', at(`requests/${exported}/receipt`))).status).toBe(404);
    for (const path of [`requests/${erased}`, `requests/${erased}/receipt`])
      expect((await ops('GET', at(path, 'other'))).status).toBe(404);
    expect((await ops('GET', at('requests', 'other'))).body).toMatchObject({ items: [] });
  });

  it('shows holds and how long messages are kept, and lets operators change none of it', async () => {
    await scenes.hold('private', { subject: { kind: 'learner', id: 'leo' } });
    await scenes.keepFor('private', 30);
    await scenes.projected();
    expect((await ops('GET', at('holds'))).body).toMatchObject({
      items: [{ subject: { id: 'leo' }, reason: 'litigation' }],
    });
    expect((await ops('GET', at('retention'))).body).toEqual({ days: 30, source: 'tenant' });
    expect((await ops('GET', at('retention', 'other'))).body).toEqual({ days: null, source: 'deployment' });
    for (const [method, path, status] of [
      ['POST', 'delete', 404],
      ['POST', 'export', 404],
      ['POST', 'holds', 405],
      ['PUT', 'retention', 405],
      ['DELETE', `requests/${NOWHERE}`, 405],
      ['GET', `requests/${NOWHERE}/download`, 404],
    ] as const)
      expect([
        method,
        path,
        (await ops(method, at(`${path}?by=olga`), method === 'GET' ? {} : { body: {} })).status,
      ]).toEqual([method, path, status]);
  });
});

describe('threads of tenants', () => {
  it('are listed without what people wrote, those of one tenant, of somebody, about a learner', async () => {
    const admin = adminOf('listed');
    const secret = 'nobody who operates may read this';
    const about = await scenes.thread(admin, { learnerId: 'lena', title: secret, metadata: { secret } });
    const withBen = await scenes.thread(admin, { participantIds: ['ben'], title: secret });
    for (const threadId of [about, withBen]) await scenes.post(admin, threadId, secret);
    const gone = await scenes.thread(admin, { title: secret });
    await scenes.done(admin, 'thread.delete', { threadId: gone });
    await scenes.projected();
    const listed = async (query = '', tenant = 'listed') => {
      const { status, body, text } = await ops('GET', `/ops/tenants/${tenant}/threads${query}`);
      expect({ query, status }).toEqual({ query, status: 200 });
      expect(text).not.toContain(secret);
      return body.threads as { id: string }[];
    };
    expect(await listed()).toEqual([
      expect.objectContaining({ id: withBen, participantCount: 2, messageCount: 1, learnerId: null }),
      expect.objectContaining({ id: about, participantCount: 1, learnerId: 'lena', createdBy: 'root' }),
    ]);
    const ids = async (query: string) => (await listed(query)).map(({ id }) => id);
    expect(await ids('?participantId=ben')).toEqual([withBen]);
    expect(await ids('?learnerId=lena')).toEqual([about]);
    expect(await ids('?limit=1')).toEqual([withBen]);
    expect(await listed('', 'nobody')).toEqual([]);
    // Looking is all that is there.
    expect((await ops('POST', '/ops/tenants/listed/threads?by=olga', { body: {} })).status).toBe(405);
    expect((await ops('GET', `/ops/tenants/listed/threads/${about}/messages`)).status).toBe(404);
  });
});

describe('agents of tenants', () => {
  const at = (path: string, tenant = 'spoken') => `/ops/tenants/${tenant}/${path}`;
  interface Runs {
    runs: { runId: string; threadId: string; outcome: string }[];
  }
  const runsOf = async (path: string, tenant?: string) => {
    const { status, body } = await ops('GET', at(path, tenant));
    expect({ path, status }).toEqual({ path, status: 200 });
    return (body as unknown as Runs).runs;
  };

  it('are seen with their runs, under way and over, and stopped by one operator', async () => {
    const admin = adminOf('spoken');
    const service = await startAgentService(streams(() => 'An answer.'));
    try {
      const url = `${service.url}?key=canary`;
      const made = await api.as(admin).call('PUT', '/api/v1/agents/tutor', { url, displayName: 'A secret name' });
      expect(made.status).toBe(201);
      const threadId = await scenes.thread(admin, {});
      await scenes.done(admin, 'participant.add', { threadId, userId: 'tutor', role: 'agent' });
      const answered = async () => {
        const [run] = (await runsOf('agents/tutor/runs')).filter(({ outcome }) => outcome === 'complete');
        expect(run).toBeDefined();
        return run;
      };
      // The worker knows of an agent a while after it was registered.
      const first = await eventually(async () => {
        await scenes.post(admin, threadId, 'A question?');
        return eventually(answered, { timeoutMs: 3_000 });
      }, PATIENT);
      expect(first).toMatchObject({ threadId, answered: true, inputTokens: 7, outputTokens: 2, model: 'mock/one' });
      expect(first).toHaveProperty('seconds', expect.any(Number));

      const list = await ops('GET', at('agents'));
      expect(list.body).toMatchObject({
        items: [{ id: 'tutor', displayName: '(sealed)', url: `${new URL(service.url).origin}/…` }],
      });
      for (const word of ['canary', 'whsec_', 'secret name', '/api/chat'])
        expect([word, list.text.includes(word)]).toEqual([word, false]);

      service.reply(() => undefined);
      await scenes.post(admin, threadId, 'Another one?');
      const open = await eventually(async () => {
        const [run] = await runsOf('runs');
        expect(run).toMatchObject({ agentId: 'tutor', threadId, way: 'asked', isStopped: false });
        return run!;
      }, PATIENT);
      const stop = (by: string, tenant = 'spoken', thread = threadId) =>
        ops('POST', at(`runs/${open.runId}/stop?by=${by}`, tenant), { body: { threadId: thread } });
      for (const nobody of ['', 'two%20words']) expect((await stop(nobody)).status).toBe(400);
      expect((await stop('olga', 'other')).status).toBe(404);
      expect((await stop('olga', 'spoken', 'elsewhere')).status).toBe(404);
      const both = await Promise.all([stop('olga'), stop('otto')]);
      expect(both.map(({ status }) => status)).toContain(204);
      await eventually(async () => expect(await runsOf('runs')).toEqual([]), PATIENT);
      await eventually(
        async () =>
          expect(await runsOf('agents/tutor/runs')).toContainEqual(
            expect.objectContaining({ runId: open.runId, outcome: 'stopped', answered: false }),
          ),
        PATIENT,
      );
      expect(await audited('spoken', 'CHAT_AGENT_RUN_ENDED')).toContainEqual([
        ...[expect.any(String), 'tutor'],
        expect.objectContaining({ run_id: open.runId, stopped_by: expect.stringMatching(/^operator\|(olga|otto)$/) }),
      ]);
      expect((await stop('olga')).status).toBe(404);
      for (const path of ['runs', 'agents/tutor/runs']) expect(await runsOf(path, 'other')).toEqual([]);
      expect((await ops('DELETE', at('agents/tutor?by=olga'))).status).toBe(405);
      expect((await ops('PUT', at('agents/tutor?by=olga'), { body: {} })).status).toBe(405);
    } finally {
      await service.close();
    }
  });
});
