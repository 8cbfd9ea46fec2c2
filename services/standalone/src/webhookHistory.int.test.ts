import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, verify } from 'node:crypto';
import { join } from 'node:path';
import type {
  WebhookAttemptResource,
  WebhookKeysResource,
  WebhookRetriedResource,
  WebhookTestResource,
} from '@threadlog/events';
import { eventually, testActor } from '@threadlog/testing';
import { Webhook } from 'standardwebhooks';
import { accept, type Received } from './testing/receiver';
import { scenesOf } from './testing/scenes';
import { givenStandalone } from './testing/standalone';
import { adminOf, givenEndpoints, OPEN_TO_LOOPBACK } from './testing/webhookAdmin';
import { contents, deduplicated, PATIENT } from './testing/webhooks';

jest.setTimeout(120_000);
const { privateKey, publicKey } = generateKeyPairSync('ed25519');

const api = givenStandalone({
  ...OPEN_TO_LOOPBACK,
  WEBHOOK_ED25519_KEY: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
});
const scenes = scenesOf(api);
const { receiver, call, page, registered, attemptsOf, deadLettersOf, until } = givenEndpoints(api);

/** How many deliveries the package svix takes for genuine; throws where it does not take all of them. */
const verifiedBySvix = (deliveries: object[]) =>
  execFileSync(process.execPath, [join(__dirname, 'testing/verifyWithSvix.mjs')], {
    input: JSON.stringify(deliveries),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
  });

it('lists attempts, newest first, with what the receiver said, and no payload', async () => {
  const admin = adminOf('listed');
  const { id } = await registered(admin);
  const threadId = await scenes.thread(admin, {});
  await eventually(() => expect(receiver().taken).toHaveLength(1), PATIENT);
  receiver().answer(
    (_received, response) => void response.writeHead(503).end(`no room for canary${'ü'.repeat(2_000)}`),
  );
  await scenes.post(admin, threadId, 'canary');
  await eventually(() => expect(receiver().seen.length).toBeGreaterThan(1), PATIENT);
  receiver().answer(accept);
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
    ...{ eventId: receiver().seen[1]!.id, position: expect.stringMatching(/^\d:\d+$/) },
  });
  expect(failed.answer).toBe(`no room for canary${'ü'.repeat(503)}`);
  const stored = await api
    .runtime()
    .database.query('select * from threadlog.webhook_attempts where tenant_id = $1', ['listed']);
  expect(JSON.stringify(stored.rows)).not.toContain('canary');
  // What repeats a message goes with it.
  await scenes.done(admin, 'message.delete', { threadId, messageId: String(receiver().seen[1]!.data.messageId) });
  await scenes.projected();
  for (const { answer } of await attemptsOf(admin, id)) expect(answer).toBeNull();
});

it('pages through attempts there and back, and refuses cursors of other lists', async () => {
  const admin = adminOf('paged');
  const { id } = await registered(admin);
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
  const elsewhere = await call(admin, 'GET', `${id}/dead-letters?cursor=${first.nextCursor}`);
  expect(elsewhere.status).toBe(400);
});

it('lists what was given up, and tries it again when it is asked to, one or all', async () => {
  const admin = adminOf('dead');
  const { id } = await registered(admin);
  const threadId = await scenes.thread(admin, {});
  receiver().answer(({ data }, response) => {
    if (data.content === 'unwanted') response.writeHead(500, { 'webhook-delivery': 'abort-message' });
    response.end();
  });
  await scenes.post(admin, threadId, 'unwanted');
  await eventually(async () => expect(await deadLettersOf(admin, id)).toHaveLength(1), PATIENT);
  const [dead] = await deadLettersOf(admin, id);
  expect(dead).toMatchObject({
    ...{ event: 'message.created', threadId, attempts: 1, status: 500, error: 'abort_message' },
    eventId: receiver().seen.find(({ data }) => data.content === 'unwanted')!.id,
  });
  // The number of another endpoint's, or of none, is not there.
  const other = await registered(admin, { events: ['conversation.deleted'] });
  await scenes.projected();
  for (const [of, n] of [
    [other.id, dead!.n],
    [id, '9'.repeat(18)],
  ] as const)
    expect((await call(admin, 'POST', `${of}/dead-letters/${n}/retry`)).status).toBe(404);
  expect((await call(admin, 'POST', `${id}/dead-letters/x/retry`)).status).toBe(400);

  // Given up again it keeps its number.
  expect(await call(admin, 'POST', `${id}/dead-letters/${dead!.n}/retry`)).toMatchObject({
    status: 202,
    body: { retried: 1 },
  });
  await eventually(() => expect(contents(receiver().seen)).toEqual(['unwanted', 'unwanted']), PATIENT);
  await eventually(
    async () => expect(await deadLettersOf(admin, id)).toEqual([{ ...dead, deadAt: expect.any(String) }]),
    PATIENT,
  );
  await scenes.post(admin, threadId, 'unwanted');
  await eventually(async () => expect(await deadLettersOf(admin, id)).toHaveLength(2), PATIENT);
  receiver().answer(accept);
  // Pressed twice, it is done once.
  const retryAll = () => call<WebhookRetriedResource>(admin, 'POST', `${id}/dead-letters/retry-all`);
  const pressed = await Promise.all([retryAll(), retryAll()]);
  expect(pressed.map(({ status, body }) => [status, body.retried]).sort()).toEqual([
    [202, 0],
    [202, 2],
  ]);
  await eventually(() => expect(contents(receiver().taken)).toEqual(['unwanted', 'unwanted']), PATIENT);
  // The thread goes on as before.
  await scenes.post(admin, threadId, 'behind it');
  await until('behind it');
  expect(await deadLettersOf(admin, id)).toEqual([]);
  const audit = await api
    .as(admin)
    .call<{ items: { actor: { id: string }; detail: object }[] }>(
      'GET',
      '/api/v1/audit?type=CHAT_WEBHOOK_RETRY_REQUESTED',
    );
  expect(audit.body.items.map(({ actor, detail }) => [actor.id, detail])).toEqual([
    ['root', { webhook_id: id }],
    ['root', { webhook_id: id }],
    ['root', { webhook_id: id, dead_letter: dead!.n }],
  ]);
  await call(admin, 'PATCH', id, { enabled: false });
  await scenes.projected();
  expect((await call(admin, 'POST', `${id}/dead-letters/retry-all`)).status).toBe(409);
});

