import type { Actor } from '@threadlog/auth';
import {
  ERASED,
  tenantId,
  type ChatEvent,
  type Json,
  type MessageResource,
  type ThreadResource,
} from '@threadlog/events';
import { compareGenerations, createGeneration } from '@threadlog/projector';
import { readCheckpoints } from '@threadlog/read-models';
import { verifyReceipt } from '@threadlog/sealing';
import { eventually, scale, testActor } from '@threadlog/testing';
import { givenErasureBed, officer, RECEIPT_PUBLIC_KEY, type ErasureBed } from './testing/erasureBed';

type Receipt = { stores: { store: string; what: string; checked: number; remaining: number }[]; [name: string]: Json };

/** The same with either store of messages: in Mongo it is the long form. */
const STORES = scale({ short: ['postgres'] as const, long: ['mongo'] as const });

describe.each(STORES)('erasure with messages in %s', (kind) => {
  const bed = givenErasureBed(kind);

  it('takes all text of a user away, everywhere, and nobody else’s', async () => {
    const { people, office, group, lesson } = await school(bed, 'users');
    const { ada, ben } = people;
    await says(bed, ada, group, 'needleada in the group');
    const edited = await says(bed, ada, group, 'needleada before');
    await bed.as(ada).call('PATCH', `/api/v1/threads/${group}/messages/${edited}`, { content: 'needleada after' });
    const bens = await says(bed, ben, group, 'needleben stays');
    const sub = await bed
      .as(ben)
      .call<ThreadResource>('POST', '/api/v1/threads', { parentThreadId: group, title: 'Aside' });
    await says(bed, ada, sub.body.id, 'needleada below');
    await says(bed, ada, lesson, 'needleada to the learner');
    await bed
      .internally('users')
      .call('POST', '/api/users/sync', { externalUserId: 'ada', displayName: 'needleada Lovelace' });
    await bed.internally('users').call('POST', '/api/users/sync', { externalUserId: 'ben', displayName: 'Ben' });
    await finds(bed, ben, 'needleada', 4);
    bed.files.add('users/ada').add('users/ben');
    const worker = await bed.startWorker();
    const done = await bed.erased(office, { userId: 'ada' });
    expect(done).toMatchObject({ status: 'completed', subject: { kind: 'user', id: 'ada' } });

    const shown = await page(bed, ben, group);
    expect(shown.map(({ content }) => content)).toEqual(['needleben stays']);
    expect(shown[0]!.id).toBe(bens);
    expect(await page(bed, ben, sub.body.id)).toEqual([]);
    await finds(bed, ben, 'needleada', 0);
    await finds(bed, ben, 'needleben', 1);
    expect([...bed.files].filter((name) => name.startsWith('users/'))).toEqual(['users/ben']);
    const { rows } = await bed.runtime.database.query(`select user_id from read_1.users
      where tenant_id = 'users' and display_name is not null`);
    expect(rows).toEqual([{ user_id: 'ben' }]);

    const events = await eventsOf(bed, 'users');
    expect(typesOf(events, done.id)).toEqual(WHOLE);
    expect(await clearTexts(bed, events)).toEqual(expect.arrayContaining(['needleben stays', 'Aside']));
    expect((await clearTexts(bed, events)).filter((text) => text.includes('needleada'))).toEqual([]);
    const receipt = receiptIn(events);
    expect(receipt).toMatchObject({
      version: 1,
      requestId: done.id,
      tenant: 'users',
      keyCount: 1,
    });
    expect(receipt.finalAfter).toEqual([
      { masterVersion: expect.any(String), dueAt: expect.stringMatching(/^20\d\d-/) },
    ]);
    expect(receipt.stores.every(({ remaining }) => remaining === 0)).toBe(true);
    expect(receipt.stores.find(({ what }) => what === 'messages written')).toMatchObject({ checked: 4 });
    expect(JSON.stringify(receipt)).not.toContain('needle');
    await worker.stop();
  }, 60_000);

  it('takes a learner’s threads away with what everybody wrote in them', async () => {
    const { people, office, group, lesson } = await school(bed, 'learners');
    const { ben } = people;
    await says(bed, ben, lesson, 'about the learner');
    const sub = await bed
      .as(ben)
      .call<ThreadResource>('POST', '/api/v1/threads', { parentThreadId: lesson, title: 'Below' });
    await says(bed, ben, sub.body.id, 'below the lesson');
    const lena = testActor('lena', { tenant: 'learners', role: 'learner', learnerScope: ['lena'] });
    await says(bed, lena, lesson, 'by the learner');
    await says(bed, ben, group, 'elsewhere');
    const worker = await bed.startWorker();
    const done = await bed.erased(office, { learnerId: 'lena' });
    for (const id of [lesson, sub.body.id])
      expect((await bed.as(office).call('GET', `/api/v1/threads/${id}`)).status).toBe(404);
    expect((await page(bed, ben, group)).map(({ content }) => content)).toEqual(['elsewhere']);
    const events = await eventsOf(bed, 'learners');
    expect(typesOf(events, done.id)).toEqual(WHOLE);
    const clear = await clearTexts(bed, events);
    expect(clear).toEqual(expect.arrayContaining(['elsewhere', 'Group']));
    for (const gone of ['about the learner', 'below the lesson', 'by the learner', 'Below', 'Lesson'])
      expect(clear).not.toContain(gone);
    await worker.stop();
  }, 60_000);

  it('is told to nobody who may not see the threads it is about', async () => {
    const { people, lesson } = await school(bed, 'unseen');
    await bed.sealing.destroy(tenantId('unseen'), { kind: 'subject', id: 'lena' });
    const post = (who: Actor) =>
      bed.as(who).call('POST', `/api/v1/threads/${lesson}/messages`, { content: 'about an erased learner' });
    expect(await post(testActor('tom', { tenant: 'unseen' }))).toMatchObject({ status: 404 });
    expect(await post(people.ben)).toMatchObject({ status: 410, body: { code: 'subject_erased' } });
  });

  it('takes a whole tenant away, and leaves its neighbour alone', async () => {
    const gone = await school(bed, 'leaving');
    const other = await school(bed, 'staying');
    await says(bed, gone.people.ada, gone.group, 'leaving text');
    await says(bed, other.people.ada, other.group, 'staying text');
    await bed.internally('leaving').call('POST', '/api/users/sync', { externalUserId: 'ada', displayName: 'Ada' });
    const hook = { url: 'https://hooks.example.invalid/leaving', description: 'leaving text' };
    const chief = testActor('chief', { tenant: 'leaving', role: 'admin' });
    expect((await bed.as(chief).call('POST', '/api/v1/webhooks', hook)).status).toBe(201);
    const tutor = { url: 'https://agent.example.invalid/leaving', displayName: 'leaving text' };
    expect((await bed.as(chief).call('PUT', '/api/v1/agents/tutor', tutor)).status).toBe(201);
    const worker = await bed.startWorker();
    const done = await bed.erased(gone.office, { tenant: true });
    const events = await eventsOf(bed, 'leaving');
    expect(typesOf(events, done.id)).toEqual(WHOLE);
    expect(await clearTexts(bed, events)).toEqual([]);
    expect(await clearTexts(bed, await eventsOf(bed, 'staying'))).toEqual(expect.arrayContaining(['staying text']));
    expect((await page(bed, other.people.ben, other.group)).map(({ content }) => content)).toEqual(['staying text']);
    const left = await bed.runtime.database.query(`select 1 from read_1.threads where tenant_id = 'leaving'
      and (deleted_at is null or title is not null)
      union all select 1 from read_1.users where tenant_id = 'leaving' and display_name is not null
      union all select 1 from read_1.webhook_endpoints where tenant_id = 'leaving'
      and (deleted_at is null or url is not null or description is not null or secrets <> '[]')
      union all select 1 from read_1.agents where tenant_id = 'leaving'
      and (deleted_at is null or url is not null or display_name is not null or secrets <> '[]')
      union all select 1 from read_1.message_search where tenant_id = 'leaving'
      union all select 1 from read_1.message_refs where tenant_id = 'leaving' and not deleted`);
    expect(left.rows).toEqual([]);
    for (const kind of ['endpoints of the tenant', 'agents of the tenant'])
      expect(receiptIn(events).stores.find(({ what }) => what === kind)).toMatchObject({ checked: 1 });
    await worker.stop();
  }, 60_000);

  it('comes to the same when the read model is rebuilt', async () => {
    const { database, messageStore, log } = bed.runtime;
    const generation = await createGeneration(database, kind);
    const stores = [1, generation].map((each) => ({ generation: each, store: messageStore(each) }));
    await eventually(async () => {
      const heads = await Promise.all([0, 1, 2].map((partition) => log.head(partition)));
      const reached = await readCheckpoints(database, generation);
      return heads.every((head, partition) => (reached.get(partition)?.nextOffset ?? 0) >= head);
    });
    expect(await compareGenerations(database, stores[0]!, stores[1]!)).toBe('equal');
    // Erased with both of them alive: each is scrubbed, and each is counted.
    const { people, office, group } = await school(bed, 'rebuilding');
    await says(bed, people.ada, group, 'in two generations');
    const worker = await bed.startWorker();
    const done = await bed.erased(office, { userId: 'ada' });
    const receipt = await bed.as(office).call<Receipt>('GET', `/api/v1/privacy/requests/${done.id}/receipt`);
    const counted = receipt.body.stores.filter(({ what }) => what === 'messages written');
    expect(counted.map(({ checked, remaining }) => ({ checked, remaining }))).toEqual([
      { checked: 1, remaining: 0 },
      { checked: 1, remaining: 0 },
    ]);
    await worker.stop();
  }, 60_000);

  describe('and a legal hold', () => {
    /** What is held, whose erasure must wait for it, and why. */
    const HOLDS: [
      why: string,
      held: (made: { group: string; lesson: string; named: string }) => object,
      erased: object,
    ][] = [
      ['on the person', () => ({ userId: 'ada' }), { userId: 'ada' }],
      ['on the same person as a learner', () => ({ learnerId: 'ada' }), { userId: 'ada' }],
      ['on a thread it wrote in', ({ group }) => ({ threadId: group }), { userId: 'ada' }],
      ['on a thread whose title it wrote', ({ named }) => ({ threadId: named }), { userId: 'ada' }],
      ['on a thread about it', ({ lesson }) => ({ threadId: lesson }), { learnerId: 'lena' }],
      ['on a learner it wrote about', () => ({ learnerId: 'lena' }), { userId: 'ada' }],
      ['on somebody who wrote about it', () => ({ userId: 'ada' }), { learnerId: 'lena' }],
      ['on the tenant', () => ({ tenant: true }), { userId: 'ada' }],
      ['on anybody, against the tenant’s own', () => ({ userId: 'ben' }), { tenant: true }],
    ];

    async function waitsAndGoesOn([why, held, body]: (typeof HOLDS)[number], index: number): Promise<string> {
      const { people, office, group, lesson } = await school(bed, `hold-${index}`);
      await says(bed, people.ada, group, 'held text');
      await says(bed, people.ada, lesson, 'held text of the lesson');
      const named = await bed.as(people.ada).call<ThreadResource>('POST', '/api/v1/threads', { title: 'Named by ada' });
      const hold = await bed.as(office).call<{ id: string }>('POST', '/api/v1/privacy/holds', {
        ...held({ group, lesson, named: named.body.id }),
        reason: 'litigation',
      });
      const { id } = await bed.requested(office, body);
      // Six at once, of whom four have their turn: on a busy machine the last waits for long.
      const blockedBy = async () => (await bed.request(office, id)).progress?.blockedBy;
      await eventually(async () => expect(await blockedBy()).toBe('legal_hold'), { timeoutMs: 40_000 });
      const shown = (await page(bed, people.ben, group)).map(({ content }) => content).join();
      const released = (await bed.as(office).call('DELETE', `/api/v1/privacy/holds/${hold.body.id}`)).status;
      const { status } = await bed.settled(office, id);
      return `${why}: ${hold.status}, ${shown}, ${released}, ${status}`;
    }

    it('makes an erasure wait wherever it stands against it, and lets it go on when it is released', async () => {
      const worker = await bed.startWorker();
      // Of tenants of their own, so that they need not wait for each other.
      const outcomes = await Promise.all(HOLDS.map(waitsAndGoesOn));
      expect(outcomes).toEqual(HOLDS.map(([why]) => `${why}: 201, held text, 204, completed`));
      await worker.stop();
    }, 90_000);

    it('somewhere else does not stop it', async () => {
      const { people, office, group } = await school(bed, 'elsewhere');
      await says(bed, people.ada, group, 'not held');
      const hold = { userId: 'ben', reason: 'litigation' };
      expect((await bed.as(office).call('POST', '/api/v1/privacy/holds', hold)).status).toBe(201);
      const worker = await bed.startWorker();
      expect(await bed.erased(office, { userId: 'ada' })).toMatchObject({ status: 'completed' });
      await worker.stop();
    }, 60_000);

    it('is refused against an erasure that has begun, and may be set again afterwards', async () => {
      const { office } = await school(bed, 'too-late');
      const begun = Promise.withResolvers<void>();
      const goOn = Promise.withResolvers<void>();
      const worker = await bed.startWorker({
        async signReceipt(receipt) {
          begun.resolve();
          await goOn.promise;
          return receipt;
        },
      });
      const { id } = await bed.requested(office, { userId: 'ada' });
      await begun.promise;
      const hold = () => bed.as(office).call('POST', '/api/v1/privacy/holds', { userId: 'ada', reason: 'litigation' });
      expect(await hold()).toMatchObject({ status: 409 });
      expect((await bed.as(office).call('DELETE', `/api/v1/privacy/requests/${id}`)).status).toBe(409);
      goOn.resolve();
      await bed.settled(office, id);
      await eventually(async () => expect(await hold()).toMatchObject({ status: 201 }));
      await worker.stop();
    }, 60_000);
  });
});

