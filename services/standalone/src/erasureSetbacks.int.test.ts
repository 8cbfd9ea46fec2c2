import { randomUUID } from 'node:crypto';
import type { Actor } from '@threadlog/auth';
import {
  ERASED,
  partitionOfKey,
  recordKey,
  tenantId,
  type MessageResource,
  type ThreadResource,
} from '@threadlog/events';
import { verifyReceipt } from '@threadlog/sealing';
import { eventually, testActor } from '@threadlog/testing';
import { givenErasureBed, officer, RECEIPT_PUBLIC_KEY, type ErasureBed } from './testing/erasureBed';

type Receipt = {
  parkedStreams: string[];
  parkedCount: number;
  stores: { store: string; what: string; checked: number; remaining: number; unreadable: number }[];
};

describe.each(['postgres', 'mongo'] as const)('an erasure that meets what it cannot do, messages in %s', (kind) => {
  const bed = givenErasureBed(kind);

  it('leaves what waits in a parked thread, which no key opens, and says so in its receipt', async () => {
    const tenant = 'parked';
    const { ada, ben } = people(tenant);
    const [stuck, free] = [await thread(bed, ben), await thread(bed, ben)];
    for (const threadId of [stuck, free]) {
      await post(bed, ada, threadId, 'by ada');
      await post(bed, ben, threadId, 'by ben');
    }
    await park(bed, tenant, stuck);
    const worker = await bed.startWorker();
    const { id } = await bed.erased(officer(tenant), { userId: 'ada' });
    await worker.stop();

    expect((await messages(bed, ben, free)).map(({ content }) => content)).toEqual(['by ben']);
    expect((await messages(bed, ben, stuck)).map(({ content }) => content)).toEqual([ERASED, 'by ben']);
    const { body } = await bed.as(officer(tenant)).call<Receipt>('GET', `/api/v1/privacy/requests/${id}/receipt`);
    expect(verifyReceipt(body, RECEIPT_PUBLIC_KEY)).toMatchObject({ valid: true });
    expect(body).toMatchObject({ parkedStreams: [`${tenant}/thread/${stuck}`], parkedCount: 1 });
    const written = body.stores.find(({ what }) => what === 'messages written');
    expect(written).toMatchObject({ checked: 2, remaining: 0, unreadable: 1 });
  }, 90_000);

  it('goes back to scrubbing where something is left, and ends only when nothing is', async () => {
    const tenant = 'thorough';
    const { ada, ben } = people(tenant);
    await post(bed, ada, await thread(bed, ben), 'by ada');
    let left = 4;
    let purges = 0;
    const worker = await bed.startWorker({
      files: {
        dropFor: () => Promise.resolve((purges += 1)),
        countFor: () => Promise.resolve((left = Math.max(0, left - 1))),
      },
    });
    const { id } = await bed.erased(officer(tenant), { userId: 'ada' });
    await worker.stop();
    // Three looks that found something, which is one run; the fourth, of the next run, found nothing.
    expect({ left, purges }).toEqual({ left: 0, purges: 4 });
    const { body } = await bed.as(officer(tenant)).call<Receipt>('GET', `/api/v1/privacy/requests/${id}/receipt`);
    expect(body.stores.every(({ remaining }) => remaining === 0)).toBe(true);
  }, 90_000);
});

const people = (tenant: string) => ({ ada: testActor('ada', { tenant }), ben: testActor('ben', { tenant }) });

async function thread(bed: ErasureBed, owner: Actor): Promise<string> {
  return (await written<ThreadResource>(bed, owner, '/api/v1/threads', { participantIds: ['ada'] })).id;
}

async function post(bed: ErasureBed, who: Actor, threadId: string, content: string): Promise<void> {
  await written(bed, who, `/api/v1/threads/${threadId}/messages`, { content });
}

/**
 * Written once, however often it has to be sent: the owner of a partition in which it finds a record of somebody else, as
 * the parked one is, answers that an outcome is unknown, and begins again.
 */
async function written<T>(bed: ErasureBed, who: Actor, path: string, body: object): Promise<T> {
  const client = bed.as(who, { 'Idempotency-Key': randomUUID() });
  return eventually(async () => {
    const answer = await client.call<T>('POST', path, body);
    expect(answer).toMatchObject({ status: 201 });
    return answer.body;
  });
}

async function messages(bed: ErasureBed, who: Actor, threadId: string): Promise<MessageResource[]> {
  const path = `/api/v1/threads/${threadId}/messages?order=asc`;
  return (await bed.as(who).call<{ messages: MessageResource[] }>('GET', path)).body.messages;
}

/** Puts a record that nobody can read into a thread's stream, at the epoch of its owner, so that it counts. */
async function park({ runtime }: ErasureBed, tenant: string, threadId: string): Promise<void> {
  const { log, database } = runtime;
  const key = recordKey({ tenantId: tenantId(tenant), type: 'thread', id: threadId });
  const partition = partitionOfKey(key, log.partitions);
  const { rows } = await database.query<{ epoch: string }>(
    'select epoch from threadlog.partition_leases where partition = $1',
    [partition],
  );
  const appender = await log.openAppender();
  const headers = { epoch: String(rows[0]!.epoch), ce_time: new Date().toISOString().replace('Z', '000Z') };
  await appender.append(partition, [{ key, value: Buffer.from('{"event_type": 1'), headers }]);
  await appender.close();
  await eventually(async () => {
    const parked = await database.query('select from read_1.parked_keys where record_key = $1', [key]);
    expect(parked.rowCount).toBe(1);
  });
}
