import type { Actor } from '@threadlog/auth';
import { partitionOfKey, recordKey, tenantId, type MessageResource, type ThreadResource } from '@threadlog/events';
import { discardRecord } from '@threadlog/projector';
import { CONSISTENCY_HEADER, encodeConsistencyToken } from '@threadlog/service';
import { eventually, testActor, type TestReply } from '@threadlog/testing';
import { givenStandalone, tokenOf } from './testing/standalone';

const system = givenStandalone();
const TENANT = 'parked';
const ada = testActor('ada', { tenant: TENANT });
const ben = testActor('ben', { tenant: TENANT });
const eve = testActor('eve', { tenant: TENANT });
const boss = testActor('boss', { tenant: TENANT, role: 'admin' });

const call = (who: Actor, method: string, path: string, body?: unknown): Promise<TestReply> =>
  system.request(method, path, { token: tokenOf(who), ...(body !== undefined && { body }) });
const read = (who: Actor, path: string, token?: string): Promise<TestReply> =>
  system.request('GET', path, {
    token: tokenOf(who),
    ...(token !== undefined && { headers: { [CONSISTENCY_HEADER]: token } }),
  });
const post = (who: Actor, threadId: string, content = 'hello') =>
  call(who, 'POST', `/api/v1/threads/${threadId}/messages`, { content });

async function thread(): Promise<{ id: string; token: string }> {
  const made = await call(ada, 'POST', '/api/v1/threads', { participantIds: ['ben'] });
  expect(made.status).toBe(201);
  const { id } = made.body as ThreadResource;
  const posted = await post(ben, id, 'before');
  expect(posted.status).toBe(201);
  return { id, token: posted.headers.get(CONSISTENCY_HEADER)! };
}

const keyOf = (threadId: string) => recordKey({ tenantId: tenantId(TENANT), type: 'thread', id: threadId });

/** Puts a record that nobody can read into the thread's stream, as its owner would have; resolves with its place. */
async function poison(
  threadId: string,
  headers: Record<string, string> = {},
): Promise<{ offset: number; token: string }> {
  const { log, database } = system.runtime();
  const key = keyOf(threadId);
  const partition = partitionOfKey(key, log.partitions);
  const { rows } = await database.query<{ epoch: number }>(
    'select epoch from threadlog.partition_leases where partition = $1',
    [partition],
  );
  const appender = await log.openAppender();
  const marked = { epoch: String(rows[0]!.epoch), ce_subject: `thread/${threadId}`, ...headers };
  const { baseOffset: offset } = await appender.append(partition, [{ key, value: Buffer.from('{'), headers: marked }]);
  await appender.close();
  await eventually(async () => {
    const parked = await database.query('select from read_1.parked_keys where record_key = $1', [key]);
    expect(parked.rowCount).toBe(1);
  });
  return { offset, token: encodeConsistencyToken({ logId: log.logId, partition, offset }) };
}

async function refused(threadId: string): Promise<void> {
  await eventually(async () =>
    expect(await post(ada, threadId)).toMatchObject({ status: 503, body: { code: 'unavailable' } }),
  );
}

describe('a thread with an event that cannot be processed', () => {
  it('refuses commands without a restart, and shows what it has as stale', async () => {
    const { id, token: before } = await thread();
    const { id: fine } = await thread();
    const { token } = await poison(id);
    await refused(id);
    expect(await post(ada, fine)).toMatchObject({ status: 201 });
    // Who is not in it learns nothing.
    expect(await post(eve, id)).toMatchObject({ status: 404 });
    expect(await call(eve, 'DELETE', `/api/v1/threads/${id}`)).toMatchObject({ status: 404 });

    const path = `/api/v1/threads/${id}`;
    expect(await read(ada, path)).toMatchObject({ status: 200, body: { id, stale: true } });
    expect(await read(ada, `${path}/messages`, before)).toMatchObject({
      status: 200,
      body: { stale: true, messages: [{ content: 'before' }] },
    });
    const list = (await read(ada, '/api/v1/threads')).body as { threads: ThreadResource[] };
    expect(list.threads.filter((one) => one.stale).map((one) => one.id)).toEqual([id]);
    expect((await read(ada, `/api/v1/threads/${fine}/messages`)).body).not.toHaveProperty('stale');

    for (const route of [path, `${path}/messages`, `/api/conversations/${id}/messages`]) {
      expect(await read(ada, route, token)).toMatchObject({
        status: 503,
        body: { code: 'unavailable' },
      });
      expect(await read(eve, route, token)).toMatchObject({ status: 404 });
    }
    // Of other threads of the partition the token promises what they show.
    expect(await read(ada, '/api/v1/unread', before)).toMatchObject({ status: 200 });
  });

  it('goes on without a restart once the record is discarded, with every number once', async () => {
    const { id } = await thread();
    const { offset } = await poison(id);
    await refused(id);
    const { database, messageStore } = system.runtime();
    const discard = { recordKey: keyOf(id), offset, reason: 'a test', by: 'me' };
    const [outcome] = await discardRecord({ database, messageStore }, discard);
    expect(outcome).toMatchObject({ stillParked: null });
    await eventually(async () => expect(await post(ada, id, 'after')).toMatchObject({ status: 201 }));
    const last = await post(ben, id, 'last');
    const token = last.headers.get(CONSISTENCY_HEADER)!;
    const page = await read(ada, `/api/v1/threads/${id}/messages?order=asc&limit=100`, token);
    expect(page.status).toBe(200);
    expect(page.body).not.toHaveProperty('stale');
    const { messages } = page.body as { messages: MessageResource[] };
    expect(messages.map(({ messageIndex }) => messageIndex)).toEqual(messages.map((_, at) => at + 1));
    expect(new Set(messages.map(({ seq }) => seq)).size).toBe(messages.length);
    expect(messages.slice(-2).map(({ content }) => content)).toEqual(['after', 'last']);
  });

  it('is there for nobody where that event takes something away from somebody', async () => {
    const { id } = await thread();
    const { offset } = await poison(id, { ce_type: 'CHAT_PARTICIPANT_REMOVED' });
    const path = `/api/v1/threads/${id}`;
    for (const who of [ada, ben, boss]) {
      for (const route of [path, `${path}/messages`, `${path}/participants`, `/api/conversations/${id}/messages`]) {
        expect({ route, status: (await read(who, route)).status }).toEqual({ route, status: 404 });
      }
      const list = (await read(who, '/api/v1/threads')).body as { threads: ThreadResource[] };
      expect(list.threads.map((one) => one.id)).not.toContain(id);
    }
    await eventually(async () => expect(await post(ada, id)).toMatchObject({ status: 404 }));
    const { database, messageStore } = system.runtime();
    const discard = { recordKey: keyOf(id), offset, reason: 'a test', by: 'me', force: true };
    await discardRecord({ database, messageStore }, discard);
    await eventually(async () => expect(await post(ada, id, 'again')).toMatchObject({ status: 201 }));
    expect(await read(ben, path)).toMatchObject({ status: 200 });
  });
});