it('sends a test event, signed like all others, and tells what came back, of one that is switched off too', async () => {
  const admin = adminOf('testing');
  const { id, secret } = await registered(admin, { events: ['message.created'] });
  await scenes.projected();
  const test = async () => (await call<WebhookTestResource>(admin, 'POST', `${id}/test`)).body;
  receiver().answer((_received, response) => void response.end('thanks'));
  const taken = await test();
  expect(taken).toMatchObject({ delivered: true, status: 200, error: null, answer: 'thanks' });
  const [{ event, data, body, headers }] = receiver().taken as [ReturnType<typeof receiver>['taken'][number]];
  expect({ event, data, id: headers['webhook-id'] }).toEqual({
    event: 'test.ping',
    data: { webhookId: id },
    id: taken.eventId,
  });
  expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toBeDefined();
  expect(verifiedBySvix([{ secret, body, headers }])).toBe('1');
  expect(() => verifiedBySvix([{ secret, body: `${body} `, headers }])).toThrow('No matching signature');
  // What it answers changes nothing.
  receiver().answer((_received, response) => void response.writeHead(410).end());
  expect(await test()).toMatchObject({ delivered: false, status: 410, error: 'gone', answer: null });
  await call(admin, 'PATCH', id, { enabled: false });
  await scenes.projected();
  await receiver().close();
  expect(await test()).toMatchObject({ delivered: false, status: null, error: 'connection' });
  expect((await attemptsOf(admin, id)).map(({ kind, delivered }) => [kind, delivered])).toEqual([
    ...[
      ['test', false],
      ['test', false],
    ],
    ['test', true],
  ]);
});

it('is there for administrators of the tenant alone', async () => {
  const admin = adminOf('guarded');
  const { id } = await registered(admin);
  await scenes.projected();
  const others = [adminOf('foreign'), testActor('eve', { tenant: 'guarded' })];
  for (const other of others)
    for (const [method, path] of [
      ...[
        ['GET', 'attempts'],
        ['GET', 'dead-letters'],
        ['GET', 'replays'],
        ['POST', 'test'],
      ],
      ...[
        ['POST', 'dead-letters/1/retry'],
        ['POST', 'dead-letters/retry-all'],
        ['POST', 'replay'],
      ],
      ['DELETE', `replays/${id}`],
    ] as const) {
      const body = path === 'replay' ? { from: '2026-01-15T09:00:00Z' } : undefined;
      const { status } = await call(other, method, `${id}/${path}`, body);
      expect([path, status]).toEqual([path, 404]);
    }
  expect(receiver().seen).toEqual([]);
});

it('shows the public half of the key that signs', async () => {
  const admin = adminOf('keys');
  await registered(admin);
  await scenes.thread(admin, {});
  await eventually(() => expect(receiver().taken).toHaveLength(1), PATIENT);
  const { body } = await call<WebhookKeysResource>(admin, 'GET', 'keys');
  expect(body.keys).toEqual([
    {
      algorithm: 'ed25519',
      publicKey: `whpk_${Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url').toString('base64')}`,
      pem: publicKey.export({ format: 'pem', type: 'spki' }),
    },
  ]);
  const { body: sent, headers } = receiver().taken[0]!;
  const signature = String(headers['webhook-signature']).split(' ').at(-1)!.slice('v1a,'.length);
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${sent}`;
  expect(verify(null, Buffer.from(signed), body.keys[0]!.pem, Buffer.from(signature, 'base64'))).toBe(true);
});

it('changes its secret while it tells, and no delivery fails for a receiver that has the one before', async () => {
  const admin = adminOf('rotating');
  const { id, secret } = await registered(admin);
  const threadId = await scenes.thread(admin, {});
  const isGenuine = (by: string, { body, headers }: Received): boolean => {
    try {
      return Boolean(new Webhook(by).verify(body, headers as Record<string, string>));
    } catch {
      return false;
    }
  };
  receiver().answer((received, response) => void response.writeHead(isGenuine(secret, received) ? 200 : 401).end());
  const rotated: string[] = [];
  for (let n = 0; n < 40; n += 1) {
    await scenes.post(admin, threadId, `${n}`);
    if (n % 15 !== 5) continue;
    const { status, body } = await call<{ secret: string }>(admin, 'POST', `${id}/secret`);
    expect(status).toBe(201);
    rotated.push(body.secret);
  }
  await until('39');
  expect(receiver().seen.filter((received) => !isGenuine(secret, received))).toEqual([]);
  expect(contents(deduplicated(receiver().taken))).toEqual(Array.from({ length: 40 }, (_, n) => `${n}`));
  // The newest signs, too, from when the worker knows of it on.
  await eventually(async () => {
    await scenes.post(admin, threadId, 'another');
    const last = receiver().taken.at(-1)!;
    expect([secret, ...rotated].map((each) => isGenuine(each, last))).toEqual(Array(4).fill(true));
  }, PATIENT);
});