/** The receipt of a tenant's one erasure, as the log has it. */
function receiptIn(events: readonly ChatEvent[]): Receipt {
  const done = events.flatMap((event) => (event.event_type === 'CHAT_PRIVACY_DELETION_COMPLETED' ? [event.data] : []));
  expect(done).toHaveLength(1);
  const receipt = JSON.parse(done[0]!.receipt) as Receipt;
  expect(verifyReceipt(receipt, RECEIPT_PUBLIC_KEY)).toMatchObject({ valid: true });
  return receipt;
}

/** The events of an erasure, in their order. */
const WHOLE = ['DELETION_REQUESTED', 'DELETION_STARTED', 'SUBJECT_ERASED', 'DELETION_COMPLETED'];

const typesOf = (events: readonly ChatEvent[], requestId: string): string[] =>
  events
    .filter(
      ({ stream_type, data }) => stream_type === 'privacy' && 'request_id' in data && data.request_id === requestId,
    )
    .map(({ event_type }) => event_type.replace('CHAT_PRIVACY_', ''));

/** A tenant with a group of two, and a lesson about a learner with all of them. */
async function school(bed: ErasureBed, tenant: string) {
  const people = {
    ada: testActor('ada', { tenant, role: 'teacher', learnerScope: '*' }),
    ben: testActor('ben', { tenant, role: 'teacher', learnerScope: '*' }),
  };
  const begin = async (body: object) => {
    const made = await bed.as(people.ben).call<ThreadResource>('POST', '/api/v1/threads', body);
    expect(made.status).toBe(201);
    return made.body.id;
  };
  return {
    people,
    office: officer(tenant),
    group: await begin({ title: 'Group', participantIds: ['ada'] }),
    lesson: await begin({ title: 'Lesson', learnerId: 'lena', participantIds: ['ada', 'lena'] }),
  };
}

