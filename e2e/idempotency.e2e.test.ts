import { clusterSecrets, createForwardSigner } from '@threadlog/auth';
import { createForwardClient, messagePostSchema } from '@threadlog/commands';
import type { MessageResource, ThreadResource } from '@threadlog/events';
import { cleanupAfterAll, tcpProxy, testActor, testStack } from '@threadlog/testing';
import { connect } from 'node:net';
import { readLog } from './support/logTruth';
import { clientOf, type Client } from './support/people';
import { createSystem, SECRETS, type System } from './support/system';

const ANN = { id: 'ann', tenant: 'again-school' };
const BOB = { id: 'bob', tenant: 'again-school' };

jest.setTimeout(120_000);

/** Sends bytes as they are and gives the JSON of the answer. */
function sendRaw(port: number, bytes: Buffer): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => void socket.write(bytes));
    socket.on('error', reject).on('data', (chunk) => {
      text += chunk.toString();
      const body = text.split('\r\n\r\n')[1] ?? '';
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? NaN);
      if (Buffer.byteLength(body) < length || Number.isNaN(length)) return;
      socket.destroy();
      resolve(JSON.parse(body));
    });
  });
}

describe('idempotency keys', () => {
  const stack = testStack();
  const cleanups = cleanupAfterAll();
  let system: System;
  let ann: Client;
  let thread: ThreadResource;
  let shared: { kafkaBrokers: readonly string[]; databaseUrl: string; topicPrefix: string };
  const path = () => `/api/v1/threads/${thread.id}/messages`;
  const post = (content: string, key: string, client = ann) =>
    client.call<MessageResource & { code: string }>('POST', path(), { content }, { 'idempotency-key': key });

  beforeAll(async () => {
    shared = {
      kafkaBrokers: stack.kafkaBrokers,
      databaseUrl: await stack.freshDatabase(),
      topicPrefix: stack.topicPrefix(),
    };
    system = await createSystem(shared, cleanups);
    await system.start();
    ann = clientOf(system.api, ANN);
    const body = { title: 'Again', participantIds: ['bob'] };
    thread = (await ann.call<ThreadResource>('POST', '/api/v1/threads', body)).body;
  });

  test('give the first answer again, marked as such', async () => {
    const first = await post('once', 'k1');
    const second = await post('once', 'k1');
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(second.headers.get('x-consistency-token')).toBe(first.headers.get('x-consistency-token'));
  });

  test('refuse another request under the same key', async () => {
    await post('one thing', 'k2');
    const other = await post('another thing', 'k2');
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
  });

  test('belong to one actor: the same key of somebody else is another command', async () => {
    const [hers, his] = [await post('mine', 'k3'), await post('mine', 'k3', clientOf(system.api, BOB))];
    expect([hers.status, his.status]).toEqual([201, 201]);
    expect(his.body.id).not.toBe(hers.body.id);
  });

  test('carry out once what is sent many times at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => post('all at once', 'k4')));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1);
  });

  test('leave nothing behind a refusal: the corrected request may use the key', async () => {
    expect((await post('', 'k5')).status).toBe(400);
    expect((await post('now with text', 'k5')).status).toBe(201);
  });

  test('make one thread of one key, and a body’s clientMessageId serves as one', async () => {
    const create = () =>
      ann.call<ThreadResource>('POST', '/api/v1/threads', { title: 'Once' }, { 'idempotency-key': 'k6' });
    expect((await create()).body.id).toBe((await create()).body.id);
    const body = { content: 'hi', clientMessageId: 'client-7' };
    const [a, b] = [
      await ann.call<MessageResource>('POST', path(), body),
      await ann.call<MessageResource>('POST', path(), body),
    ];
    expect(b.body.id).toBe(a.body.id);
  });

  test('show the message as it is now: edited, or without its text once deleted', async () => {
    const { body } = await post('first words', 'k8');
    await ann.call('PATCH', `${path()}/${body.id}`, { content: 'better words' });
    expect((await post('first words', 'k8')).body).toMatchObject({
      id: body.id,
      content: 'better words',
      edited: true,
    });
    await ann.call('DELETE', `${path()}/${body.id}`);
    const again = await post('first words', 'k8');
    expect(again.body).toMatchObject({ id: body.id, content: null });
    expect(again.body.deletedAt).not.toBeNull();
  });

  test('hold over a restart by SIGKILL', async () => {
    const before = await post('survives', 'k9');
    await system.kill();
    await system.start();
    const after = await post('survives', 'k9');
    expect(after.body.id).toBe(before.body.id);
    expect(after.headers.get('idempotency-replayed')).toBe('true');
    expect((await post('another', 'k9')).status).toBe(422);
  });

  test('are minted for what is forwarded without one, so that bytes read off the wire and sent again change nothing', async () => {
    const sent: Buffer[] = [];
    const tap = () => ({ request: (chunk: Buffer) => void sent.push(chunk), response: (chunk: Buffer) => chunk });
    const wire = await tcpProxy({ target: { port: Number(new URL(system.ops).port) }, tap });
    cleanups.add(() => wire.close());
    const signer = createForwardSigner(clusterSecrets(SECRETS), Date.now);
    const client = createForwardClient({ signer, allowedRanges: ['127.0.0.0/8'] });
    cleanups.add(() => client.close());
    const input = messagePostSchema.parse({ threadId: thread.id, content: 'sent once' });
    const actor = testActor(ANN.id, { tenant: ANN.tenant });
    const topic = `${shared.topicPrefix}chat.events.v1`;
    const messages = async () =>
      (await readLog(stack.kafkaBrokers, topic)).filter(({ event_type }) => event_type === 'CHAT_MESSAGE_CREATED')
        .length;
    const before = await messages();
    const request = {
      actor,
      command: { type: 'message.post' as const, input },
      idempotencyKey: null,
      correlationId: 'e2e',
      timeoutMs: 10_000,
    };
    for (const as of ['route', 'owner'] as const) {
      sent.length = 0;
      const url = `http://${wire.host}:${wire.port}`;
      const answer = await client.send(url, { request, directGeneration: 0, as });
      expect(answer).toMatchObject({ result: { ok: true, replayed: false, status: 201 } });
      const captured = Buffer.concat(sent);
      const again = await sendRaw(Number(new URL(system.ops).port), captured);
      const { result } = answer as { result: { resource: object } };
      expect(again).toMatchObject({ result: { ok: true, replayed: true, resource: result.resource } });
    }
    expect(await messages()).toBe(before + 2);
  });
});
