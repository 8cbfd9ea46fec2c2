import { eventually, testActor } from '@threadlog/testing';
import { operatorOf } from './testing/operator';
import { givenStandalone } from './testing/standalone';

const TOKEN = 'operator-token-of-this-test-0123456789';
const REVEALING = 'token-of-one-who-may-see-text-0123456789';
const system = givenStandalone({ OPS_TOKEN: TOKEN, OPS_REVEAL_TOKEN: REVEALING });
const ops = operatorOf(system, TOKEN);

interface Row {
  partition: number;
  offset: number;
  seq: number | null;
  type: string | null;
  standing: string;
}
const log = async (query: string) => {
  const { status, body } = await ops('GET', `/ops/log?${query}`);
  expect({ query, status }).toEqual({ query, status: 200 });
  return body as { rows: Row[]; older: string | null; newer: string; more: boolean };
};

describe('the log of an operator', () => {
  const written = testActor('wren', { tenant: 'written' });
  const SECRET_TEXT = 'for those in the thread alone';

  /** Once it is taken: the owner of a partition gives it up where somebody else appended to it. */
  const take = (path: string, body: object, as = written): Promise<{ id: string }> =>
    eventually(async () => {
      const made = await system.as(as).call('POST', path, body);
      expect(made.status).toBe(201);
      return made.body as { id: string };
    });

  async function thread() {
    const { id } = await take('/api/v1/threads', { title: SECRET_TEXT, participantIds: ['ben'] });
    const post = await take(`/api/v1/threads/${id}/messages`, { content: SECRET_TEXT });
    return { id, message: post.id };
  }

  /** The log as soon as it has all records that are asked for. */
  const logOf = (query: string, records: number) =>
    eventually(async () => {
      const found = await log(query);
      expect(found.rows).toHaveLength(records);
      return found;
    });
  const placeOf = async (type: string, id: string) => (await logOf(`type=${type}&text=${id}`, 1)).rows[0]!;

  it('lists what was written, the newest first, and goes on from there; never what people wrote', async () => {
    const { id } = await thread();
    const { rows, newer, more } = await logOf(`tenant=written&text=${id}`, 2);
    expect(rows.slice(0, 2)).toMatchObject([
      { type: 'CHAT_MESSAGE_CREATED', tenant: 'written', stream: { type: 'thread', id }, seq: 2, standing: 'counts' },
      { type: 'CHAT_THREAD_CREATED', seq: 1, actor: { type: 'user', id: 'wren' } },
    ]);
    expect(more).toBe(false);
    expect((await log(`tenant=written&text=${id}&after=${newer}`)).rows).toEqual([]);
    const next = await thread();
    const came = await logOf(`tenant=written&text=${next.id}&after=${newer}`, 2);
    expect(came.rows.map(({ seq }) => seq)).toEqual([2, 1]);
    expect(JSON.stringify([rows, came])).not.toContain(SECRET_TEXT);

    const [{ partition, offset }] = rows as [Row];
    const from = await log(`partition=${partition}&from=${offset}`);
    expect(from.rows.at(-1)).toMatchObject({ partition, offset });
    const back = await log(`partition=${partition}&before=${from.older}`);
    expect(back.rows[0]!.offset).toBeLessThan(offset);
    expect((await log(`type=CHAT_THREAD_CREATED&text=${next.id}`)).rows).toMatchObject([
      { seq: 1, partition: expect.any(Number) },
    ]);
    expect((await log(`text=${encodeURIComponent(SECRET_TEXT)}`)).rows).toEqual([]);
    expect((await log('tenant=nobody&type=CHAT_THREAD_CREATED')).rows).toEqual([]);
  });

  it.each([
    'partition=x',
    'partition=-1',
    'before=1.2',
    'before=0.0.0&after=0.0.0',
    'from=3',
    'tenant=a/b',
    'type=%00',
  ])('takes no question that makes no sense: %s', async (query) =>
    expect((await ops('GET', `/ops/log?${query}`)).status).toBe(400),
  );

  it('knows no partition and no record that there is not', async () => {
    expect((await ops('GET', '/ops/log?partition=3')).status).toBe(404);
    expect((await ops('GET', '/ops/log/record?partition=9&offset=0')).status).toBe(404);
    expect((await ops('GET', '/ops/log/record?partition=0&offset=99999999')).status).toBe(404);
  });

  it('reveals what people wrote to who may see it, by name and for a reason, and not what they deleted', async () => {
    const { id, message } = await thread();
    const { partition, offset } = await placeOf('CHAT_MESSAGE_CREATED', id);
    const asked = { partition, offset, by: 'olga', reason: 'a complaint of\u00a0ben' };
    const reveal = (body: object, token = REVEALING) => ops('POST', '/ops/log/reveal', { token, body });
    const account = async () =>
      (
        await system.runtime().database.query(
          `select revealed_by, reason, tenant_id, stream_id from threadlog.revealed_records
           where partition = $1 and log_offset = $2`,
          [partition, offset],
        )
      ).rows;
    const rights = async (token: string) => (await ops('GET', '/ops/session', { token })).body;
    expect([await rights(TOKEN), await rights(REVEALING)]).toEqual([{ mayReveal: false }, { mayReveal: true }]);

    const refused = await reveal(asked, TOKEN);
    expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    for (const wrong of [{ by: ' ' }, { reason: '' }, { reason: 'two\nlines' }, { offset: -1 }])
      expect((await reveal({ ...asked, ...wrong })).status).toBe(400);
    expect((await reveal({ ...asked, offset: 9_999_999 })).status).toBe(404);
    expect(await account()).toEqual([]);

    const { status, body } = await reveal(asked);
    expect({ status, body }).toMatchObject({ status: 200, body: { fields: { content: SECRET_TEXT } } });
    const kept = { revealed_by: 'olga', reason: asked.reason, tenant_id: 'written', stream_id: id };
    expect(await account()).toEqual([kept]);
    const masked = await ops('GET', `/ops/log/record?partition=${partition}&offset=${offset}`, { token: REVEALING });
    expect(masked.body.data).toContain('"content": "(sealed)"');
    expect(masked.text).not.toContain(SECRET_TEXT);

    await eventually(async () =>
      expect(await system.as(written).call('DELETE', `/api/v1/threads/${id}/messages/${message}`)).toMatchObject({
        status: 204,
      }),
    );
    await eventually(async () => expect(await reveal(asked)).toMatchObject({ status: 409 }));
  });

  it('reveals nothing of a thread that was deleted: its title, its messages, those of what began below it', async () => {
    const { id, message } = await thread();
    const below = await take('/api/v1/threads', { parentThreadId: id, rootMessageId: message, title: SECRET_TEXT });
    await take(`/api/v1/threads/${below.id}/messages`, { content: SECRET_TEXT });
    const { rows } = await logOf(`tenant=written&text=${id}`, 4);
    const asked = (row: Row) => ({ partition: row.partition, offset: row.offset, by: 'olga', reason: 'a complaint' });
    const reveal = (row: Row) => ops('POST', '/ops/log/reveal', { token: REVEALING, body: asked(row) });
    for (const row of rows) expect((await reveal(row)).status).toBe(200);
    await eventually(async () =>
      expect(await system.as(written).call('DELETE', `/api/v1/threads/${id}`)).toMatchObject({ status: 204 }),
    );
    for (const row of rows)
      await eventually(async () => {
        const { status, body, text } = await reveal(row);
        expect({ status, body }).toMatchObject({ status: 409, body: { detail: 'This thread was deleted.' } });
        expect(text).not.toContain(SECRET_TEXT);
      });
  });

  it('shows nobody what a tenant’s deliveries are signed with', async () => {
    const boss = testActor('boss', { tenant: 'written', role: 'admin' });
    const { id } = await take('/api/v1/webhooks', { url: 'https://app.example/hooks?key=1' }, boss);
    const { partition, offset } = await placeOf('CHAT_WEBHOOK_REGISTERED', id);
    const asked = { partition, offset, by: 'olga', reason: 'looks wrong' };
    const { body, text } = await ops('POST', '/ops/log/reveal', { token: REVEALING, body: asked });
    expect(body).toMatchObject({ fields: { url: 'https://app.example/hooks?key=1' } });
    expect(text).not.toMatch(/whsec_|secret/);
  });
});