async function says(bed: ErasureBed, who: Actor, threadId: string, content: string): Promise<string> {
  const said = await bed.as(who).call<MessageResource>('POST', `/api/v1/threads/${threadId}/messages`, { content });
  expect(said).toMatchObject({ status: 201 });
  return said.body.id;
}

async function page(bed: ErasureBed, who: Actor, threadId: string): Promise<MessageResource[]> {
  const found = await bed.as(who).call<{ messages: MessageResource[] }>('GET', `/api/v1/threads/${threadId}/messages`);
  expect(found.status).toBe(200);
  return found.body.messages;
}

const finds = (bed: ErasureBed, who: Actor, word: string, count: number) =>
  eventually(async () => {
    const found = await bed.as(who).call<{ items: unknown[] }>('GET', `/api/v1/search?q=${word}`);
    expect(found.body.items).toHaveLength(count);
  });

const eventsOf = async (bed: ErasureBed, tenant: string) =>
  (await bed.events()).filter(({ tenant_id }) => tenant_id === tenant);

/** Every text of the events that some key still opens. */
async function clearTexts({ sealing }: ErasureBed, events: readonly ChatEvent[]): Promise<string[]> {
  const texts: string[] = [];
  for (const event of events) {
    for (const [field, blob] of Object.entries(event.data as unknown as Record<string, { sealed?: string } | null>)) {
      if (typeof blob?.sealed !== 'string') continue;
      const sealed = { sealed: blob.sealed };
      await sealing.prepare(event.tenant_id, [sealed]);
      const stream = `${event.tenant_id}/${event.stream_type}/${event.stream_id}`;
      const text = sealing.open(event.tenant_id, sealed, { stream, field });
      if (typeof text === 'string' && text !== ERASED) texts.push(text);
    }
  }
  return texts;
}