describe('generations', () => {
  interface State {
    next: number;
    generations: { generation: number; state: string; served: boolean; read: number; lag: number }[];
  }
  const list = async () => (await ops('GET', '/ops/generations')).body as unknown as State;
  const does = (what: string, body: object) => ops('POST', `/ops/generations/${what}`, { body });

  it('are built, compared, served and dropped, by one operator at a time', async () => {
    const before = await list();
    expect(before).toMatchObject({ next: 2, generations: [{ generation: 1, served: true }] });
    expect(await does('create', { generation: 7 })).toMatchObject({ status: 409 });
    // Two press at once.
    const both = await Promise.all([does('create', { generation: 2 }), does('create', { generation: 2 })]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    await eventually(
      async () =>
        expect(await list()).toMatchObject({
          next: 3,
          generations: [
            { generation: 1, served: true },
            { generation: 2, state: 'building', served: false, lag: 0 },
          ],
        }),
      { timeoutMs: 30_000 },
    );
    await eventually(async () =>
      expect(await does('compare', { one: 2, other: 1 })).toMatchObject({ status: 200, body: { comparison: 'equal' } }),
    );
    expect(await does('compare', { one: 2, other: 9 })).toMatchObject({ status: 404 });
    expect(await does('drop', { generation: 1 })).toMatchObject({ status: 409 });
    expect(await does('flip', { generation: 9 })).toMatchObject({ status: 409 });
    await eventually(async () => expect(await does('flip', { generation: 2 })).toMatchObject({ status: 200 }));
    expect((await list()).generations.map(({ served }) => served)).toEqual([false, true]);
    await eventually(async () => expect(await does('flip', { generation: 1 })).toMatchObject({ status: 200 }));
    const dropped = await Promise.all([does('drop', { generation: 2 }), does('drop', { generation: 2 })]);
    expect(dropped.map(({ status }) => status)).toEqual([200, 200]);
    expect((await list()).generations).toMatchObject([{ generation: 1, served: true }]);
    expect(await does('flip', { generation: 2 })).toMatchObject({ status: 409 });
  });
});

describe('a thread through its history', () => {
  const tess = testActor('tess', { tenant: 'travel' });
  const call = (method: string, path: string, body?: object) =>
    eventually(async () => {
      const done = await system.as(tess).call(method, path, body);
      expect(done.status).toBeLessThan(300);
      return done.body as { id: string };
    });
  const at = async (thread: string, seq?: number, tenant = 'travel') =>
    ops('GET', `/ops/threads?tenant=${tenant}&thread=${thread}${seq === undefined ? '' : `&seq=${seq}`}`);
  interface Found {
    newest: number;
    messages: { id: string; content: string; deletedAt: string | null; edit: number; pinned: boolean }[];
    events: { seq: number; type: string; data: string }[];
    thread: { participants: { userId: string }[] };
  }
  /** As soon as the log was read up to there. */
  const foundAt = (thread: string, seq: number): Promise<Found> =>
    eventually(async () => {
      const { status, body } = await at(thread, seq);
      expect({ status, reading: body.reading }).toEqual({ status: 200, reading: null });
      return body.found as Found;
    });

  it('is shown as it was after any of its events, and never what people wrote', async () => {
    const secret = 'nobody who operates may read this';
    const { id } = await call('POST', '/api/v1/threads', { title: secret, participantIds: ['ben'] });
    const message = await call('POST', `/api/v1/threads/${id}/messages`, { content: secret });
    const path = `/api/v1/threads/${id}/messages/${message.id}`;
    await call('PATCH', path, { content: `${secret} after all` });
    await call('PUT', `${path}/pin`);
    await call('DELETE', `/api/v1/threads/${id}/participants/ben`);
    await call('DELETE', path);
    const states = [];
    for (let seq = 1; seq <= 6; seq += 1) states.push(await foundAt(id, seq));
    expect(states.map(({ messages: [one] }) => one && [one.edit, one.pinned, one.deletedAt !== null])).toEqual([
      undefined,
      [0, false, false],
      [1, false, false],
      [1, true, false],
      [1, true, false],
      [1, expect.any(Boolean), true],
    ]);
    expect(states.map(({ thread }) => thread.participants.some(({ userId }) => userId === 'ben'))).toEqual([
      ...[true, true, true, true, false, false],
    ]);
    expect(states[5]!.events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(JSON.stringify(states)).not.toContain(secret);
    // It goes on from where it was read to.
    await call('POST', `/api/v1/threads/${id}/messages`, { content: secret });
    expect((await foundAt(id, 7)).messages).toHaveLength(2);
    expect((await foundAt(id, 1)).messages).toEqual([]);
    expect((await at(id, 8)).status).toBe(404);
    expect((await at(id, 1, 'other')).status).toBe(404);
    expect((await at('there-is-none')).status).toBe(404);
    expect((await at(id, 0)).status).toBe(400);
  });
});
